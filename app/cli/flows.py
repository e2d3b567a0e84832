"""`huixin flows`: checks flow files, replays their transcripts, publishes and exports them."""

from collections.abc import Iterable
from pathlib import Path

import click

from app import clock
from app.cli._opening import counted, opened
from app.domain.flows.checks import check_set
from app.domain.flows.definition import Definition, Shelf
from app.domain.flows.findings import Finding, Source
from app.domain.flows.keyword_checks import check_keywords
from app.domain.flows.replaying import replay
from app.domain.flows.text_checks import Terms, check_texts
from app.domain.flows.vocabulary import Vocabulary
from app.flow_files import Folder, read_path, to_yaml
from app.rules import load_rules
from app.usecases import flow_publishing, flow_unpublishing
from app.usecases.directory import BrandView
from app.usecases.parts import Parts


@click.group("flows")
def flows() -> None:
    """Check flow files, and try them against their transcripts."""


@flows.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def check(path: Path) -> None:
    """Look for what is wrong with the flows at PATH: one line a finding, with file and line."""
    folder = _read(path)
    findings = _findings(folder, flow_publishing.anybodys_terms(load_rules(), clock.now()))
    _tell(
        [str(finding) for finding in sorted(findings)],
        f"{counted(len(folder.flows), 'flow')} checked, nothing to mend",
    )


@flows.command("test")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def test(path: Path) -> None:
    """Replay the transcripts beside the flows at PATH: one line a difference, with file and line."""
    folder = _read(path)
    shelf = Shelf.of(*(definition for definition, _ in folder.flows))
    differences = [*map(str, folder.findings), *map(str, replay(folder.transcripts, shelf))]
    count = f"{counted(len(folder.transcripts), 'transcript')} of {counted(len(folder.flows), 'flow')}"
    _tell(differences, f"{count} replayed, all as written")


@flows.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--brand", required=True, help="The brand that gets the flows.")
def import_(path: Path, brand: str) -> None:
    """Check the flows at PATH, try their transcripts, and publish what has changed."""
    folder = _read(path)
    shelf = Shelf.of(*(definition for definition, _ in folder.flows))
    definitions = [definition for definition, _ in folder.flows]
    with opened() as parts:
        owner, now = _brand(parts, brand), parts.now()
        wrong = [str(finding) for finding in _findings(folder, flow_publishing.text_terms(parts, owner, now))]
        wrong += [str(difference) for difference in replay(folder.transcripts, shelf)]
        if wrong:
            _tell(wrong, "")
        for finding in _claimed_by_others(folder, flow_publishing.published(parts, owner)):
            click.echo(f"note: {finding}", err=True)
        changed = flow_publishing.publish(parts, owner.code, definitions, now, "command")
    click.echo(f"published: {', '.join(changed)}" if changed else "nothing has changed")


@flows.command("export")
@click.argument("path", type=click.Path(file_okay=False, path_type=Path))
@click.option("--brand", required=True, help="The brand whose flows are written.")
def export(path: Path, brand: str) -> None:
    """Write the brand's published flows into the folder PATH, one YAML file each."""
    with opened() as parts:
        found = flow_publishing.published(parts, _brand(parts, brand))
    path.mkdir(parents=True, exist_ok=True)
    for definition in found:
        (path / f"{definition.name}.yml").write_text(to_yaml(definition), encoding="utf-8")
    click.echo(f"{counted(len(found), 'flow')} written to {path}")


@flows.command("unpublish")
@click.argument("name")
@click.option("--brand", required=True, help="The brand whose flow it is.")
def unpublish(name: str, brand: str) -> None:
    """Take the published flow NAME back: nobody starts it any more, and conversations in it end."""
    with opened() as parts:
        ended = flow_unpublishing.unpublish(parts, _brand(parts, brand), name, parts.now(), "command")
    if ended is None:
        raise click.ClickException(f"no flow {name!r} is published for {brand}")
    click.echo(f"{name} is not published any more; {counted(ended, 'conversation')} in it ended")


def _claimed_by_others(folder: Folder, published: Iterable[Definition]) -> list[Finding]:
    """Keywords that flows have which stay published beside these."""
    names = {definition.name for definition, _ in folder.flows}
    others = [(one, Source("")) for one in published if one.name not in names]
    return [finding for finding in check_keywords([*others, *folder.flows]) if finding.file]


def _brand(parts: Parts, code: str) -> BrandView:
    brand = parts.directory.current(parts.now()).brand_coded(code)
    if brand is None:
        raise click.ClickException(f"there is no brand {code!r}: `huixin brands list` shows them")
    return brand


def _read(path: Path) -> Folder:
    folder = read_path(path)
    if not folder.flows and not folder.findings:
        raise click.ClickException(f"{path} holds no flow (*.yml)")
    return folder


def _findings(folder: Folder, terms: Terms) -> list[Finding]:
    words = load_rules().opt_out_words
    offers = None if terms.offers is None else frozenset(terms.offers)
    vocabulary = Vocabulary(words.opt_out, words.opt_in, offers=offers)
    return [
        *folder.findings,
        *check_set(folder.flows, vocabulary),
        *check_texts(folder.flows, terms),
    ]


def _tell(wrong: list[str], all_is_well: str) -> None:
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        raise SystemExit(1)
    click.echo(all_is_well)


COMMAND = flows
