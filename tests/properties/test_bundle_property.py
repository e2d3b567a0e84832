"""No bundle survives a change: whichever byte is flipped, added or taken, it is found."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from app.domain.proof.bundle import problems, sealed_up
from app.domain.proof.canonical import row_digest, written_down
from app.domain.proof.chain import NOTHING_BEFORE, SEAL, Head, seal
from app.store.encryption import Keyring
from app.verify_bundle import is_signed_by, open_envelope

RING = Keyring((Fernet.generate_key().decode(),), "h" * 32, "5e" * 32)
AT = datetime(2026, 11, 23, 4, tzinfo=UTC)


@cache
def a_bundle() -> bytes:
    """A sound one with a consent, a decision and their seal."""
    entries = []
    for number, ledger in enumerate(("consent_events", "decisions"), start=1):
        key, column = Fernet.generate_key(), Fernet.generate_key()
        evidence = Fernet(column).encrypt(b'{"page": 1}')
        row = written_down(ledger, {"id": UUID(int=number), "at": AT, "reason": "允许", "evidence": evidence})
        digest = row_digest(key, row)
        opened = {"evidence": {"key": column.decode(), "value": {"page": 1}}}
        entries.append({"row": row, "key": key.hex(), "digest": digest.hex(), "seal": 1, "opened": opened})
    seals = []
    for entry in entries:
        rows = [(UUID(entry["row"]["id"]), bytes.fromhex(entry["digest"]))]
        says, _ = seal(entry["row"]["ledger"], Head(0, NOTHING_BEFORE), rows, AT)
        digest = says.digest()
        signed = {"digest": digest.hex(), "signature": RING.sign(SEAL + digest).hex()}
        seals.append({"says": says.document(), **signed, "rows": [entry["digest"]]})
    content = {
        "consents": entries[:1],
        "decisions": entries[1:],
        "seals": seals,
        "texts": ["退订回T", 1.5, None],
    }
    return sealed_up(content, RING.public_key, RING.sign)


def is_sound(file: bytes) -> bool:
    return not list(problems(file, is_signed_by, open_envelope))


def test_a_bundle_as_it_was_written_is_sound() -> None:
    assert is_sound(a_bundle())


@given(at=st.integers(0, len(a_bundle()) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found(at: int, bit: int) -> None:
    changed = bytearray(a_bundle())
    changed[at] ^= 1 << bit
    assert not is_sound(bytes(changed))


@given(at=st.integers(0, len(a_bundle()) - 1), length=st.integers(1, 40), instead=st.binary(max_size=40))
def test_bytes_taken_or_put_in_are_found(at: int, length: int, instead: bytes) -> None:
    whole = a_bundle()
    changed = whole[:at] + instead + whole[at + length :]
    assert changed == whole or not is_sound(changed)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.just(b"[" * 100_000))
def test_what_is_no_bundle_is_told(file: bytes) -> None:
    assert not is_sound(file)
