"""Writes `docs/rules.md` from the rules themselves: `python -m app.rules_page > docs/rules.md`."""

import sys
from collections.abc import Iterable

from app.domain.compliance.decision import RULE_ERROR
from app.domain.opt_out import ChannelKind, OptOutWord
from app.rules import Rules, load_rules

_HEAD = """# The rules

Generated from the rules and their data by `python -m app.rules_page`; a test fails when this page is not current.

## The gate

Every message passes every rule just before it is handed over. A refusal beats a deferral, the later deferral beats
the earlier, and every reason is kept in the decision log. A rule that fails refuses as `{rule_error}`.

| rule | what it says | default | source |
|---|---|---|---|
"""

_PURPOSES = """
## What a message is for

Nobody chooses it: it follows from what caused the message and from its text.

| purpose | when |
|---|---|
| `staff_alert` | to staff |
| `opt_in_confirmation` | confirms an opt-in, or asks somebody who has written within 24 hours for it; offers nothing |
| `opt_out_confirmation` | confirms an opt-out, and offers nothing |
| `reply` | answers a text of the customer within 24 hours; after a wait, without promotional words and offers |
| `service` | follows a transactional event or a complaint of theirs, and holds no promotional word and no offer |
| `marketing` | everything else |

Transactional events (a name that ends with a dot is a family): {events}.
"""

_OPT_OUT = """
## Words that opt out

| word | language | stops | counts | channels | source |
|---|---|---|---|---|---|
"""

_OPT_IN = """
## Words that opt in again

| word | language | source |
|---|---|---|
"""


def page(rules: Rules) -> str:
    """The page as Markdown."""
    gate = "".join(_row(f"`{rule.name}`", rule.says, rule.default, rule.source) for rule in rules.gate)
    reasons = {code: meaning for rule in rules.gate for code, meaning in rule.reasons.items()}
    codes = "".join(_row(f"`{code}`", meaning) for code, meaning in sorted(reasons.items()))
    events = ", ".join(f"`{event}`" for event in sorted(rules.transactional))
    return "".join(
        [
            _HEAD.format(rule_error=RULE_ERROR),
            gate,
            "\n## Reasons\n\n| code | meaning |\n|---|---|\n",
            codes,
            _row(f"`{RULE_ERROR}`", "A rule failed; what cannot be judged is not sent."),
            _PURPOSES.format(events=events),
            _OPT_OUT,
            *map(_word_row, rules.opt_out_words.opt_out),
            _OPT_IN,
            *(_row(f"`{row.word}`", row.language, row.source) for row in rules.opt_out_words.opt_in),
        ]
    )


def _word_row(row: OptOutWord) -> str:
    every = row.channels == frozenset(ChannelKind)
    channels = "all" if every else ", ".join(sorted(row.channels))
    return _row(f"`{row.word}`", row.language, row.scope, row.when.replace("_", " "), channels, row.source)


def _row(*cells: str) -> str:
    return "| " + " | ".join(_cells(cells)) + " |\n"


def _cells(cells: Iterable[str]) -> list[str]:
    return [cell.replace("|", "\\|") for cell in cells]


if __name__ == "__main__":
    sys.stdout.write(page(load_rules()))
