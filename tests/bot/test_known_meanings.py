"""What the encoders said of the written examples is asked of them once."""

import json
import subprocess
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.school import PYTHON

LESSON = """
import json, sys
from pathlib import Path
import numpy as np
from bot import features, known_meanings
from bot.known_meanings import KnownMeanings

asked = []
def made(texts):
    asked.append(list(texts))
    return np.array([[len(text), index] for index, text in enumerate(texts)], dtype=np.float32)
known_meanings.meanings_of_all = features._meanings_made = made

folder = Path(sys.argv[1])
first = KnownMeanings(folder).of(["A", "bb", "a"])
second = KnownMeanings(folder).of(["bb", "ccc"])
kept = KnownMeanings(folder)._read()
with features.knowing(second):
    mixed = features.meanings_of_all(["ccc", "dddd", "bb"])
after = features.meanings_of_all(["bb"])
KnownMeanings(folder).path.write_bytes(b"damaged")
(folder / "meanings-of-older-encoders.npz").write_bytes(b"")
KnownMeanings(folder).of(["ccc"])
left = sorted(path.name == KnownMeanings(folder).path.name for path in folder.iterdir())
told = {"asked": asked, "first": sorted(first), "same": bool((first["bb"] == second["bb"]).all())}
json.dump({**told, "kept": len(kept), "mixed": mixed[:, 0].tolist(), "after": after.tolist(), "left": left}, sys.stdout)
"""


def test_only_new_texts_are_encoded_and_only_present_ones_are_kept(tmp_path: Path) -> None:
    if not PYTHON.exists():
        pytest.skip("bot/ has no environment: run `make install`")
    done = subprocess.run(
        [str(PYTHON), "-W", "ignore", "-c", LESSON, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["asked"] == [["a", "bb"], ["ccc"], ["dddd"], ["bb"], ["ccc"]]
    assert told["first"] == ["a", "bb"]
    assert told["same"]
    assert told["kept"] == 2  # what is no longer taught leaves no trace
    assert told["mixed"] == [3.0, 4.0, 2.0]
    assert told["after"] == [[2.0, 0.0]]
    assert told["left"] == [True]
