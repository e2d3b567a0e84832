"""`huixin flows`: checks flow files and replays their transcripts."""

from pathlib import Path

import click

from app.domain.flows.checks import check_set
from app.domain.flows.definition import Shelf
from app.domain.flows.replaying import replay
from app.domain.flows.vocabulary import Vocabulary
from app.flow_files import Folder, read_path
from app.rules import load_rules


@click.group("flows")
def flows() -> None:
    """Check flow files, and try them against their transcripts."""


@flows.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def check(path: Path) -> None:
    """Look for what is wrong with the flows at PATH: one line a finding, with file and line."""
    folder = _read(path)
    findings = [*folder.findings, *check_set(folder.flows, _vocabulary())]
    _tell(
        [str(finding) for finding in sorted(findings)], f"{len(folder.flows)} flows checked, nothing to mend"
    )


@flows.command("test")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def test(path: Path) -> None:
    """Replay the transcripts beside the flows at PATH: one line a difference, with file and line."""
    folder = _read(path)
    shelf = Shelf.of(*(definition for definition, _ in folder.flows))
    differences = [*map(str, folder.findings), *map(str, replay(folder.transcripts, shelf))]
    _tell(
        differences,
        f"{len(folder.transcripts)} transcripts of {len(folder.flows)} flows replayed, all as written",
    )


def _read(path: Path) -> Folder:
    folder = read_path(path)
    if not folder.flows and not folder.findings:
        raise click.ClickException(f"{path} holds no flow (*.yml)")
    return folder


def _vocabulary() -> Vocabulary:
    words = load_rules().opt_out_words
    return Vocabulary(opt_out_words=words.opt_out, opt_in_words=words.opt_in)


def _tell(wrong: list[str], all_is_well: str) -> None:
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        raise SystemExit(1)
    click.echo(all_is_well)


COMMAND = flows
