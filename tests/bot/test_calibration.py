"""The temperature of a machine's confidence, looked for by another process while the machine is taught."""

import json
import subprocess

import pytest

from app.settings import ROOT
from tests.school import PYTHON

LESSON = """
import json, sys
import numpy as np
from sklearn.datasets import make_classification
from sklearn.svm import LinearSVC
from bot import calibration

def temperature(rows, intents):
    with calibration.temperature_of(LinearSVC(random_state=0), rows, intents) as found:
        return found()

rows, intents = make_classification(600, 8, n_informative=5, n_classes=3, flip_y=0.2, random_state=0)
beside = 400
calibration.CALIBRATED_ON = beside
by_other = temperature(rows, intents)
few, _, theirs, _ = calibration.train_test_split(rows, intents, train_size=beside, stratify=intents, random_state=0)
here = temperature(few, theirs)
sure = calibration.chances(np.array([[2.0, 1.0, 0.0]]), 0.1)
unsure = calibration.chances(np.array([[2.0, 1.0, 0.0]]), 2.0)
json.dump([by_other, here, sure.tolist()[0], unsure.tolist()[0]], sys.stdout)
"""


def test_another_process_finds_the_temperature_that_this_one_would() -> None:
    if not PYTHON.exists():
        pytest.skip("bot/ has no environment: run `make install`")
    done = subprocess.run(
        [str(PYTHON), "-W", "ignore", "-c", LESSON], cwd=ROOT, capture_output=True, text=True, check=True
    )
    by_other, here, sure, unsure = json.loads(done.stdout)
    assert by_other == here
    assert 0.05 < here < 2
    assert sum(sure) == pytest.approx(1)
    assert sure[0] > unsure[0] > unsure[1] > unsure[2]
