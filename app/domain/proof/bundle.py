"""Bundles for a regulator: what one file holds, how it is signed, and all that is checked of it without a database."""

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from app.domain.proof.canonical import canonical, row_digest
from app.domain.proof.chain import SEAL, over

FORMAT = "huixin-bundle/1"
BUNDLE = b"huixin bundle\0"
"""What is signed begins so."""
PROVED = ("consents", "decisions")
"""The parts whose entries are rows of ledgers."""

IsSignedBy = Callable[[bytes, bytes, bytes], bool]
"""Whether the signature (third) by this public key (first) is under the message (second)."""
Open = Callable[[str, bytes], bytes | None]
"""What stands in a ciphertext under this key; None where the key does not fit."""


def sealed_up(content: Mapping[str, Any], public_key: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The file: the content, the key, and the signature over both."""
    key = public_key.hex()
    signature = sign(_message(content, key)).hex()
    return _laid_out({"format": FORMAT, "public_key": key, "signature": signature, "content": content})


def problems(file: bytes, is_signed_by: IsSignedBy, open_: Open) -> Iterator[str]:
    """All that is wrong with a bundle; nothing where every byte is as it was signed and every row is under its seal."""
    try:
        bundle = json.loads(file)
        is_whole = _laid_out(bundle) == file and set(bundle) == {
            "format",
            "public_key",
            "signature",
            "content",
        }
    except (ValueError, TypeError, RecursionError):
        is_whole = False
    if not is_whole or bundle["format"] != FORMAT:
        yield "this is no bundle, or not as it was written"
        return
    try:
        yield from _problems_inside(bundle, is_signed_by, open_)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield f"it does not hold what a bundle holds ({type(error).__name__}: {error})"


def _problems_inside(bundle: Mapping[str, Any], is_signed_by: IsSignedBy, open_: Open) -> Iterator[str]:
    key, signature, content = bundle["public_key"], bundle["signature"], bundle["content"]
    is_plain = bytes.fromhex(key).hex() == key and bytes.fromhex(signature).hex() == signature
    public_key = bytes.fromhex(key)
    if not is_plain or not is_signed_by(public_key, _message(content, key), bytes.fromhex(signature)):
        yield "the signature does not fit: something was changed"
        return
    seals = {}
    for seal in content["seals"]:
        name = f"seal {seal['says']['sequence']} of {seal['says']['ledger']}"
        seals[seal["says"]["ledger"], seal["says"]["sequence"]] = frozenset(seal["rows"])
        yield from (f"{name}: {wrong}" for wrong in _wrong_with_seal(seal, public_key, is_signed_by))
    for part in PROVED:
        for entry in content[part]:
            name = f"{entry['row']['ledger']} {entry['row']['id']}"
            yield from (f"{name}: {wrong}" for wrong in _wrong_with_row(entry, seals, open_))


def public_key(file: bytes) -> str:
    """The key that has signed a sound bundle, as hex."""
    return str(json.loads(file)["public_key"])


def not_sealed(file: bytes) -> int:
    """How many rows of a sound bundle no seal covers: they came so shortly before it."""
    content = json.loads(file)["content"]
    return sum(entry["seal"] is None for part in PROVED for entry in content[part])


def _wrong_with_seal(seal: Mapping[str, Any], public_key: bytes, is_signed_by: IsSignedBy) -> Iterator[str]:
    digest = bytes.fromhex(seal["digest"])
    if sha256(canonical(seal["says"])).digest() != digest:
        yield "its digest is another"
    if not is_signed_by(public_key, SEAL + digest, bytes.fromhex(seal["signature"])):
        yield "it is not signed by the same key"
    if over([bytes.fromhex(row) for row in seal["rows"]]).hex() != seal["says"]["rows_digest"]:
        yield "it covers other rows"


def _wrong_with_row(
    entry: Mapping[str, Any], seals: Mapping[tuple[str, int], frozenset[str]], open_: Open
) -> Iterator[str]:
    row, digest = entry["row"], entry["digest"]
    if row_digest(bytes.fromhex(entry["key"]), row).hex() != digest:
        yield "its digest is another"
    if entry["seal"] is not None and digest not in seals.get((row["ledger"], entry["seal"]), ()):
        yield f"seal {entry['seal']} does not cover it"
    for column, opened in entry["opened"].items():
        plain = open_(opened["key"], bytes.fromhex(row[column]))
        if plain is None or json.loads(plain) != opened["value"]:
            yield f"{column} is not what stands in the row"


def _message(content: Any, key: str) -> bytes:
    return BUNDLE + canonical({"content": content, "format": FORMAT, "public_key": key})


def _laid_out(bundle: Any) -> bytes:
    return (json.dumps(bundle, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
