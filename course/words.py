"""How a number of things is said. Only the standard library is used here."""


def plural(number: int, noun: str) -> str:
    """Return a number of things in words, such as "1 suite" or "2 suites"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
