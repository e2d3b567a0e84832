"""`huixin bench`: measures speed and memory on this machine, each figure beside its yardstick or bar."""

import json
from collections.abc import Callable, Sequence
from functools import partial

import click
from rich.console import Console
from rich.table import Table

from app.bench import (
    content,
    customer_import,
    deadlines,
    desk,
    dialogue,
    dispatch,
    gate,
    inbound,
    language,
    memory,
    rotation,
)
from app.bench.figures import Figure, machine
from app.bench.installation import databases

BENCHES: dict[str, Callable[[str], list[Figure]]] = {
    "inbound": inbound.measure,
    "dialogue": dialogue.measure,
    "dispatch": dispatch.measure,
    "content": content.measure,
    "gate": gate.measure,
    "deadlines": deadlines.measure,
    "desk": desk.measure,
    "import": customer_import.measure,
    "rotation": rotation.measure,
    "language": language.measure,
    "memory": memory.measure,
}
SIZED: dict[str, Callable[..., list[Figure]]] = {
    "desk": desk.measure,
    "import": customer_import.measure,
    "rotation": rotation.measure,
}


@click.command("bench")
@click.argument("names", nargs=-1, type=click.Choice(sorted(BENCHES)))
@click.option(
    "--database", type=click.Choice(["sqlite", "postgresql"]), help="One database; else all that are there."
)
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    help="People in `import` and `rotation`, settled complaints in `desk`, for example 1000000.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def bench(names: Sequence[str], database: str | None, rows: int | None, as_json: bool) -> None:
    """Measure NAMES, or everything. Memory takes several minutes a database."""
    figures: list[Figure] = []
    for name in names or list(BENCHES):
        for one in [database] if database else databases():
            if not as_json:
                click.echo(f"measuring {name} on {one} ...", err=True)
            measure = partial(SIZED[name], count=rows) if rows and name in SIZED else BENCHES[name]
            figures += measure(one)
    if as_json:
        click.echo(json.dumps({"machine": machine(), "figures": [figure.to_json() for figure in figures]}))
        return
    Console(width=120).print(_table(figures))
    click.echo(machine())


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("bench", "database", "what", "value", "unit", "bar", "of bar", "yardstick")
    for one in figures:
        ratio = one.of_bar
        table.add_row(
            one.bench,
            one.database,
            one.what,
            f"{one.value:,.1f}",
            one.unit,
            "" if one.bar is None else f"{'≤' if one.is_ceiling else ''}{one.bar:,.0f}",
            "" if ratio is None else f"{ratio:.2f}",
            "" if one.yardstick is None else f"{one.yardstick:,.0f}",
        )
    return table


COMMAND = bench
