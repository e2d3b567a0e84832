"""Makes the secrets that an installation needs, once, in a file that only its owner may read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

from app.settings import PREFIX, SECRETS_FILE

HEADER = "# Without these keys nothing stored can be read. Keep a copy, apart from the database's.\n"


def create_secrets(var: Path) -> Path | None:
    """Write `secrets.env` into the var folder, for the owner alone; None where there is one already.

    A folder that was there before is closed to others too: the database will lie in it.
    """
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(PermissionError):  # another's folder, lent to us: what we make in it is closed all the same
        var.chmod(0o700)
    path = var / SECRETS_FILE
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "HASH_KEY": secrets.token_urlsafe(48),
    }
    draft = var / f".{SECRETS_FILE}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(HEADER + "".join(f"{PREFIX}{name}={value}\n" for name, value in made.items()))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # appears whole or not at all, and never over another's
    except FileExistsError:
        return None
    finally:
        draft.unlink()
    return path
