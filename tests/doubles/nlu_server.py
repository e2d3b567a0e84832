"""A double of the language model's server: what a text means stands in the text (`intent:greeting ...`).

`python -m tests.doubles.nlu_server PORT` runs it by itself, so that it can be killed.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OTHERS = ("opt_out", "complaint", "human_agent")


def meaning(text: str) -> dict[str, Any]:
    """Return the server's answer for this text."""
    words = [word.removeprefix("intent:") for word in text.split() if word.startswith("intent:")]
    intent = words[0] if words else "out_of_scope"
    ranking = [
        {"name": intent, "confidence": 0.97},
        *({"name": other, "confidence": 0.01} for other in OTHERS),
    ]
    return {"text": text, "intent": ranking[0], "intent_ranking": ranking, "entities": []}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = [meaning(text) for text in json.loads(body)["texts"]] if body else {"model": "double"}
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Huixin-Model", "double")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _serve  # noqa: N815 - the names that http.server calls

    def log_message(self, *_: Any) -> None:
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
