"""Mails staff over SMTP: `smtps://` is encrypted from the first byte, `smtp://` as soon as the server can (STARTTLS).

A password is never sent unencrypted, but to this machine. A letter has one `Message-ID` however often it is tried, so
that a mailbox can drop what it has already.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as ON_THE_WIRE
from email.utils import format_datetime, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from app.addresses import is_loopback
from app.domain import alert_words
from app.notifiers import Failed, Kind, Letter, Notifier
from app.tls import trusted

CONNECT_S, ANSWER_S = 5.0, 10.0
"""How long the server may take to be there, and for each answer."""
LETTER_S = 30.0
"""How long one letter may take with all its answers: a server that says one letter a second is away, too."""
PORTS = {"smtp": 587, "smtps": 465}
SERVICE_CLOSING = 421

UNREACHABLE = Failed(Kind.DOWN, "mail_unreachable")
LOST = Failed(Kind.DOWN, "mail_lost")
UNTRUSTED = Failed(Kind.DOWN, "mail_untrusted")
UNENCRYPTED = Failed(Kind.DOWN, "mail_unencrypted")
LOG_IN_REFUSED = Failed(Kind.DOWN, "mail_log_in_refused")
SENDER_REFUSED = Failed(Kind.DOWN, "mail_sender_refused")
BAD_ADDRESS = Failed(Kind.PERMANENT, "mail_bad_address")


class _Unusable(Exception):
    """The server cannot be used as things stand; `why` is what is told."""

    def __init__(self, why: Failed) -> None:
        super().__init__(why.reason)
        self.why = why


class _Plain(smtplib.SMTP):
    def getreply(self) -> tuple[int, bytes]:
        """Within its time, however slowly its letters come."""
        return _in_time(self, super().getreply)


class _Encrypted(smtplib.SMTP_SSL):
    def getreply(self) -> tuple[int, bytes]:
        """Within its time, however slowly its letters come."""
        return _in_time(self, super().getreply)


def _in_time(server: smtplib.SMTP, getreply: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    try:
        with _within(server, ANSWER_S):
            return getreply()
    except TimeoutError:
        server.close()
        raise


class _Post:
    """One connection to the mail server, opened for the first letter of a batch and kept until `rest`."""

    def __init__(self, url: str, writer: str, limit_s: float) -> None:
        self._url, self._writer, self._limit_s = url, writer, limit_s
        self._server: smtplib.SMTP | None = None
        self._lock = threading.Lock()

    def send(self, letter: Letter) -> Failed | None:
        """Hands one letter over; None once the server has taken it."""
        try:
            message = written(letter, self._writer)
        except (ValueError, IndexError):  # staff may be entered with an address that no mail can have
            return BAD_ADDRESS
        with self._lock:
            why = self._send(message)
            if why is not None and why.kind is Kind.DOWN:
                self._drop()
            return why

    def rest(self) -> None:
        """Says goodbye."""
        with self._lock:
            self._drop()

    def _send(self, message: EmailMessage) -> Failed | None:
        try:
            if self._server is None:
                self._server = _opened(urlsplit(self._url), parseaddr(self._writer)[1])
            with _within(self._server, self._limit_s):
                return _handed_over(self._server, message)
        except _Unusable as unusable:
            return unusable.why
        except (smtplib.SMTPException, OSError):
            return LOST

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError), _within(server, ANSWER_S):
                server.quit()
            server.close()


def written(letter: Letter, writer: str) -> EmailMessage:
    """The letter as a mail. Raises ValueError where it is to nobody or the address is none."""
    name, address = parseaddr(writer)
    _, _, domain = address.rpartition("@")
    message = EmailMessage(ON_THE_WIRE)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=letter.to or "")
    message["Subject"] = alert_words.subject(letter.alert, letter.language)
    message["Date"] = format_datetime(letter.now)
    message["Message-ID"] = f"<{letter.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(alert_words.body(letter.alert, letter.language, letter.now))
    return message


def _opened(url: SplitResult, address: str) -> smtplib.SMTP:
    """A connection that is logged in. Raises _Unusable."""
    host, port = url.hostname or "", url.port or PORTS[url.scheme]
    own_name = address.rpartition("@")[2]
    server: smtplib.SMTP | None = None
    try:
        if url.scheme == "smtps":
            server = _Encrypted(host, port, own_name, timeout=CONNECT_S, context=trusted())
        else:
            server = _Plain(host, port, own_name, timeout=CONNECT_S)
        if server.sock is not None:
            server.sock.settimeout(ANSWER_S)
        _log_in(server, url)
    except (smtplib.SMTPException, OSError, _Unusable) as error:
        if server is not None:
            server.close()
        raise _Unusable(_why_not(error)) from None
    return server


def _why_not(error: Exception) -> Failed:
    match error:
        case _Unusable():
            return error.why
        case ssl.SSLCertVerificationError():
            return UNTRUSTED
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPNotSupportedError():
            return LOG_IN_REFUSED
    return UNREACHABLE


def _log_in(server: smtplib.SMTP, url: SplitResult) -> None:
    """Encrypts where the server can, and logs in where there is a password."""
    is_encrypted = url.scheme == "smtps"
    server.ehlo_or_helo_if_needed()
    if not is_encrypted and server.has_extn("starttls"):
        server.starttls(context=trusted())
        server.ehlo()
        is_encrypted = True
    if url.username is None or url.password is None:
        return
    if not (is_encrypted or is_loopback(url.geturl())):
        raise _Unusable(UNENCRYPTED)
    server.login(unquote(url.username), unquote(url.password))


def _handed_over(server: smtplib.SMTP, message: EmailMessage) -> Failed | None:
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(next(iter(error.recipients.values()))[0])
    except smtplib.SMTPSenderRefused as error:
        return SENDER_REFUSED if error.smtp_code >= 500 else _refused(error.smtp_code)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code)
    except smtplib.SMTPNotSupportedError:  # an address with other letters than the server takes
        return BAD_ADDRESS
    return None


def _refused(code: int) -> Failed:
    """What a refusal means; the server's own words may hold an address, and are not kept."""
    if code == SERVICE_CLOSING:
        return UNREACHABLE
    if code >= 500:
        return Failed(Kind.PERMANENT, "mail_refused", code)
    return Failed(Kind.TEMPORARY, "mail_put_off", code)


@contextmanager
def _within(server: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Cuts the connection when the time is up, and raises TimeoutError: the half of an answer is none."""
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        if server.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(server.sock, socket.SHUT_RDWR)

    alarm = threading.Timer(seconds, cut)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
    if is_over.is_set():
        raise TimeoutError


def notifier(url: str, writer: str, *, letter_s: float = LETTER_S) -> Notifier:
    """Mail through the server at `url` (`smtp://user:password@host:587`, `smtps://...`), from `writer`."""
    post = _Post(url, writer, letter_s)
    return Notifier(post.send, post.rest)
