"""Settles what Rasa and its libraries read from the environment before they are imported."""

import os
import warnings


def settle() -> None:
    """No telemetry, no cache of trained parts, quiet logs, one thread to a text."""
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        RASA_MAX_CACHE_SIZE="0",
        LOG_LEVEL="ERROR",
        TF_CPP_MIN_LOG_LEVEL="3",
        TOKENIZERS_PARALLELISM="false",
    )
    # Rasa's libraries switch warnings on again, so that filters do not hold.
    warnings.showwarning = lambda *_, **__: None
    # Texts are spread over the processors whole (`bot.features`); more threads would wait for one another.
    for library in ("OMP", "OPENBLAS"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
