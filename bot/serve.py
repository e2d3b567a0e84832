"""Serves the current model through Rasa's own HTTP server, to this machine only."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

from bot.shelf import Model, Shelf, ShelfError, var_folder
from bot.together import MOST, Together

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from sanic import Sanic

MODEL_HEADER = "X-Huixin-Model"
OPEN_PATHS = ("/", "/model/parse", "/status", "/version")
"""All that Rasa's server may be asked: its other routes change the model or write files."""

_WARM_UP = ("你好", "please stop texting me", "明天下午三点还有位子吗")


def plain(text: str) -> str:
    """The text without what Rasa would take as an intent payload: a leading `/`."""
    return text.lstrip("/\\ \t\r\n\u3000\uff0f")


def keep_texts_out_of_logs() -> None:
    """Rasa writes each text at level debug, to a logger that no standard setting silences."""
    import structlog

    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def load(model: Model) -> "Agent":
    """The model, loaded and warm; ShelfError if Rasa loaded another one."""
    keep_texts_out_of_logs()
    from rasa.core.agent import Agent

    agent = Agent.load(str(model.path))
    loaded = agent.processor.model_filename if agent.processor else None
    if loaded != model.path.name:
        raise ShelfError(f"Rasa loaded {loaded} instead of {model.path.name}")

    async def warm_up() -> None:
        for text in _WARM_UP:
            await agent.parse_message(text)

    asyncio.run(warm_up())
    return agent


def wanted(body: object) -> list[str] | None:
    """The texts of a request, made plain: of `text` one, of `texts` up to MOST; None where it asks for nothing."""
    asked = body if isinstance(body, dict) else {}
    texts = asked.get("texts", [asked.get("text")])
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST:
        return None
    if not all(isinstance(text, str) and plain(text) for text in texts):
        return None
    return [plain(text) for text in texts]


def application(agent: "Agent", model: Model) -> "Sanic":
    """Rasa's application, closed but for OPEN_PATHS, and with texts made plain and read together."""
    from rasa.server import create_app
    from sanic.request import Request
    from sanic.response import HTTPResponse, json

    app, together = create_app(agent, cors_origins=[]), Together(agent)

    async def guard(request: Request) -> HTTPResponse | None:
        if request.path not in OPEN_PATHS:
            return json({"status": "failure", "reason": "NotFound"}, status=404)
        if request.path != "/model/parse" or request.method != "POST":
            return None
        texts = wanted(request.json)
        if texts is None:
            return json({"status": "failure", "reason": "BadRequest", "message": "no text"}, status=400)
        answers = await together.parse(texts)
        return json(answers if "texts" in request.json else answers[0])

    async def name_model(request: Request, answer: HTTPResponse) -> None:
        answer.headers[MODEL_HEADER] = model.name

    app.register_middleware(guard, "request")
    app.register_middleware(name_model, "response")
    return app


def end_with_parent(parent: int) -> None:
    """Ends this process within a second of the one with this id."""
    is_child = os.getppid() == parent

    def watch() -> None:
        while os.getppid() == parent if is_child else _is_alive(parent):
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(3)
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def tell_when_ready(app: "Sanic", descriptor: int) -> None:
    """Writes one byte to the descriptor once the server accepts, and closes it."""

    async def tell(app: "Sanic", loop: object) -> None:
        os.write(descriptor, b"1")
        os.close(descriptor)

    app.register_listener(tell, "after_server_start")


def main(arguments: list[str]) -> int:
    """The command; it returns when the server has been told to end."""
    parser = argparse.ArgumentParser(prog="python -m bot serve", description=__doc__)
    parser.add_argument("--listening-fd", type=int, required=True, help="the socket to accept on")
    parser.add_argument("--ready-fd", type=int, help="where to write once it answers")
    parser.add_argument("--model", metavar="NAME", help="another than the current one")
    parser.add_argument("--parent-pid", type=int, default=os.getppid(), help="end when this process ends")
    options = parser.parse_args(arguments)
    end_with_parent(options.parent_pid)
    listening = socket.socket(fileno=options.listening_fd)
    shelf = Shelf(var_folder() / "models")
    model = shelf.whole(options.model) if options.model else shelf.current()
    app = application(load(model), model)
    if options.ready_fd is not None:
        tell_when_ready(app, options.ready_fd)
    address, port = listening.getsockname()[:2]
    print(f"serving {model.name} on http://{address}:{port}", file=sys.stderr, flush=True)
    app.run(sock=listening, workers=1, access_log=False, debug=False, motd=False)
    return 0
