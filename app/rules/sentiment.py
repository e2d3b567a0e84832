"""Reads the words of tone from `data/rules/tone.yml`."""

from pathlib import Path

from app.domain.content.words import Disguises
from app.domain.sentiment import Sentiment, Sign, ToneWords
from app.rules.files import Row, RuleDataError, content_of, mapping_of, rows_of, text_at, texts_at, whole_at


def sentiment(path: Path, disguises: Disguises) -> Sentiment:
    """The table. Raises RuleDataError."""
    praise = mapping_of(content_of(path), path).get("praise")
    if not isinstance(praise, dict) or not praise.get("words"):
        raise RuleDataError(f"{path.name}: `praise` needs `words`")
    rows = rows_of(path, "tone", _words)
    rows.append(ToneWords(None, 0, tuple(texts_at(praise, "words")), tuple(texts_at(praise, "except"))))
    return Sentiment(rows, disguises)


def _words(row: Row) -> ToneWords:
    text_at(row, "source")
    words = texts_at(row, "words")
    if not words or not all(word.strip() for word in words):
        raise ValueError("`words` is to list at least one word, and no empty one")
    sign = Sign(text_at(row, "sign"))
    if sign in (Sign.SHOUTING, Sign.ABUSE, Sign.COMPLAINT):
        raise ValueError(f"`{sign}` is not told by words")
    return ToneWords(sign, whole_at(row, "weight"), tuple(words), tuple(texts_at(row, "except")))
