"""A double of a gateway behind the signed HTTP provider: checks our signature, keeps messages, signs too."""

import hmac
import json
from collections import deque
from hashlib import sha256
from threading import Event, Lock

from tests.doubles.listening import Call, Listening, Reply

KEY = "key-of-the-gateway"


def sign(key: str, body: bytes) -> str:
    return "sha256=" + hmac.new(key.encode(), body, sha256).hexdigest()


class Gateway(Listening):
    """`taken` is what was accepted; `answer_with` and `lose_answers` script what comes next."""

    def __init__(self, key: str = KEY) -> None:
        self.key = key
        self.taken: list[dict[str, str]] = []
        self.forged = 0
        self._next: deque[Reply | str] = deque()
        self._lock = Lock()
        super().__init__(self._answer)

    @property
    def send_url(self) -> str:
        return f"{self.url}/send"

    def answer_with(self, reply: Reply, times: int = 1) -> None:
        """The next messages are answered so, and not taken."""
        self._next.extend([reply] * times)

    def lose_answers(self, times: int = 1) -> None:
        """The next messages are taken, and the connection is closed without an answer."""
        self._next.extend(["lose"] * times)

    def _answer(self, call: Call) -> Reply:
        with self._lock:
            if call.headers.get("X-Huixin-Signature") != sign(self.key, call.body):
                self.forged += 1
                return Reply(401, b'{"code":"bad_signature"}')
            planned = self._next.popleft() if self._next else None
            if isinstance(planned, Reply):
                return planned
            self.taken.append(json.loads(call.body))
            if planned == "lose":
                return Reply(is_lost=True)
            return Reply(200, json.dumps({"provider_id": f"g-{len(self.taken)}"}).encode())

    def signed(self, items: object) -> tuple[bytes, dict[str, str]]:
        """Body and headers of messages or receipts, one or a list, as the gateway posts them to us."""
        body = json.dumps(items, ensure_ascii=False).encode()
        return body, {"Content-Type": "application/json", "X-Huixin-Signature": sign(self.key, body)}


if __name__ == "__main__":
    with Gateway() as gateway:
        print(f"send_url={gateway.send_url} key={gateway.key}", flush=True)
        Event().wait()
