"""`huixin audit`: proves that nobody has changed what was recorded, to ourselves and to a regulator."""

import json
import os
from pathlib import Path

import click

from app import clock
from app.cli import _reading
from app.cli._opening import counted, json_option, opened, print_json
from app.domain.proof.chain import Head
from app.reads.proof import Proof


@click.group("audit")
def audit() -> None:
    """Proof of consents, decisions and the audit."""


@audit.command("verify")
@click.option(
    "--known",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What an earlier `huixin audit verify --json` printed, kept elsewhere: chains must contain those seals.",
)
@json_option
def verify(known: Path | None, as_json: bool) -> None:
    """Prove every ledger whole, or name each row and seal that is not; exit 1 on any finding."""
    from app.reads.proof import prove

    heads = _heads(known) if known else {}
    with opened() as parts:
        proofs = prove(parts.store, heads)
    if as_json:
        print_json([proof.as_json() for proof in proofs])
    else:
        for proof in proofs:
            _tell(proof)
    if any(proof.findings for proof in proofs):
        raise SystemExit(1)


def _heads(known: Path) -> dict[str, Head]:
    try:
        told = json.loads(known.read_text(encoding="utf-8"))
        return {
            one["ledger"]: Head(one["head"]["sequence"], bytes.fromhex(one["head"]["digest"])) for one in told
        }
    except (ValueError, KeyError, TypeError):
        raise click.BadParameter(
            f"{known} is not what `huixin audit verify --json` prints", param_hint="--known"
        ) from None


@audit.command("bundle")
@click.argument("phone")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "since", metavar="TIME", help="Texts and decisions from this moment on (ISO 8601).")
@click.option("--to", "until", metavar="TIME", help="All up to this moment; else up to now.")
def bundle(phone: str, file: Path, since: str | None, until: str | None) -> None:
    """Write one signed FILE that answers a regulator's question about PHONE; `huixin-verify FILE` checks it.

    It holds consents, opt-outs, texts and decisions in the clear. The audit notes that it was made.
    """
    from app.domain.proof.bundle import sealed_up
    from app.reads.bundle import content
    from app.store.encryption import keyring
    from app.usecases import show_bundle

    now, e164 = clock.now(), _reading.phone(phone)
    start = _reading.moment(since, "--from") if since else None
    end = _reading.moment(until, "--to") if until else now
    if file.exists():
        raise click.ClickException(f"{file} exists: it is not written over")
    with opened() as parts:
        if not show_bundle.begin(parts, "command", e164, start, end, now):
            raise click.ClickException("nobody with this number is known")
        with parts.store.read() as session:
            told = content(session, e164, start, end, now, "command") or {}
    ring = keyring()
    _write(file, sealed_up(told, ring.public_key, ring.sign))
    click.echo(f"{file}, signed with {ring.public_key.hex()}")


def _write(file: Path, content: bytes) -> None:
    """Writes a file for its owner alone."""
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened_file:
            opened_file.write(content)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None


def _tell(proof: Proof) -> None:
    state = "problem" if proof.findings else "ok     "
    click.echo(
        f"{state}  {proof.ledger}: {counted(proof.rows, 'row')} under {counted(proof.seals, 'seal')},"
        f" {proof.unsealed} not sealed yet, {proof.pruned_rows} pruned;"
        f" seal {proof.head.sequence} is {proof.head.digest.hex()}"
    )
    for finding in proof.findings:
        click.echo(f"         {finding.subject} {finding.which} {finding.wrong}", err=True)
    if proof.findings_more:
        click.echo(f"         and {proof.findings_more} more", err=True)


COMMAND = audit
