"""The bot's commands, as `huixin bot` and `huixin nlu` start them: `python -m bot NAME ...`."""

import argparse
import json
import sys
from collections.abc import Callable

from bot.shelf import Model, Shelf, ShelfError, var_folder
from bot.surroundings import settle


def promote(arguments: list[str]) -> int:
    """Serve this model; a running server changes to it without a pause."""
    parser = argparse.ArgumentParser(prog="huixin bot promote")
    parser.add_argument("name")
    return _say("now current", Shelf(var_folder() / "models").promote(parser.parse_args(arguments).name))


def rollback(arguments: list[str]) -> int:
    """Go back to the model that was current before."""
    argparse.ArgumentParser(prog="huixin bot rollback").parse_args(arguments)
    return _say("back to", Shelf(var_folder() / "models").rollback())


def models(arguments: list[str]) -> int:
    """List the trained models, the oldest first."""
    parser = argparse.ArgumentParser(prog="huixin bot models")
    parser.add_argument("--json", action="store_true")
    shelf = Shelf(var_folder() / "models")
    as_json, known = parser.parse_args(arguments).json, shelf.models()
    current = shelf.current_name() if known else None
    rows = [{"name": model.name, "is_current": model.name == current, **model.facts} for model in known]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        mark = "*" if row["is_current"] else " "
        print(f"{mark} {row['name']}  {row['examples']} examples, trained in {row['train_seconds']} s")
    return 0


def _say(what: str, model: Model) -> int:
    print(f"{what}: {model.name}")
    return 0


def _command(name: str) -> Callable[[list[str]], int] | None:
    if name == "train":
        from bot.train import main as train

        return train
    if name == "read":
        from bot.reading import main as read

        return read
    if name == "serve":
        from bot.serve import main as serve

        return serve
    return {"promote": promote, "rollback": rollback, "models": models}.get(name)


def main(arguments: list[str]) -> int:
    """Exit code: 0 done, 1 a failure told in one line on stderr, 2 wrong usage."""
    command = _command(arguments[0]) if arguments else None
    if command is None:
        print("usage: python -m bot train|read|serve|promote|rollback|models", file=sys.stderr)
        return 2
    try:
        return command(arguments[1:])
    except (ShelfError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    settle()
    sys.exit(main(sys.argv[1:]))
