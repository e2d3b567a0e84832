"""`huixin doctor`: looks the installation over, and tells the mend beside each problem."""

import click

from app import clock, logs
from app.cli._opening import json_option, print_json
from app.cli._reaching import answers
from app.reads.checkup import Finding
from app.settings import SettingsError, load


@click.command("doctor")
@json_option
def doctor(as_json: bool) -> None:
    """Tell what is missing, in quarantine or behind; exit 1 on a problem."""
    findings = []
    for finding in _findings():
        findings.append(finding)
        if not as_json:
            _tell(finding)
    if as_json:
        print_json([finding.as_json() for finding in findings])
    if not all(finding.is_ok for finding in findings):
        raise SystemExit(1)


def _findings() -> list[Finding]:
    """Every finding; with settings that cannot be used nothing else can be looked at."""
    try:
        settings = load()
    except SettingsError as error:
        return [Finding("settings", False, f"{one.setting} {one.wrong}", one.mend) for one in error.problems]
    from app.nlu import Nlu
    from app.reads.checkup import Outside, look_over
    from app.rules import load_rules
    from app.store.engine import Store, open_engine
    from app.wiring import install_keys

    logs.configure(settings.log_format)
    install_keys(settings)
    store = Store(open_engine(settings.database_url))
    try:
        outside = Outside(Nlu(settings.nlu_url).is_up, answers)
        found = look_over(store, settings, outside, load_rules(), clock.now())
        return [Finding("settings", True, "can be used"), *found]
    finally:
        store.close()


def _tell(finding: Finding) -> None:
    if finding.is_note:
        state = click.style("note   ", fg="yellow")
    elif finding.is_ok:
        state = click.style("ok     ", fg="green")
    else:
        state = click.style("problem", fg="red", bold=True)
    click.echo(f"{state}  {finding.name}: {finding.says}")
    if finding.mend:
        click.echo(f"         → {finding.mend}")


COMMAND = doctor
