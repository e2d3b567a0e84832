"""The API's description: OpenAPI as JSON, and a page to browse it that needs no network and no inline script."""

from importlib.metadata import version
from importlib.resources import files

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.models.server import Server
from flask_openapi3.openapi import OpenAPI

from app.web.api.bodies import EventBody
from app.web.api.problems import Problem

TITLE = "Huixin"
ABOUT = """Business events in, messages and their reasons out. Every call carries `Authorization: Bearer KEY`
(`huixin api-keys add`); a key is of one brand. A changing call with an `Idempotency-Key` may be repeated for 24 hours:
its first answer is given again. Errors are problem JSON (RFC 9457)."""


def described(api: APIBlueprint) -> dict[str, object]:
    """The OpenAPI document of these routes."""
    book = OpenAPI(
        __name__,
        info=Info(title=TITLE, version=version("huixin"), description=ABOUT),
        security_schemes={"key": {"type": "http", "scheme": "bearer"}},
        servers=[Server(url="/")],
        doc_ui=False,
        validation_error_status=422,
        validation_error_model=Problem,
    )
    book.paths.update(api.paths)
    book.components_schemas.update(api.components_schemas)
    document: dict[str, object] = book.api_doc
    schemas = document["components"]["schemas"]  # type: ignore[index]
    event = EventBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= event.pop("$defs", {}) | {"EventBody": event}
    return document


def room(api: APIBlueprint, prefix: str) -> Blueprint:
    """The routes of the description, and Swagger UI's own files."""
    document = described(api)
    swagger = files("flask_openapi3_swagger") / "templates" / "swagger"
    book = Blueprint(
        "openapi", __name__, url_prefix=prefix, static_folder=str(swagger), static_url_path="/docs/swagger"
    )

    @book.get("/openapi.json")
    def document_json() -> ResponseReturnValue:
        return jsonify(document)

    @book.get("/docs")
    def browse() -> str:
        return render_template("api/docs.html", title=TITLE)

    return book
