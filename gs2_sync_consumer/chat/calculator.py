"""The calculator behind the JSON endpoint: it knows nothing of connections."""

import json
import math

LARGEST = 10**4300  # Python writes and reads integers of up to 4,300 digits


class Refused(Exception):
    """Raised with a sentence about what is wrong with a request."""


def decode(text):
    """Return the value of a JSON text. NaN and Infinity are not JSON."""
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except RecursionError:
        raise Refused("the JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise Refused(f"this is not JSON: {error}") from None
    except ValueError:
        raise Refused("a number has more than 4,300 digits") from None


def refuse_constant(name):
    """Refuse NaN, Infinity and -Infinity, which Python's parser would accept."""
    raise Refused(f"this is not JSON: {name}")


def calculate(request):
    """Return the result of {"op": "add" or "mul", "numbers": [...]}."""
    if not isinstance(request, dict) or set(request) != {"op", "numbers"}:
        raise Refused('a request is an object with "op" and "numbers", and no more')
    op, numbers = request["op"], request["numbers"]
    if not isinstance(op, str) or op not in OPERATIONS:
        raise Refused('"op" is "add" or "mul"')
    if not isinstance(numbers, list) or not all(map(is_number, numbers)):
        raise Refused('"numbers" is a list of finite numbers')
    try:
        result = OPERATIONS[op](numbers)
    except OverflowError:  # an integer that is too large to become a float
        result = math.inf
    if not -LARGEST < result < LARGEST:
        raise Refused("the result is out of range")
    return result


def product(numbers):
    """Return the product. One that is too long is given up: it would take minutes."""
    if 0 in numbers:
        return 0
    result = 1
    for number in numbers:
        result *= number
        if not -LARGEST < result < LARGEST:
            break
    return result


OPERATIONS = {"add": sum, "mul": product}


def is_number(value):
    """Return whether a value is a number: True and False count as none."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
