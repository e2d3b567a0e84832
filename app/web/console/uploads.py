"""Who may upload more than a form, how much of it, where it lies, and what is told where the disk is full."""

import secrets
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

import structlog
from flask import Flask, Request, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from app.settings import Settings
from app.usecases.parts import Parts
from app.web.arriving import LONGEST_BODY
from app.web.headers import page_of
from app.web.spooling import DISK_FULL, Room, unnamed_file

UPLOAD = "imports.upload"
ROLES = ("marketer", "manager")

log = structlog.get_logger(__name__)


class LargeForms(Request):
    """A request whose large files lie beside where they are kept, and not in a folder that may be memory."""

    def _get_file_stream(self, total_content_length: int | None, *told: Any, **more: Any) -> IO[bytes]:
        if total_content_length is not None and total_content_length > LONGEST_BODY:
            g.large_file = unnamed_file(_parts().uploads)
            return g.large_file  # type: ignore[no-any-return]
        return super()._get_file_stream(total_content_length, *told, **more)


def kept(file: FileStorage) -> Path:
    """Where the upload is kept, for this account of the machine alone. Raises OSError, and keeps nothing then."""
    folder = _parts().uploads
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    path.touch(mode=0o600)
    try:
        file.save(path)
    except OSError:
        path.unlink()
        raise
    return path


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def _may_upload() -> bool:
    return bool(
        request.endpoint == UPLOAD
        and request.method == "POST"
        and current_user.is_authenticated
        and current_user.role in ROLES
    )


def _is_from_our_pages() -> bool:
    """What a browser says of where a form was sent from; the form's token is looked at once it is there."""
    origin, public = request.headers.get("Origin"), urlsplit(_parts().public_url).netloc
    is_ours = origin is None or urlsplit(origin).netloc in (request.host, public)
    return is_ours and request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def install(app: Flask, settings: Settings) -> None:
    """Lets those who may upload send more than a form."""
    most_bytes = settings.upload_mb * 1_000_000
    app.request_class = LargeForms

    @app.before_request
    def allow_lists() -> None:
        if _may_upload():
            request.max_content_length = most_bytes

    def room_for(environ: WSGIEnvironment) -> Room | None:
        """Where the body of this request may lie, of which only the head is there yet."""
        with app.request_context(environ):
            is_welcome = _may_upload() and _is_from_our_pages()
            return Room(_parts().uploads, most_bytes) if is_welcome else None

    def is_staff(environ: WSGIEnvironment) -> bool:
        """Whether this request, of which only the head is there yet, comes from somebody who is logged in."""
        with app.request_context(environ):
            return bool(current_user.is_authenticated)

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        if "large_file" in g:  # a form that broke off in the middle knows of no file
            g.pop("large_file").close()

    @app.errorhandler(OSError)
    def tell(error: OSError) -> ResponseReturnValue:
        if request.endpoint != UPLOAD or error.errno not in DISK_FULL:
            raise error
        log.error("no room for an upload")
        told = gettext(
            "The disk is full: the file was not kept. Tell your operator, and upload it again later."
        )
        return page_of(507, told)

    app.extensions["room_for"], app.extensions["is_staff"] = room_for, is_staff
