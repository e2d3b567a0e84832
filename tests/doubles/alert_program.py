"""A double of a program that is told of warnings: refuses what is not signed, drops what it has already."""

import json
from collections import deque
from typing import Any

from tests.doubles.gateway import sign
from tests.doubles.listening import Call, Listening, Reply

SECRET = "secret-of-the-alert-program"


class AlertProgram(Listening):
    """`told` is what it was told, each notice once; `calls` are all that were signed, repeats with them."""

    def __init__(self, secret: str = SECRET) -> None:
        self.secret = secret
        self.told: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.forged = 0
        self._next: deque[Reply] = deque()
        super().__init__(self._answer)

    def answer_with(self, reply: Reply, times: int = 1) -> None:
        """The next calls are answered so; what is lost was taken before."""
        self._next.extend([reply] * times)

    def _answer(self, call: Call) -> Reply:
        if call.headers.get("X-Huixin-Signature") != sign(self.secret, call.body):
            self.forged += 1
            return Reply(401)
        notice = json.loads(call.body)
        assert call.headers.get("Idempotency-Key") == notice["id"]
        self.calls.append(notice["id"])
        planned = self._next.popleft() if self._next else Reply(204)
        if planned.is_lost or planned.status < 300:
            self.told.setdefault(notice["id"], notice)
        return planned
