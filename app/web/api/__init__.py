"""The REST API at /api/v1, for a business's own systems; each key sees and changes one brand."""

from flask import Flask

from app.settings import Settings
from app.usecases.parts import Parts
from app.web.api import customers as customers
from app.web.api import description
from app.web.api import events as events
from app.web.api import labels as labels
from app.web.api import messages as messages
from app.web.api.problems import of_validation
from app.web.api.room import PREFIX, api


def register(app: Flask, parts: Parts, settings: Settings) -> None:
    """Adds the API and its description to the application."""
    app.validation_error_callback = of_validation  # type: ignore[attr-defined]  # flask-openapi3 asks the app
    app.register_blueprint(api)
    app.register_blueprint(description.room(api, PREFIX))
