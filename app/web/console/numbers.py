"""Numbers: each brand's share of verified ones, and the list of the others, masked."""

from flask import Blueprint, Response, abort, current_app
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.reads import number_health
from app.usecases.parts import Parts
from app.usecases.review_numbers import unverified_as_csv
from app.web.access import allow
from app.web.console.rendering import page

numbers = Blueprint("numbers", __name__, url_prefix="/numbers")


@numbers.get("")
@allow("manager", "admin")
def overview() -> ResponseReturnValue:
    """The shares of the last review."""
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        return page("console/numbers.html", shares=number_health.shares(session))


@numbers.get("/<brand_code>.csv")
@allow("manager", "admin")
def unverified(brand_code: str) -> ResponseReturnValue:
    """The brand's list; full numbers are shown at the desk, one by one, or by command."""
    parts: Parts = current_app.extensions["parts"]
    now = parts.now()
    brand = parts.directory.current(now).brand_coded(brand_code) or abort(404)
    lines = unverified_as_csv(parts, brand.id, now, current_user.email, current_user.id, is_masked=True)
    answer = Response("\ufeff" + "".join(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="unverified-{brand.code}.csv"'
    return answer
