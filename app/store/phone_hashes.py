"""Keyed hashes by which a phone is found, whole or by its last four digits.

New rows are made with the newest hash key; while keys change, people are found by the older ones as well.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.store.encryption import keyring


def phone_hash(e164: str) -> bytes:
    """The keyed hash under which a phone is found, made with the newest key."""
    return keyring().digest("phone", e164)


def living(phones: Iterable[str]) -> dict[bytes, str]:
    """The phones by every hash under which their owner may stand."""
    ring = keyring()
    return {digest: phone for phone in phones for digest in ring.digests("phone", phone)}


def every(phones: Iterable[str]) -> dict[bytes, str]:
    """The phones by every hash under which an erased owner may stand, too; a phone's newest hash comes first."""
    ring = keyring()
    return {digest: phone for phone in phones for digest in ring.all_digests("phone", phone)}


def last_four_hash(e164: str) -> bytes:
    """The keyed hash of a phone's last four digits, for the desk's search."""
    return keyring().digest("last-four", e164[-4:])


def every_last_four(digits: str) -> tuple[bytes, ...]:
    """The hashes under which somebody whose phone ends so may stand."""
    return keyring().digests("last-four", digits)


def last_four_hashes(phones: Sequence[str]) -> list[bytes]:
    """As `last_four_hash` for each; there are no more than 10,000 of them, so a long list finds most made already."""
    made = _last_fours(keyring().hash_key)
    for digits in {phone[-4:] for phone in phones} - made.keys():
        made[digits] = last_four_hash(digits)
    return [made[phone[-4:]] for phone in phones]


@lru_cache(maxsize=1)
def _last_fours(_hash_key: str) -> dict[str, bytes]:
    return {}
