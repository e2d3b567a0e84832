"""Rasa's entity extractor of this project: it reports what the rules of `bot.entities` find."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.entities import find_entities


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityRules(GraphComponent):
    """Adds order_number, datetime, amount, coupon_code and phone to each message."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "EntityRules":
        """Nothing is configured and nothing is stored."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Appends the entities of each message's text to those it has."""
        for message in messages:
            found = [
                {
                    "entity": entity.kind,
                    "start": entity.start,
                    "end": entity.end,
                    "value": entity.value,
                    "extractor": "EntityRules",
                }
                for entity in find_entities(message.get(TEXT) or "")
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
