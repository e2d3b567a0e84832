"""`huixin bot`: train, measure and choose the language model, in the bot's own environment."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from app import clock
from app.cli._opening import counted, json_option, opened, opened_if_made, print_json

if TYPE_CHECKING:
    from app.domain.promotion import Fall
    from app.domain.reading_figures import Line, Read
    from app.learning import Comparison, Trained
    from app.usecases.parts import Parts


def run(name: str, arguments: Sequence[str]) -> None:
    """Run one of the bot's commands and end with its exit code."""
    from app.language_model import LanguageError, bot_command, bot_environ

    try:
        command = bot_command(name, arguments)
    except LanguageError as error:
        raise click.ClickException(str(error)) from None
    code = subprocess.run(command, env=bot_environ(), check=False).returncode
    if code:
        raise click.exceptions.Exit(code if code in (1, 2) else 1)


@click.group("bot")
def bot() -> None:
    """Train, measure and choose the language model."""


@bot.command("train")
@click.option(
    "--no-promote", is_flag=True, help="Keep serving the present model, however well the new one reads."
)
def train(no_promote: bool) -> None:
    """Train a model from config.yml, data/nlu/ and the labels that were accepted; promote it unless it reads worse."""
    from app import learning
    from app.language_model import LanguageError
    from app.usecases.labels import learnt

    try:
        trained = learning.train(_asked(learnt))
        click.echo(f"{trained.name}: {counted(trained.examples, 'example')}, {_news(trained)}")
        if no_promote or trained.name == trained.present:
            return
        falls = learning.refused_before(trained) or _compared(trained)
    except LanguageError as error:
        raise click.ClickException(str(error)) from None
    if falls:
        raise click.ClickException(_refused(trained, falls))
    run("promote", [trained.name])


def _compared(trained: "Trained") -> "list[Fall]":
    """What the new model makes worse, once both have read every line; the refusal is remembered."""
    from app import learning

    if trained.damaged:
        click.echo(f"  the file of {trained.damaged} is damaged or gone: there is nothing to compare with")
    compared = learning.compare(trained, _asked(learning.recent))
    if compared is None:
        return []
    _show_comparison(compared)
    if compared.falls:
        learning.remember_refusal(trained, compared.falls)
    return compared.falls


def _refused(trained: "Trained", falls: "Sequence[Fall]") -> str:
    worse = ", ".join(f"{one.figure} {one.before:.4f} -> {one.after:.4f}" for one in falls)
    return (
        f"{trained.name} is not promoted, {trained.present} goes on: the new one reads worse ({worse}). Mend the "
        f"examples or the labels and train again, or take it as it is: huixin bot promote {trained.name}"
    )


def _asked(question: "Callable[[Parts], list[Any]]") -> list[Any]:
    """What the installation's database says; a checkout where nothing was installed has nothing to say."""
    with opened_if_made() as parts:
        return question(parts) if parts is not None else []


def _news(trained: "Trained") -> str:
    if not trained.is_new:
        return "there already"
    learnt = (
        f", {counted(trained.learnt, 'of them a correction', 'of them corrections')}"
        if trained.learnt
        else ""
    )
    return f"trained in {trained.seconds} s{learnt}"


def _show_comparison(compared: "Comparison") -> None:
    worse = {one.figure for one in compared.falls}
    for name, before, after in compared.guarded:
        click.echo(f"  {name:<34} {before:.4f} -> {after:.4f}{'  WORSE' if name in worse else ''}")
    seen = compared.shadow
    if seen is not None and seen.n:
        click.echo(
            f"  {counted(seen.n, 'text')} of the last 30 days: {seen.changed} read otherwise, "
            f"opt-outs -{seen.opt_outs_lost} +{seen.opt_outs_gained}, "
            f"complaints -{seen.complaints_lost} +{seen.complaints_gained}"
        )


@bot.command("label")
@click.argument("message", type=click.UUID)
@click.argument("intent")
def label(message: UUID, intent: str) -> None:
    """Say that the text MESSAGE meant INTENT; a later model learns it once the label is accepted."""
    from app.usecases.labels import LabelRefused, put

    with opened() as parts:
        try:
            click.echo(put(parts, message, intent, "command", clock.now()))
        except LabelRefused as error:
            raise click.ClickException(str(error)) from None


@bot.command("labels")
@click.option(
    "--state", type=click.Choice(["waiting", "accepted", "rejected"]), default="waiting", show_default=True
)
@json_option
def list_labels(state: str, as_json: bool) -> None:
    """List the labels that wait for a review, the oldest first."""
    from app.reads.labels import listed

    with opened() as parts, parts.store.read() as session:
        found = listed(session, state)
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one['id']}  {one['guessed'] or '-'} -> {one['intent']}  {one['text']}")
    if not found:
        click.echo(f"no label is {state}")


@bot.command("review")
@click.argument("label_id", metavar="LABEL", type=click.UUID)
@click.argument("intent")
@click.argument("verdict", type=click.Choice(["accept", "reject"]))
def review(label_id: UUID, intent: str, verdict: str) -> None:
    """Accept or reject a LABEL with the INTENT that was listed; the next `huixin bot train` learns what is accepted."""
    from app.usecases.labels import LabelRefused
    from app.usecases.labels import review as decide

    with opened() as parts:
        try:
            decide(parts, label_id, intent, verdict == "accept", "command", clock.now())
        except LabelRefused as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{verdict}ed")


@bot.command("evaluate")
@click.option(
    "--test",
    "test_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Lines of text, intent, language, with tabs between; a header may name `last`, the message before.",
)
@click.option("--model", metavar="NAME", help="Another model than the current one.")
@click.option("--running", is_flag=True, help="Ask the server that runs instead of loading a model.")
@json_option
@click.option("--misses", is_flag=True, help="List each line that is taken for something else.")
def evaluate(test_file: Path, model: str | None, running: bool, as_json: bool, misses: bool) -> None:
    """Measure how labelled lines are read, by rules and model together as customers meet them."""
    from app import language_model
    from app.settings import load

    if running and model:
        raise click.UsageError("--running asks the model that is served: leave --model out")
    lines = _lines(test_file)
    reader = language_model.with_server(load().nlu_url) if running else language_model.with_trained(model)
    try:
        name, reads = language_model.read_all(lines, language_model.shipped_rules(), reader)
    except language_model.LanguageError as error:
        raise click.ClickException(str(error)) from None
    found = language_model.document(name, reads)
    if as_json:
        print_json(found)
    else:
        _show(found)
    for read in reads if misses else ():
        if not read.is_right:
            click.echo(_missed(read))


def _lines(test_file: Path) -> "list[Line]":
    from app.domain.flows.vocabulary import INTENTS
    from app.domain.reading_figures import LinesRefused, read_lines

    try:
        return read_lines(test_file.read_text(encoding="utf-8-sig"), INTENTS)
    except UnicodeDecodeError:
        raise click.ClickException(f"{test_file} has to be a text file in UTF-8") from None
    except LinesRefused as error:
        raise click.ClickException(f"{test_file}: {error}") from None


def _show(found: dict[str, Any]) -> None:
    low, high = found["accuracy_interval"]
    click.echo(f"{found['model']} with the rules before it, {found['n']} lines")
    click.echo(
        f"accuracy {found['accuracy']:.3f} ({low:.3f} to {high:.3f}), macro-F1 {found['macro_f1']:.3f}"
    )
    opt_out = found["opt_out"]
    click.echo(
        f"opting out: at once {opt_out['sure_recall']:.3f} at precision {opt_out['sure_precision']:.3f}, "
        f"at once or asked {opt_out['sure_or_asked_recall']:.3f}; "
        f"of others opted out {opt_out['opted_out_of_others']:.4f}, asked {opt_out['asked_of_others']:.4f}"
    )
    for language, scores in found["per_language"].items():
        click.echo(f"  {language:<16} accuracy {scores['accuracy']:.3f}   n {scores['n']}")
    for intent, scores in found["per_intent"].items():
        click.echo(
            f"  {intent:<16} precision {scores['precision']:.3f}  recall {scores['recall']:.3f}  n {scores['n']}"
        )
    for missed in found["confusions"]:
        click.echo(f"  {missed['n']:>3} x {missed['intent']} taken for {missed['guessed']}")
    click.echo(f"a parse takes {found['latency']['p50']} ms (p50), {found['latency']['p95']} ms (p95)")


def _missed(read: "Read") -> str:
    reading = read.reading
    return "\t".join((read.line.text, read.line.intent, reading.intent, reading.opt_out.value, reading.by))


@bot.command("promote")
@click.argument("name")
def promote(name: str) -> None:
    """Serve this model; a running server changes to it without a pause."""
    run("promote", [name])


@bot.command("rollback")
def rollback() -> None:
    """Go back to the model that was current before."""
    run("rollback", [])


@bot.command("models")
@json_option
def list_models(as_json: bool) -> None:
    """List the trained models, the oldest first."""
    run("models", ["--json"] * as_json)


COMMAND = bot
