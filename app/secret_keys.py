"""Makes the secrets that an installation needs, once, in a file that only its owner may read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from app.settings import PREFIX, SECRETS_FILE, Problem, SettingsError

HEADER = "# Without these keys nothing stored can be read. Keep a copy, apart from the database's.\n"


def create_secrets(var: Path) -> Path | None:
    """Write `secrets.env` into the var folder, for the owner alone; None where it holds every secret already.

    A secret that it holds is never changed; one that a newer version wants is added. A folder that was there before
    is closed to others too: the database will lie in it.
    """
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(PermissionError):  # another's folder, lent to us: what we make in it is closed all the same
        var.chmod(0o700)
    path = var / SECRETS_FILE
    if not path.exists():
        draft = _draft(path, HEADER + _lines(_made()))
        try:
            os.link(draft, path)  # appears whole or not at all, and never over another's
            return path
        except FileExistsError:
            return None
        finally:
            draft.unlink()
    lacking = {name: key for name, key in _made().items() if PREFIX + name not in dotenv_values(path)}
    if not lacking:
        return None
    _draft(path, path.read_text(encoding="utf-8").rstrip("\n") + "\n" + _lines(lacking)).replace(path)
    return path


def none_made(error: SettingsError) -> bool:
    """Whether nothing is wrong with the settings but that no secret has been made yet: nothing is installed."""
    return sorted(map(_lacking, error.problems)) == sorted(PREFIX + name for name in _made())


def _lacking(problem: Problem) -> str:
    return problem.setting if problem.wrong == "is missing" else ""


def _made() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "HASH_KEY": secrets.token_urlsafe(48),
        "SIGNING_KEY": secrets.token_hex(32),
    }


def _lines(made: dict[str, str]) -> str:
    return "".join(f"{PREFIX}{name}={value}\n" for name, value in made.items())


def _draft(path: Path, content: str) -> Path:
    """The content on disk, for the owner alone, beside where it will stand."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
