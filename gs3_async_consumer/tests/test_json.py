"""The calculator: JSON in, JSON out, and an answer to anything else."""

import json

import pytest

LONG = "1" + "0" * 4000
BAD = {
    "no JSON": "nope",
    "cut off": '{"op": "add", "numbers": [1',
    "empty text": "",
    "empty bytes": b"",
    "bytes": b'{"op": "add", "numbers": [1]}',
    "a list": "[]",
    "a number": "1",
    "null": "null",
    "a text": '"add"',
    "no numbers": '{"op": "add"}',
    "no op": '{"numbers": [1]}',
    "a key too many": '{"op": "add", "numbers": [1], "more": 1}',
    "an unknown op": '{"op": "rm", "numbers": [1]}',
    "an op that is no text": '{"op": [], "numbers": [1]}',
    "numbers that are no list": '{"op": "add", "numbers": {}}',
    "a text as number": '{"op": "add", "numbers": ["1"]}',
    "a list as number": '{"op": "add", "numbers": [[1]]}',
    "true as number": '{"op": "add", "numbers": [true]}',
    "null as number": '{"op": "add", "numbers": [null]}',
    "NaN": '{"op": "add", "numbers": [NaN]}',
    "Infinity": '{"op": "add", "numbers": [Infinity]}',
    "minus Infinity": '{"op": "add", "numbers": [-Infinity]}',
    "NaN alone": "NaN",
    "an infinite float": '{"op": "add", "numbers": [1e999]}',
    "an infinite sum": '{"op": "add", "numbers": [1e308, 1e308]}',
    "an infinite product": '{"op": "mul", "numbers": [1e308, 1e308]}',
    "a long product": f'{{"op": "mul", "numbers": [{LONG}, {LONG}]}}',
    "too large for a float": f'{{"op": "add", "numbers": [{LONG}, 0.5]}}',
    "a number too long": f'{{"op": "add", "numbers": [{"1" * 5000}]}}',
    "deep lists": "[" * 100_000,
    "deep objects": '{"a":' * 100_000,
}


@pytest.fixture
def ask(open_client, prefix):
    """Ask the calculator, over a connection of its own; return the answer."""

    async def ask_it(request):
        client = await open_client(f"{prefix}json/")
        text = request if isinstance(request, str) else json.dumps(request)
        # Not send_to: it asserts that a message is not empty, which a socket does not.
        await client.send_input({"type": "websocket.receive", "text": text})
        return await client.next_json()

    return ask_it


@pytest.mark.parametrize(
    ("op", "numbers", "result"),
    [
        ("add", [2, 3, 4], 9),
        ("mul", [2, 3, 4], 24),
        ("add", [0.5, 0.25], 0.75),
        ("mul", [-1, 10**4000], -(10**4000)),
        ("add", [], 0),
        ("mul", [], 1),
        ("add", [10**4300 - 1, 1, -1], 10**4300 - 1),
        ("mul", [10**4000, 10**4000, 0], 0),
    ],
)
async def test_it_calculates(ask, op, numbers, result):
    """The answer to a request is its result. The empty sum is 0, the product 1."""
    assert await ask({"op": op, "numbers": numbers}) == {"result": result}


@pytest.mark.parametrize("request_", BAD.values(), ids=BAD)
async def test_a_bad_request_is_answered(open_client, prefix, request_):
    """Anything else is answered with what is wrong, and the connection lives on."""
    client = await open_client(f"{prefix}json/")
    kind = "text" if isinstance(request_, str) else "bytes"
    await client.send_input({"type": "websocket.receive", kind: request_})
    answer = await client.next_json()
    assert list(answer) == ["error"]
    assert isinstance(answer["error"], str)
    await client.send_to(text_data='{"op": "add", "numbers": [1, 2]}')
    assert await client.next_json() == {"result": 3}


def test_every_bad_request_over_one_socket(server, prefix):
    """The same over the wire, one after the other on one connection."""
    with server.connect(f"{prefix}json/") as websocket:
        for request in BAD.values():
            websocket.send(request)
            assert list(json.loads(websocket.recv())) == ["error"]
        websocket.send('{"op": "mul", "numbers": [6, 7]}')
        assert json.loads(websocket.recv()) == {"result": 42}


async def test_an_answer_is_strict_json(ask):
    """NaN and Infinity, which Python would write, are never sent."""

    def refuse(name):
        pytest.fail(f"{name} is not JSON")

    for request in ('{"op": "mul", "numbers": [1e308, 10]}', "NaN", "[Infinity]"):
        json.loads(json.dumps(await ask(request)), parse_constant=refuse)


async def test_the_error_says_what_is_wrong(ask):
    """The sentence names the part of the request to mend."""
    assert "JSON" in (await ask("nope"))["error"]
    assert "nested" in (await ask("[" * 100_000))["error"]
    assert '"op"' in (await ask({"op": "rm", "numbers": []}))["error"]
    assert '"numbers"' in (await ask({"op": "add", "numbers": [True]}))["error"]


async def test_a_product_is_given_up_when_it_is_too_long(ask):
    """250 long numbers are not multiplied to the end, which would take seconds."""
    request = f'{{"op": "mul", "numbers": [{", ".join([LONG] * 250)}]}}'
    assert await ask(request) == {"error": "the result is out of range"}
    from chat.calculator import LARGEST, product

    # Two factors are enough to be out of range: the third is not looked at any more.
    assert abs(product([10**4000] * 2)) > LARGEST
    assert product([10**4000] * 250) == product([10**4000] * 2)
