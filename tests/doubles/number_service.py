"""A double of a number-check service behind the signed HTTP checker: it refuses what is not signed."""

import json
from collections import deque

from tests.doubles.gateway import sign
from tests.doubles.listening import Call, Listening, Reply

KEY = "key-of-the-checker"


class NumberService(Listening):
    """`knows` is what it says by phone; `asked` are the batches; `answer_with` scripts what comes next."""

    def __init__(self, key: str = KEY) -> None:
        self.key = key
        self.knows: dict[str, tuple[str, str | None]] = {}
        self.asked: list[list[str]] = []
        self._next: deque[Reply] = deque()
        super().__init__(self._answer)

    def answer_with(self, reply: Reply, times: int = 1) -> None:
        self._next.extend([reply] * times)

    def _answer(self, call: Call) -> Reply:
        if call.headers.get("X-Huixin-Signature") != sign(self.key, call.body):
            return Reply(401)
        phones = json.loads(call.body)["phones"]
        self.asked.append(phones)
        if self._next:
            return self._next.popleft()
        told = [(phone, *self.knows.get(phone, ("alive", None))) for phone in phones]
        results = [{"phone": phone, "status": status, "code": code} for phone, status, code in told]
        return Reply(200, json.dumps({"results": results}).encode())
