"""Reads many texts with one model, each alone as the server does it, and says how long each took."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from bot.shelf import Model, Shelf, ShelfError, var_folder


def read(model: Model, texts: Sequence[str]) -> list[dict[str, Any]]:
    """What the warm model makes of each text, in order."""
    from bot.serve import load, plain

    agent = load(model)

    async def run() -> list[dict[str, Any]]:
        return [await _one(agent, plain(text) or "?") for text in texts]

    return asyncio.run(run())


async def _one(agent: Any, text: str) -> dict[str, Any]:
    began = time.perf_counter()
    parsed = await agent.parse_message(text)
    spent = (time.perf_counter() - began) * 1000
    ranking = {each["name"]: each["confidence"] for each in parsed["intent_ranking"]}
    intent = parsed["intent"]
    return {
        "intent": intent["name"],
        "confidence": intent["confidence"],
        "ranking": ranking,
        "milliseconds": round(spent, 2),
    }


def main(arguments: list[str]) -> int:
    """The command: a JSON list of texts on stdin; on stdout `{"model", "readings": [...]}` in the same order."""
    parser = argparse.ArgumentParser(prog="python -m bot read", description=__doc__)
    parser.add_argument("--model", metavar="NAME", help="another than the current one")
    options = parser.parse_args(arguments)
    texts = json.load(sys.stdin)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ShelfError("expected a JSON list of texts on stdin")
    shelf = Shelf(var_folder() / "models")
    model = shelf.whole(options.model) if options.model else shelf.current()
    readings = read(model, texts)
    print(json.dumps({"model": model.name, "readings": readings}, ensure_ascii=False), flush=True)
    return 0
