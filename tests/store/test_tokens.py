"""Tokens made in numbers: `cryptography` opens every one, and no two are alike."""

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet, InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from app.store.encryption import WRAPPED_BYTES, PersonKey
from app.store.personal import EnvelopedJson, envelope_key
from app.store.tokens import tokens
from tests.databases import KEYRING

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = KEYRING.encryption_keys[0]


@given(st.lists(st.binary(max_size=70), max_size=12))
def test_every_token_opens_to_its_text(plains: list[bytes]) -> None:
    made = tokens(KEY, plains, NOW)
    assert [Fernet(KEY).decrypt(token) for token in made] == plains
    assert [Fernet(KEY).extract_timestamp(token) for token in made] == [NOW.timestamp()] * len(plains)
    assert [len(token) for token in made] == [len(Fernet(KEY).encrypt(plain)) for plain in plains]


def test_equal_texts_look_different() -> None:
    made = tokens(KEY, [b"+8613900002222"] * 500, NOW) + tokens(KEY, [b"+8613900002222"] * 500, NOW)
    assert len({token[12:36] for token in made}) == len(set(made)) == 1000


@given(st.integers(0, 99), st.integers(1, 255))
def test_a_token_with_a_wrong_byte_does_not_open(place: int, change: int) -> None:
    token = bytearray(Fernet(KEY).encrypt(b""))
    made = bytearray(tokens(KEY, [b""], NOW)[0])
    assert len(made) == len(token)
    made[place] ^= change
    with pytest.raises(InvalidToken):
        Fernet(KEY).decrypt(bytes(made))


def test_peoples_keys_made_in_numbers_open_what_they_sealed_and_nothing_else() -> None:
    made = KEYRING.new_person_keys(3, NOW)
    for key in made:
        again = PersonKey(key.wrapped, Fernet(KEY).decrypt(key.wrapped))
        assert (len(key.wrapped), again.open(key.seal("甲".encode())).decode()) == (WRAPPED_BYTES, "甲")
    with pytest.raises(InvalidToken):
        made[0].open(made[1].seal(b""))
    kind, told = EnvelopedJson(), {"file": "会员.csv"}
    sealed = [kind.sealed(key, told) for key in made]
    assert [kind.opened(key, one) for key, one in zip(made, sealed, strict=True)] == [told] * 3
    assert len({envelope_key(key, one) for key, one in zip(made, sealed, strict=True)}) == 3
