"""What stands around /pm and the name: a blank is a blank, whoever looks at it."""

import pytest

BEFORE = ["", " ", "\t\n", "\ufeff", "\u200b", "\u00a0", "\x1f", "\u2028", "\u202e"]
BETWEEN = [" ", " \n ", "\u00a0", "\x1f", "\x01", "\x85", "\u2028", "\ufeff", "\u3000"]
NOT_PRIVATE = [
    *("/pmbob psst", "/PM bob psst", "x /pm bob psst", "//pm bob psst", "/pm: bob x"),
    *("\u3164/pm bob psst", "/pm\u3164bob psst", "/pm\u0301 bob x", "/\uff50m bob x"),
]


def parse(message):
    """Return what a private message is made of, or None for other messages."""
    from chat import protocol

    assert hasattr(protocol, "parse_private"), "no message is private"
    return protocol.parse_private(message)


@pytest.mark.parametrize("before", BEFORE, ids=ascii)
def test_blanks_may_stand_before_it(before):
    """Among them some that cannot be seen: the message is as private as it looks."""
    assert list(parse(f"{before}/pm bob psst")) == ["bob", "psst"]


@pytest.mark.parametrize("between", BETWEEN, ids=ascii)
def test_blanks_stand_between_its_parts(between):
    """The name ends there, and the text begins after it."""
    private = parse(f"/pm{between}bob{between}psst{between}again")
    assert list(private) == ["bob", f"psst{between}again"]


@pytest.mark.parametrize("between", BETWEEN, ids=ascii)
@pytest.mark.parametrize("words", [["/pm"], ["/pm", "bob"]], ids=" ".join)
def test_nothing_but_blanks_is_a_wrong_form(between, words):
    """A name and a text are needed: it is refused, and not said to all."""
    from chat.protocol import Refused

    for message in (between.join(words), between.join([*words, ""])):
        with pytest.raises(Refused) as refused:
            parse(message)
        assert refused.value.frame["code"] == "invalid_message"


@pytest.mark.parametrize("message", NOT_PRIVATE, ids=ascii)
def test_other_words_are_for_all(message):
    """The command is these three signs, and a word of its own."""
    assert list(parse("/pm bob psst")) == ["bob", "psst"]
    assert parse(message) is None
