"""Makes names comparable that people write with capitals, full-width letters, blanks and dashes."""

import re
import unicodedata

_BETWEEN = re.compile(r"[\s_\-.:：()（）*/]+")


def folded(written: str) -> str:
    """The name without case, width, blanks and punctuation: `Consent Source` is `consentsource`."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", written).casefold())
