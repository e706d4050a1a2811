"""What the settings read from the environment. An empty value counts as none."""

import os

from django.core.exceptions import ImproperlyConfigured


def text(name, default="", choices=()):
    """Return a text, which may have to be one of several."""
    value = os.environ.get(name) or default
    if choices and value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}: use {' or '.join(choices)}.")
    return value


def number(name, default, least, most):
    """Return a number between two others: a whole one if the default is."""
    value = os.environ.get(name) or default
    try:
        found = type(default)(value)
    except ValueError:
        found = None
    if found is None or not least <= found <= most:  # "nan" is not between them either
        what = "whole number" if type(default) is int else "number"
        wanted = f"a {what} from {least} to {most}"
        raise ImproperlyConfigured(f"{name} is {value!r}: use {wanted}.")
    return found
