"""The shipped rule data, read once, for tests of the rules that need it."""

from functools import cache

from app.rules import Rules, load_rules


@cache
def shipped() -> Rules:
    """The rules as an operator gets them."""
    return load_rules()
