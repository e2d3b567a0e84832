"""`huixin-verify FILE`: checks a bundle for a regulator, offline, with nothing of an installation but this package."""

import argparse
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.domain.proof import bundle


def is_signed_by(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this Ed25519 key has signed the message so."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def open_envelope(key: str, ciphertext: bytes) -> bytes | None:
    """What stands in the ciphertext; None where the key does not fit."""
    try:
        return Fernet(key).decrypt(ciphertext)
    except (InvalidToken, ValueError):
        return None


def main(arguments: list[str] | None = None) -> int:
    """Tells whether the bundle is sound: 0 if so, 1 with every problem if not, 2 for a file that cannot be read."""
    reader = argparse.ArgumentParser(prog="huixin-verify", description="Check a Huixin bundle, offline.")
    reader.add_argument("file", type=Path, help="the bundle")
    reader.add_argument("--key", help="the installation's public key, known from elsewhere")
    given = reader.parse_args(arguments)
    try:
        file = given.file.read_bytes()
    except OSError as error:
        print(f"{given.file}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    found = list(bundle.problems(file, is_signed_by, open_envelope))
    key = None if found else bundle.public_key(file)
    if key is not None and given.key is not None and given.key.strip().lower() != key:
        found.append(f"it is signed by another key: {key}")
    for problem in found:
        print(f"problem  {problem}", file=sys.stderr)  # noqa: T201
    if found:
        return 1
    lacking = bundle.not_sealed(file)
    print(f"sound    signed by {key}" + (f"; {lacking} rows not sealed yet" if lacking else ""))  # noqa: T201
    if given.key is None:
        print("         compare this key with the one that the business has told, or give it with --key")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
