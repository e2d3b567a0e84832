"""A double of a mail server over a real socket: keeps what it takes, and refuses, hangs or dies where a test says."""

import base64
import socket
import socketserver
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread
from typing import Any, Self, cast

HANGS, DIES, DRIPS = "hangs", "dies", "drips"
USER, PASSWORD = "desk@shop.example", "p@ss word"


@dataclass(frozen=True)
class Taken:
    """One letter: to whom it was handed over, in what it says, and whether on an encrypted connection."""

    to: str
    mail: EmailMessage
    is_encrypted: bool


class MailServer:
    """`taken` is what was accepted. `answer_with(word, ...)` scripts what the next such command gets: a line such as
    `450 later`, or HANGS, DIES (the connection; of DATA, after it was taken), DRIPS (a letter now and then)."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, is_smtps: bool = False, asks: bool = False
    ) -> None:
        self.tls, self.is_smtps, self.asks = tls, is_smtps, asks
        self.taken: list[Taken] = []
        self.log_ins: list[tuple[str, bool]] = []
        self.connections = 0
        self._next: dict[str, deque[str]] = {}
        self.closing = Event()
        self._open: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.double = self
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, with name and password where it asks for them."""
        scheme = "smtps" if self.is_smtps else "smtp"
        who = (
            f"{USER.replace('@', '%40')}:{PASSWORD.replace('@', '%40').replace(' ', '%20')}@"
            if self.asks
            else ""
        )
        return f"{scheme}://{who}127.0.0.1:{self._server.server_address[1]}"

    def answer_with(self, word: str, *answers: str) -> None:
        self._next.setdefault(word, deque()).extend(answers)

    def planned(self, word: str) -> str | None:
        waiting = self._next.get(word)
        return waiting.popleft() if waiting else None

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what was taken, in order."""
        return [str(one.mail["Message-ID"]) for one in self.taken]

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def holding(self, connection: socket.socket) -> Iterator[None]:
        self.connections += 1
        self._open.add(connection)
        try:
            yield
        finally:
            self._open.discard(connection)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    double: MailServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients vanish: that is tested."""


class _Ended(Exception):
    """The conversation is over."""


class _Conversation(socketserver.BaseRequestHandler):
    """One connection, command by command."""

    def handle(self) -> None:
        self.double = cast("_Server", self.server).double
        self.is_encrypted, self.to = False, ""
        with self.double.holding(self.request), suppress(_Ended, OSError):
            if self.double.is_smtps:
                self._encrypt()
            self._open_file()
            self._says("CONNECT", "220 mail.shop.example")
            while line := self.file.readline():
                self._answer(line.decode().strip())

    def finish(self) -> None:
        self.request.close()

    def _open_file(self) -> None:
        self.file = self.request.makefile("rb")

    def _encrypt(self) -> None:
        assert self.double.tls is not None
        self.request = self.double.tls.wrap_socket(self.request, server_side=True)
        self.is_encrypted = True

    def _says(self, word: str, usual: str) -> str:
        answer = self.double.planned(word) or usual
        if answer == HANGS:
            self.double.closing.wait(30)
        if answer in (HANGS, DIES):
            raise _Ended
        if answer == DRIPS:
            while not self.double.closing.wait(0.05):
                self.request.sendall(b"2")
        self.request.sendall(answer.encode() + b"\r\n")
        return answer

    def _answer(self, line: str) -> None:
        word = line.partition(" ")[0].upper()
        match word:
            case "EHLO":
                self._says(word, "\r\n".join(self._extensions()))
            case "STARTTLS":
                if self._says(word, "220 go on").startswith("2"):
                    self._encrypt()
                    self._open_file()
            case "AUTH":
                self._log_in(line)
            case "RCPT":
                self.to = line.partition("<")[2].partition(">")[0]
                self._says(word, "250 ok")
            case "DATA":
                self._take()
            case "QUIT":
                self._says(word, "221 bye")
                raise _Ended
            case _:
                self._says(word, "250 ok")

    def _extensions(self) -> list[str]:
        can_encrypt = self.double.tls is not None and not self.is_encrypted
        offers = [
            "8BITMIME",
            *(["STARTTLS"] if can_encrypt else []),
            *(["AUTH PLAIN"] if self.double.asks else []),
        ]
        return ["250-mail.shop.example", *(f"250-{one}" for one in offers[:-1]), f"250 {offers[-1]}"]

    def _log_in(self, line: str) -> None:
        _, name, password = base64.b64decode(line.split()[2]).decode().split("\0")
        is_right = (name, password) == (USER, PASSWORD)
        self.double.log_ins.append((name, is_right))
        self._says("AUTH", "235 ok" if is_right else "535 no")

    def _take(self) -> None:
        if not self._says("DATA", "354 go on").startswith("354"):
            return
        lines = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        answer = self.double.planned("TAKE")
        if answer is None or answer == DIES:
            mail = cast("EmailMessage", message_from_bytes(b"".join(lines), policy=policy.default))
            self.double.taken.append(Taken(self.to, mail, self.is_encrypted))
        if answer is not None:
            self.double.answer_with("TAKEN", answer)
        self._says("TAKEN", "250 taken")
