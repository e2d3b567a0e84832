"""Mail to staff over a real socket: encrypted, the same letter under the same name, and what each failure means."""

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.addresses import is_loopback
from app.notifiers import Failed, Kind, Notifier, mail
from tests.domain.test_alert_words import LINK, NOW
from tests.doubles.listening import free_port
from tests.doubles.mail_server import DIES, DRIPS, HANGS, USER, MailServer
from tests.notifiers.letters import a_letter

WRITER = "Huixin <desk@shop.example>"
Opened = Callable[..., tuple[MailServer, Notifier]]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens a server, and mail through it."""
    servers: list[tuple[MailServer, Notifier]] = []

    def a_server(**told: object) -> tuple[MailServer, Notifier]:
        server = MailServer(**told)  # type: ignore[arg-type]
        servers.append((server, mail.notifier(server.url, WRITER, letter_s=1)))
        return servers[-1]

    yield a_server
    for server, way in servers:
        way.rest()
        server.close()


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of 127.0.0.1 that this machine trusts, as a server has it."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")]),
    )
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(7).not_valid_before(NOW - timedelta(days=9000)).add_extension(host, critical=False)
    )
    signed = made.not_valid_after(NOW + timedelta(days=9000)).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    held = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (tmp_path / "pem").write_bytes(held + signed.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "pem")
    trusts = ssl.create_default_context(cafile=str(tmp_path / "pem"))
    monkeypatch.setattr(mail, "trusted", lambda: trusts)
    return server


def test_a_letter_says_what_is_due_and_has_its_own_name(opened: Opened) -> None:
    server, way = opened()
    assert way.send(a_letter()) is None
    assert way.send(a_letter(language="en", to="bea@shop.example")) is None
    first, second = server.taken
    assert (first.to, second.to) == ("ann@shop.example", "bea@shop.example")
    assert str(first.mail["From"]) == WRITER
    assert str(first.mail["Subject"]) == "投诉#12（质量）：首次响应时限已用80%"
    assert (
        str(second.mail["Subject"]) == "Complaint #12 (quality): 80% of the time for first response is used"
    )
    assert LINK in first.mail.get_content()
    assert "Due: 2026-11-23 12:24 (24 min left)" in second.mail.get_content()
    assert first.mail["Auto-Submitted"] == "auto-generated"
    assert server.ids == ["<0190@shop.example>"] * 2
    assert server.connections == 1


def test_after_a_rest_another_connection_is_opened(opened: Opened) -> None:
    server, way = opened()
    way.rest()
    way.send(a_letter())
    way.rest()
    assert way.send(a_letter()) is None
    assert server.connections == 2


@pytest.mark.parametrize("is_smtps", [False, True])
def test_what_can_be_encrypted_is(opened: Opened, certified: ssl.SSLContext, is_smtps: bool) -> None:
    server, way = opened(tls=certified, is_smtps=is_smtps, asks=True)
    assert way.send(a_letter()) is None
    assert [one.is_encrypted for one in server.taken] == [True]
    assert server.log_ins == [(USER, True)]


def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_letter(
    opened: Opened, certified: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "trusted", ssl.create_default_context)
    server, way = opened(tls=certified, asks=True)
    assert way.send(a_letter()) == Failed(Kind.DOWN, "mail_untrusted")
    assert (server.taken, server.log_ins) == ([], [])


def test_a_password_leaves_this_machine_only_encrypted(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, way = opened(asks=True)
    assert is_loopback(server.url)
    monkeypatch.setattr(mail, "is_loopback", lambda url: False)
    assert way.send(a_letter()) == Failed(Kind.DOWN, "mail_unencrypted")
    assert (server.taken, server.log_ins) == ([], [])


TAKES_NO_MORE = [
    ("CONNECT", "554 no", Kind.DOWN, "mail_unreachable", None),
    ("CONNECT", HANGS, Kind.DOWN, "mail_unreachable", None),
    ("CONNECT", DRIPS, Kind.DOWN, "mail_unreachable", None),
    ("AUTH", "535 no", Kind.DOWN, "mail_log_in_refused", None),
    ("MAIL", "550 no", Kind.DOWN, "mail_sender_refused", None),
    ("MAIL", "421 closing", Kind.DOWN, "mail_unreachable", None),
    ("MAIL", "451 later", Kind.TEMPORARY, "mail_put_off", 451),
    ("RCPT", "450 full", Kind.TEMPORARY, "mail_put_off", 450),
    ("RCPT", "550 nobody", Kind.PERMANENT, "mail_refused", 550),
    ("RCPT", HANGS, Kind.DOWN, "mail_lost", None),
    ("RCPT", DRIPS, Kind.DOWN, "mail_lost", None),
    ("DATA", "554 no", Kind.PERMANENT, "mail_refused", 554),
    ("TAKE", "552 too much", Kind.PERMANENT, "mail_refused", 552),
    ("TAKE", DIES, Kind.DOWN, "mail_lost", None),
]


@pytest.mark.parametrize(("word", "answer", "kind", "reason", "status"), TAKES_NO_MORE)
def test_each_failure_says_whether_another_try_is_of_use(
    opened: Opened,
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    answer: str,
    kind: Kind,
    reason: str,
    status: int | None,
) -> None:
    monkeypatch.setattr(mail, "ANSWER_S", 0.5)
    monkeypatch.setattr(mail, "CONNECT_S", 0.5)
    server, way = opened(asks=True)
    server.answer_with(word, answer)
    assert way.send(a_letter()) == Failed(kind, reason, status)
    assert way.send(a_letter(id="0191")) is None, "the server is well again"
    assert server.ids[-1] == "<0191@shop.example>"


def test_a_server_that_is_not_there_is_told_as_that() -> None:
    way = mail.notifier(f"smtp://127.0.0.1:{free_port()}", WRITER)
    assert way.send(a_letter()) == Failed(Kind.DOWN, "mail_unreachable")
    way.rest()


@pytest.mark.parametrize(
    "to", [None, "", "nobody", "a b@shop.example", "ann@shop.example\r\nBcc: x@y.example"]
)
def test_what_is_no_address_gets_no_mail(opened: Opened, to: str | None) -> None:
    server, way = opened()
    assert way.send(a_letter(to=to)) == Failed(Kind.PERMANENT, "mail_bad_address")
    assert way.send(a_letter(to="安@shop.example")) == Failed(Kind.PERMANENT, "mail_bad_address")
    assert server.taken == []
