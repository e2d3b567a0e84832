"""The room of the API: its routes hang on this blueprint, with the key, the body and repetition around each."""

import structlog
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.web.api import calls
from app.web.api.problems import Refusal, problem

PREFIX = "/api/v1"

log = structlog.get_logger(__name__)
api = APIBlueprint("api", __name__, url_prefix=PREFIX, abp_security=[{"key": []}])
api.before_request(calls.authenticate)
api.before_request(calls.read_body)
api.before_request(calls.begin_once)
api.after_request(calls.finish_once)


@api.errorhandler(Refusal)
def refused(error: Refusal) -> Response:
    """The problem that ended the call."""
    return problem(error.status, error.detail, headers=error.headers)


@api.errorhandler(DataError)
def not_storable(error: Exception) -> Response:
    """A value got past every check, and the database cannot hold it: sending it again is of no use."""
    log.error("the database refused a value", error=type(error).__name__)
    return problem(400, "a value is too long or too large, or holds a sign that cannot be stored")


@api.errorhandler(DBAPIError)
@api.errorhandler(PoolTimeout)
def database_away(error: Exception) -> Response:
    """Nothing was kept: the program may send the same again."""
    log.warning("the API found no database", error=type(error).__name__)
    return problem(
        503, "the database is not to be had; send the same call again", headers={"Retry-After": "5"}
    )
