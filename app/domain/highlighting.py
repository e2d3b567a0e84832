"""Finds words in a text however they are written, and says which part of the text they are."""

from functools import lru_cache

from app.domain.text import fold

Piece = tuple[str, bool]
"""A part of a text, and whether it is what was looked for."""


def pieces(text: str, wanted: str) -> list[Piece] | None:
    """The text in its parts, in their order; None where it does not hold what is wanted, or nothing is.

    Width, case, traditional Chinese and runs of blanks make no difference. The parts together are the text as it was.
    """
    needle, _ = _folded(wanted.strip())
    folded, places = _folded(text)
    if not needle or needle not in folded:
        return None
    found, done, at = list[Piece](), 0, folded.find(needle)
    while at >= 0:
        begin, end = places[at], places[at + len(needle) - 1] + 1
        if begin >= done:  # what one sign of the text was folded to may hold the end of one find and the next
            found += [(text[done:begin], False), (text[begin:end], True)]
            done = end
        at = folded.find(needle, at + len(needle))
    return [piece for piece in (*found, (text[done:], False)) if piece[0]]


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its signs the place that it comes from."""
    signs, places = list[str](), list[int]()
    for place, sign in enumerate(text):
        for one in _sign(sign):
            if one != " " or signs[-1:] != [" "]:
                signs.append(one)
                places.append(place)
    return "".join(signs), places


@lru_cache(maxsize=8192)
def _sign(sign: str) -> str:
    return " " if sign.isspace() else fold(sign)
