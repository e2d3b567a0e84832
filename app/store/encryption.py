"""Keys of the data at rest: authenticated encryption, keyed hashes to find what is encrypted, and signatures."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["InvalidToken", "Keyring", "install", "keyring"]


@dataclass(frozen=True, slots=True)
class Keyring:
    """Encryption keys, newest first (the first writes, all read), the key of the blind index, the key that signs."""

    encryption_keys: tuple[str, ...] = field(repr=False)
    hash_key: str = field(repr=False)
    signing_key: str = field(repr=False)
    _fernet: MultiFernet = field(init=False, repr=False)
    _signer: Ed25519PrivateKey = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fernet", MultiFernet([Fernet(key) for key in self.encryption_keys]))
        signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.signing_key))
        object.__setattr__(self, "_signer", signer)

    def encrypt(self, plain: str) -> bytes:
        """The text as an authenticated token under the newest key."""
        return self._fernet.encrypt(plain.encode("utf-8"))

    def decrypt(self, token: bytes) -> str:
        """The text of a token; raises InvalidToken when no key of the ring made it."""
        return self._fernet.decrypt(token).decode("utf-8")

    def rotate(self, token: bytes) -> bytes:
        """The same text under the newest key."""
        return self._fernet.rotate(token)

    def digest(self, purpose: str, plain: str) -> bytes:
        """Keyed hash by which an encrypted value is found; `purpose` keeps equal values of two columns apart."""
        return hmac.digest(self.hash_key.encode(), f"{purpose}\0{plain}".encode(), sha256)

    def sign(self, message: bytes) -> bytes:
        """This installation's signature (Ed25519)."""
        return self._signer.sign(message)

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this installation has signed the message so."""
        try:
            self._signer.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @property
    def public_key(self) -> bytes:
        """What others check signatures with."""
        return self._signer.public_key().public_bytes_raw()


class _Holder:
    ring: Keyring | None = None


def install(ring: Keyring) -> None:
    """Hand the process its keys; wiring calls it once before the first query."""
    _Holder.ring = ring


def keyring() -> Keyring:
    """The keys of this process; raises RuntimeError before wiring has installed them."""
    if _Holder.ring is None:
        raise RuntimeError(
            "no encryption keys installed: wiring must call app.store.encryption.install first"
        )
    return _Holder.ring
