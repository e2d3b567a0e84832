"""Keys of the data at rest: authenticated encryption, keyed hashes to find what is encrypted, and signatures."""

import base64
import hmac
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.store.tokens import tokens

__all__ = ["SEALED", "WRAPPED_BYTES", "InvalidToken", "Keyring", "PersonKey", "install", "keyring"]
SEALED = b"\x01"
"""What a person's key has sealed begins so."""
WRAPPED_BYTES = 140
"""So long is a person's key as the database holds it."""
PERSON_KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
KEY_TEXT_BYTES = 44
"""A Fernet key as it is written."""
KEPT_OPEN = 4096
"""So many persons' keys a process keeps at hand."""


class PersonKey:
    """One person's key: it seals what is kept about them, and is itself kept wrapped under the ring."""

    __slots__ = ("_cipher", "wrapped")

    def __init__(self, wrapped: bytes, plain: bytes) -> None:
        self.wrapped = wrapped
        self._cipher = AESGCM(plain)

    def seal(self, plain: bytes) -> bytes:
        """An authenticated token (AES-256-GCM)."""
        nonce = os.urandom(NONCE_BYTES)
        return SEALED + nonce + self._cipher.encrypt(nonce, plain, None)

    def open(self, token: bytes) -> bytes:
        """What the token holds; raises InvalidToken where this key has not made it."""
        nonce, sealed = token[1 : 1 + NONCE_BYTES], token[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError):
            raise InvalidToken from None


class _Opened:
    """The persons' keys used last, by what they are wrapped in: who has not read that from the database has no key."""

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, PersonKey] = OrderedDict()
        self._lock = threading.Lock()

    def held(self, wrapped: bytes) -> PersonKey | None:
        with self._lock:
            key = self._keys.get(wrapped)
            if key is not None:
                self._keys.move_to_end(wrapped)
            return key

    def hold(self, key: PersonKey) -> PersonKey:
        with self._lock:
            self._keys[key.wrapped] = key
            if len(self._keys) > KEPT_OPEN:
                self._keys.popitem(last=False)
        return key

    def forget(self, wrapped: bytes) -> None:
        with self._lock:
            self._keys.pop(wrapped, None)


KEY_BYTES, SIGNATURE_BYTES = 16, 32
"""Of a Fernet key, the half that signs; and the signature at the end of a token."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Encryption keys, newest first (the first writes, all read), the key of the blind index, the key that signs.

    `older_hash_keys` are those by which people may still be found, `past_hash_keys` those of erased numbers and of
    ledgers' rows alone: see `app.store.hash_keys`.
    """

    encryption_keys: tuple[str, ...] = field(repr=False)
    hash_key: str = field(repr=False)
    signing_key: str = field(repr=False)
    older_hash_keys: tuple[str, ...] = field(repr=False, default=())
    past_hash_keys: tuple[str, ...] = field(repr=False, default=())
    _fernet: MultiFernet = field(init=False, repr=False)
    _signer: Ed25519PrivateKey = field(init=False, repr=False)
    _opened: _Opened = field(init=False, repr=False, compare=False, default_factory=_Opened)

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

    def is_under_newest(self, token: bytes) -> bool:
        """Whether the newest key has made this token: a look at its signature, a tenth of the work of decrypting it."""
        try:
            raw = base64.urlsafe_b64decode(token)
        except ValueError:
            return False
        signed, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        key = base64.urlsafe_b64decode(self.encryption_keys[0])[:KEY_BYTES]
        return hmac.compare_digest(hmac.digest(key, signed, sha256), signature)

    def new_person_key(self) -> PersonKey:
        """A random key for one person, wrapped under the newest key."""
        plain = os.urandom(PERSON_KEY_BYTES)
        return self._opened.hold(PersonKey(self._fernet.encrypt(plain), plain))

    def person_key(self, wrapped: bytes) -> PersonKey:
        """The key that stands wrapped so; raises InvalidToken when no key of the ring has wrapped it."""
        held = self._opened.held(wrapped)
        return held or self._opened.hold(PersonKey(wrapped, self._fernet.decrypt(wrapped)))

    def forget(self, wrapped: bytes) -> None:
        """Drops a person's key that was at hand."""
        self._opened.forget(wrapped)

    def new_person_keys(self, count: int, now: datetime) -> list[PersonKey]:
        """As `new_person_key`, so many at once."""
        plains = [os.urandom(PERSON_KEY_BYTES) for _ in range(count)]
        wrapped = tokens(self.encryption_keys[0], plains, now)
        return [PersonKey(outer, plain) for outer, plain in zip(wrapped, plains, strict=True)]

    def digest(self, purpose: str, plain: str) -> bytes:
        """Keyed hash by which an encrypted value is found; `purpose` keeps equal values of two columns apart."""
        return _digest(self.hash_key, purpose, plain)

    def digests(self, purpose: str, plain: str) -> tuple[bytes, ...]:
        """As `digest`, under every key by which somebody may be found, the newest first."""
        return tuple(_digest(key, purpose, plain) for key in (self.hash_key, *self.older_hash_keys))

    def all_digests(self, purpose: str, plain: str) -> tuple[bytes, ...]:
        """As `digests`, past keys too: for what nobody can hash anew."""
        past = (_digest(key, purpose, plain) for key in self.past_hash_keys)
        return (*self.digests(purpose, plain), *past)

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


def _digest(key: str, purpose: str, plain: str) -> bytes:
    return hmac.digest(key.encode(), f"{purpose}\0{plain}".encode(), sha256)


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
