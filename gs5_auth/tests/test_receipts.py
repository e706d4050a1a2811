"""What the receipt of a private message does not say."""


async def test_the_receipt_comes_whether_or_not_anybody_is_there(enter):
    """The layer does not know: so nobody learns from it who exists."""
    alice = await enter("alice")
    await alice.say("/pm nobody psst")
    assert await alice.next_json() == {
        "type": "private_message_delivered",
        "target": "nobody",
        "message": "psst",
    }
