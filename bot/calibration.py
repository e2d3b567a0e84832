"""Turns a machine's scores into chances, and finds the temperature at which these say how often it is right."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict, train_test_split

CALIBRATED_ON = 5_000


def chances(scores: Any, temperature: float) -> Any:
    """Softmax of the scores; a temperature leaves their order as it is."""
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    return raised / raised.sum(axis=1, keepdims=True)


@contextmanager
def temperature_of(machine: Any, rows: Any, intents: Any) -> Iterator[Callable[[], float]]:
    """The temperature at which confidence fits best what is right, on examples that a machine has not seen that is
    taught like this one. It is looked for beside what is done meanwhile; the value waits for it.

    Some thousands tell it to two digits; more would only take longer. Fewer are no work for another process.
    """
    if len(intents) <= CALIBRATED_ON:
        yield lambda: _temperature(machine, rows, intents)
        return
    rows, _, intents, _ = train_test_split(
        rows, intents, train_size=CALIBRATED_ON, stratify=intents, random_state=0
    )
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        yield other.submit(_temperature, machine, rows, intents).result


def _temperature(machine: Any, rows: Any, intents: Any) -> float:
    scores = cross_val_predict(machine, rows, intents, cv=5, method="decision_function")
    best = minimize_scalar(
        lambda temperature: log_loss(intents, chances(scores, temperature)),
        bounds=(0.05, 2.0),
        method="bounded",
    )
    return float(best.x)
