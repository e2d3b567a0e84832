"""Reads the rule data of `data/rules/` into domain values, with an error that names file, row and mend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

import app.domain.compliance.rules
from app.domain.compliance.decision import Rule
from app.domain.composing import ChannelStyle, OptOutWording, offered_in
from app.domain.content.check import Check, Listed, Lists, Severity
from app.domain.content.checking import checks
from app.domain.content.words import Disguises, WordList
from app.domain.delivery_codes import CodeKind, DeliveryCode, DeliveryCodes
from app.domain.discovery import discover
from app.domain.opt_out import ChannelKind, OptInWord, OptOutWord, OptOutWords, Scope, When
from app.domain.purpose import PromotionalWord, PromotionalWords
from app.domain.sms_parts import Profile
from app.domain.windows import Window, window

Row = dict[str, Any]
T = TypeVar("T")


KEPT_DAYS = 184
"""The law wants six months. Source: SPEC CP-5."""
RULES_FOLDER = Path(__file__).parents[1] / "data" / "rules"


class RuleDataError(Exception):
    """A file of rule data cannot be used; the text says which row and how to mend it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that the domain's rules are given: read once, at wiring."""

    gate: tuple[Rule, ...]
    opt_out_words: OptOutWords
    promotional: PromotionalWords
    transactional: frozenset[str]
    delivery_codes: DeliveryCodes
    channel_styles: Mapping[str, ChannelStyle]
    checks: tuple[Check, ...]
    lists: Lists
    send_windows: Mapping[str, tuple[Window, ...]]
    """By industry; `other` for those without a row."""
    retention: Mapping[str, timedelta]
    """How long a log is kept; one without an entry is kept for good."""

    def channel_style(self, style: str) -> ChannelStyle:
        """The customs of this kind of channel."""
        return self.channel_styles[style]


def load_rules(folder: Path = RULES_FOLDER) -> Rules:
    """The rules and their data from the folder. Raises `RuleDataError`."""
    return Rules(
        gate=gate(),
        opt_out_words=_opt_out_words(folder / "opt_out_words.yml"),
        promotional=PromotionalWords(
            _rows(folder / "promotional_words.yml", "promotional", _promotional_word)
        ),
        transactional=frozenset(_rows(folder / "transactional_events.yml", "transactional", _event)),
        delivery_codes=DeliveryCodes(_delivery_codes(folder / "delivery_codes.yml")),
        channel_styles=_channel_styles(folder / "channel_styles.yml"),
        checks=checks(),
        lists=_lists(folder),
        send_windows=_send_windows(folder / "send_windows.yml"),
        retention=dict(_rows(folder / "retention.yml", "retention", _kept)),
    )


def gate() -> tuple[Rule, ...]:
    """The rules of the gate, sorted by name."""
    return tuple(cast(Rule, rule) for rule in discover(app.domain.compliance.rules, "RULE").values())


def _opt_out_words(path: Path) -> OptOutWords:
    around = _mapping(_content(path), path).get("around")
    if not isinstance(around, dict) or not around.get("source"):
        raise RuleDataError(f"{path.name}: `around` needs `polite`, `loose` and a `source`")
    return OptOutWords(
        _rows(path, "opt_out", _opt_out_word),
        _rows(
            path,
            "opt_in",
            lambda row: OptInWord(_text(row, "word"), _text(row, "language"), _text(row, "source")),
        ),
        _texts(around, "polite"),
        _texts(around, "loose"),
    )


def _opt_out_word(row: Row) -> OptOutWord:
    channels = frozenset(ChannelKind(name) for name in row.get("channels", list(ChannelKind)))
    return OptOutWord(
        word=_text(row, "word"),
        language=_text(row, "language"),
        scope=Scope(_text(row, "scope")),
        when=When(_text(row, "when")),
        channels=channels,
        source=_text(row, "source"),
    )


def _promotional_word(row: Row) -> PromotionalWord:
    _text(row, "source")
    is_offer = row.get("is_offer")
    if not isinstance(is_offer, bool):
        raise ValueError("`is_offer` is to be true or false")
    return PromotionalWord(_text(row, "word"), is_offer, tuple(_texts(row, "except")))


def _send_windows(path: Path) -> Mapping[str, tuple[Window, ...]]:
    found = dict(_rows(path, "send_windows", _industry))
    if "other" not in found:
        raise RuleDataError(f"{path.name}: no row for the industry `other`")
    return found


def _industry(row: Row) -> tuple[str, tuple[Window, ...]]:
    _text(row, "source")
    is_on_workdays = row.get("workdays", False) is True
    windows = tuple(window(written, is_on_workdays) for written in _texts(row, "windows"))
    if not windows:
        raise ValueError('`windows` is to list at least one, such as "10:00-20:00"')
    return _text(row, "industry"), windows


def _kept(row: Row) -> tuple[str, timedelta]:
    days, log = row.get("keep_days"), _text(row, "log")
    if log != "decisions":
        raise ValueError("`log` can be decisions; the others are kept for good")
    if not isinstance(days, int) or days < KEPT_DAYS:
        raise ValueError(f"`keep_days` has to be {KEPT_DAYS} or more")
    return log, timedelta(days=days)


def _lists(folder: Path) -> Lists:
    disguises = Disguises(
        {
            written: stands_for
            for stands_for, several in _rows(folder / "look_alikes.yml", "look_alikes", _look_alike)
            for written in several
        }
    )

    def of(name: str) -> WordList[Listed]:
        rows = _rows(folder / f"{name}.yml", name, _listed)
        return WordList(rows, lambda row: row.words, lambda row: row.exceptions, disguises)

    return Lists(disguises, of("blocked_words"), of("absolute_claims"), of("required_notices"))


def _look_alike(row: Row) -> tuple[str, list[str]]:
    _text(row, "source")
    stands_for, written = _text(row, "stands_for"), _texts(row, "written")
    if any(len(character) != 1 for character in (stands_for, *written)):
        raise ValueError("`stands_for` and each of `written` are to be one character")
    return stands_for, written


def _listed(row: Row) -> Listed:
    words = _texts(row, "words")
    if not words or not all(word.strip() for word in words):
        raise ValueError("`words` is to list at least one word, and no empty one")
    return Listed(
        category=_text(row, "category"),
        severity=Severity(_text(row, "severity")),
        words=tuple(words),
        exceptions=tuple(_texts(row, "except")),
        notices=tuple(_texts(row, "notices")),
        source=_text(row, "source"),
    )


def _event(row: Row) -> str:
    _text(row, "source")
    return _text(row, "event")


def _delivery_codes(path: Path) -> list[DeliveryCode]:
    return [code for row in _rows(path, "delivery_codes", _codes_of_row) for code in row]


def _codes_of_row(row: Row) -> list[DeliveryCode]:
    kind = CodeKind(_text(row, "kind"))
    codes = _texts(row, "codes")
    if kind is CodeKind.DELIVERED or not codes:
        raise ValueError("`codes` is to list at least one code, and `kind` to say why it was not delivered")
    return [DeliveryCode(_text(row, "provider"), code, kind, _text(row, "source")) for code in codes]


def _channel_styles(path: Path) -> Mapping[str, ChannelStyle]:
    styles = {style.kind: style for style in _rows(path, "channel_styles", _channel_style)}
    missing = sorted(set(ChannelKind) - set(styles))
    if missing:
        raise RuleDataError(f"{path.name}: no row for the style {', '.join(missing)}")
    return styles


def _channel_style(row: Row) -> ChannelStyle:
    reserves = row.get("reserves_brackets")
    by_language = row.get("opt_out")
    if not isinstance(reserves, bool) or not isinstance(by_language, dict) or {"zh", "en"} - set(by_language):
        raise ValueError("`reserves_brackets` is to be true or false, and `opt_out` to have `zh` and `en`")
    return ChannelStyle(
        kind=ChannelKind(_text(row, "style")),
        profile=Profile(_text(row, "profile")),
        reserves_brackets=reserves,
        opt_out={language: _wording(wording) for language, wording in by_language.items()},
        provider_opt_out=_wording(row.get("provider_opt_out")),
        source=_text(row, "source"),
    )


def _wording(row: object) -> OptOutWording:
    if not isinstance(row, dict):
        raise ValueError("an opt-out wording needs `wording` and `word`")
    wording = OptOutWording(_text(row, "wording"), _text(row, "word"))
    if offered_in(wording.wording) != wording.word:
        raise ValueError(f"nobody can tell from {wording.wording!r} that it promises {wording.word!r}")
    return wording


# --- reading YAML -------------------------------------------------------------------------------------------


def _rows(path: Path, key: str, build: Callable[[Row], T]) -> list[T]:
    rows = _mapping(_content(path), path).get(key)
    if not isinstance(rows, list) or not rows:
        raise RuleDataError(f"{path.name}: `{key}` is to be a list with at least one row")
    built = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise RuleDataError(f"{path.name}: {key}, row {number}: is to be a mapping, not {row!r}")
        try:
            built.append(build(row))
        except ValueError as error:
            raise RuleDataError(f"{path.name}: {key}, row {number}: {error}") from error
    return built


def _content(path: Path) -> object:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # the safe one, in C
    except OSError as error:
        raise RuleDataError(f"{path}: cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise RuleDataError(f"{path.name}: is no YAML: {error}") from error


def _mapping(content: object, path: Path) -> Row:
    if not isinstance(content, dict):
        raise RuleDataError(f"{path.name}: is to be a mapping of names to rows")
    return content


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(
            f"`{key}` is to be a text; put quotes around words such as N, NO or 002, not {value!r}"
        )
    return value


def _texts(row: Row, key: str) -> list[str]:
    values = row.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"`{key}` is to be a list of texts, each in quotes where it looks like a number")
    return values
