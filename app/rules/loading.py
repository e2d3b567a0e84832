"""Reads all files of rule data, the tables of the gate and of content here, and holds what they say together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import app.domain.compliance.rules
from app.domain.compliance.decision import Rule
from app.domain.compliance.facts import CarrierLimit
from app.domain.composing import ChannelStyle, OptOutWording, offered_in
from app.domain.content.check import Check, Listed, Lists, Severity
from app.domain.content.checking import Judge, checks
from app.domain.content.words import Disguises, WordList
from app.domain.delivery_codes import CodeKind, DeliveryCode, DeliveryCodes
from app.domain.discovery import discover
from app.domain.festivals import Festivals
from app.domain.licences import LicenceKind
from app.domain.needs import Needs
from app.domain.opt_out import ChannelKind, OptInWord, OptOutWord, OptOutWords, Scope, When
from app.domain.purpose import PromotionalWord, PromotionalWords
from app.domain.sensitive import SensitiveAttributes
from app.domain.sentiment import Sentiment
from app.domain.sms_parts import Profile
from app.domain.windows import Window, window
from app.rules.festivals import festivals
from app.rules.files import Row, RuleDataError, content_of, mapping_of, rows_of, text_at, texts_at, whole_at
from app.rules.licences import agreement_warning, licence_kinds
from app.rules.needs import needs
from app.rules.sensitive import sensitive_attributes
from app.rules.sentiment import sentiment

KEPT_DAYS = {"decisions": 184, "messages": 366}
"""The law wants six months. Source: SPEC CP-5."""
RULES_FOLDER = Path(__file__).parents[2] / "data" / "rules"


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
    judge: Judge
    """The checks with their lists, and a memory."""
    send_windows: Mapping[str, tuple[Window, ...]]
    """By industry; `other` for those without a row."""
    licence_kinds: tuple[LicenceKind, ...]
    agreement_warning: timedelta
    sensitive: SensitiveAttributes
    sentiment: Sentiment
    needs: Needs
    festivals: Festivals
    carrier_limits: Mapping[str, tuple[CarrierLimit, ...]]
    """By the style of the channel."""
    retention: Mapping[str, timedelta]
    """How long a log is kept; one without an entry is kept for good."""

    def channel_style(self, style: str) -> ChannelStyle:
        """The customs of this kind of channel."""
        return self.channel_styles[style]

    def industry_hours(self, industry: str) -> tuple[Window, ...]:
        """When marketing of this industry is welcome."""
        return self.send_windows.get(industry, self.send_windows["other"])


def load_rules(folder: Path = RULES_FOLDER) -> Rules:
    """The rules and their data from the folder. Raises `RuleDataError`."""
    return Rules(
        gate=gate(),
        opt_out_words=_opt_out_words(folder / "opt_out_words.yml"),
        promotional=PromotionalWords(
            rows_of(folder / "promotional_words.yml", "promotional", _promotional_word)
        ),
        transactional=frozenset(rows_of(folder / "transactional_events.yml", "transactional", _event)),
        delivery_codes=DeliveryCodes(_delivery_codes(folder / "delivery_codes.yml")),
        channel_styles=_channel_styles(folder / "channel_styles.yml"),
        checks=checks(),
        lists=(lists := _lists(folder)),
        judge=Judge(lists, checks()),
        send_windows=_send_windows(folder / "send_windows.yml"),
        licence_kinds=licence_kinds(folder / "licences.yml"),
        agreement_warning=agreement_warning(folder / "licences.yml"),
        sensitive=(sensitive := sensitive_attributes(folder / "sensitive_attributes.yml")),
        needs=needs(folder / "needs.yml", sensitive, lists.disguises),
        sentiment=sentiment(folder / "tone.yml", lists.disguises),
        festivals=festivals(folder / "festivals.yml"),
        carrier_limits=_carrier_limits(folder / "carrier_limits.yml"),
        retention=dict(rows_of(folder / "retention.yml", "retention", _kept)),
    )


def gate() -> tuple[Rule, ...]:
    """The rules of the gate, sorted by name."""
    return tuple(cast(Rule, rule) for rule in discover(app.domain.compliance.rules, "RULE").values())


def _opt_out_words(path: Path) -> OptOutWords:
    around = mapping_of(content_of(path), path).get("around")
    if not isinstance(around, dict) or not around.get("source"):
        raise RuleDataError(f"{path.name}: `around` needs `polite`, `loose` and a `source`")
    return OptOutWords(
        rows_of(path, "opt_out", _opt_out_word),
        rows_of(
            path,
            "opt_in",
            lambda row: OptInWord(text_at(row, "word"), text_at(row, "language"), text_at(row, "source")),
        ),
        texts_at(around, "polite"),
        texts_at(around, "loose"),
    )


def _opt_out_word(row: Row) -> OptOutWord:
    channels = frozenset(ChannelKind(name) for name in row.get("channels", list(ChannelKind)))
    return OptOutWord(
        word=text_at(row, "word"),
        language=text_at(row, "language"),
        scope=Scope(text_at(row, "scope")),
        when=When(text_at(row, "when")),
        channels=channels,
        source=text_at(row, "source"),
    )


def _promotional_word(row: Row) -> PromotionalWord:
    text_at(row, "source")
    is_offer = row.get("is_offer")
    if not isinstance(is_offer, bool):
        raise ValueError("`is_offer` is to be true or false")
    return PromotionalWord(text_at(row, "word"), is_offer, tuple(texts_at(row, "except")))


def _send_windows(path: Path) -> Mapping[str, tuple[Window, ...]]:
    found = dict(rows_of(path, "send_windows", _industry))
    if "other" not in found:
        raise RuleDataError(f"{path.name}: no row for the industry `other`")
    return found


def _industry(row: Row) -> tuple[str, tuple[Window, ...]]:
    text_at(row, "source")
    is_on_workdays = row.get("workdays", False) is True
    windows = tuple(window(written, is_on_workdays) for written in texts_at(row, "windows"))
    if not windows:
        raise ValueError('`windows` is to list at least one, such as "10:00-20:00"')
    return text_at(row, "industry"), windows


def _carrier_limits(path: Path) -> Mapping[str, tuple[CarrierLimit, ...]]:
    found: dict[str, tuple[CarrierLimit, ...]] = {}
    for style, limit in rows_of(path, "carrier_limits", _carrier_limit):
        found[style] = (*found.get(style, ()), limit)
    return found


def _carrier_limit(row: Row) -> tuple[str, CarrierLimit]:
    text_at(row, "source")
    style = ChannelKind(text_at(row, "style"))
    return style.value, CarrierLimit(whole_at(row, "most"), timedelta(hours=whole_at(row, "hours")))


def _kept(row: Row) -> tuple[str, timedelta]:
    days, log = row.get("keep_days"), text_at(row, "log")
    if log not in ("decisions", "messages"):
        raise ValueError("`log` can be decisions or messages; the others are kept for good")
    if not isinstance(days, int) or days < KEPT_DAYS[log]:
        raise ValueError(f"`keep_days` of {log} has to be {KEPT_DAYS[log]} or more")
    return log, timedelta(days=days)


def _lists(folder: Path) -> Lists:
    disguises = Disguises(
        {
            written: stands_for
            for stands_for, several in rows_of(folder / "look_alikes.yml", "look_alikes", _look_alike)
            for written in several
        }
    )

    def of(name: str) -> WordList[Listed]:
        rows = rows_of(folder / f"{name}.yml", name, _listed)
        return WordList(rows, lambda row: row.words, lambda row: row.exceptions, disguises)

    return Lists(disguises, of("blocked_words"), of("absolute_claims"), of("required_notices"))


def _look_alike(row: Row) -> tuple[str, list[str]]:
    text_at(row, "source")
    stands_for, written = text_at(row, "stands_for"), texts_at(row, "written")
    if any(len(character) != 1 for character in (stands_for, *written)):
        raise ValueError("`stands_for` and each of `written` are to be one character")
    return stands_for, written


def _listed(row: Row) -> Listed:
    words = texts_at(row, "words")
    if not words or not all(word.strip() for word in words):
        raise ValueError("`words` is to list at least one word, and no empty one")
    return Listed(
        category=text_at(row, "category"),
        severity=Severity(text_at(row, "severity")),
        words=tuple(words),
        exceptions=tuple(texts_at(row, "except")),
        notices=tuple(texts_at(row, "notices")),
        source=text_at(row, "source"),
    )


def _event(row: Row) -> str:
    text_at(row, "source")
    return text_at(row, "event")


def _delivery_codes(path: Path) -> list[DeliveryCode]:
    return [code for row in rows_of(path, "delivery_codes", _codes_of_row) for code in row]


def _codes_of_row(row: Row) -> list[DeliveryCode]:
    kind = CodeKind(text_at(row, "kind"))
    codes = texts_at(row, "codes")
    if kind is CodeKind.DELIVERED or not codes:
        raise ValueError("`codes` is to list at least one code, and `kind` to say why it was not delivered")
    return [DeliveryCode(text_at(row, "provider"), code, kind, text_at(row, "source")) for code in codes]


def _channel_styles(path: Path) -> Mapping[str, ChannelStyle]:
    styles = {style.kind: style for style in rows_of(path, "channel_styles", _channel_style)}
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
        kind=ChannelKind(text_at(row, "style")),
        profile=Profile(text_at(row, "profile")),
        reserves_brackets=reserves,
        opt_out={language: _wording(wording) for language, wording in by_language.items()},
        provider_opt_out=_wording(row.get("provider_opt_out")),
        source=text_at(row, "source"),
        writes=_replacements(row.get("writes", {})),
        takes_emoji=row.get("takes_emoji", True) is True,
        refused_hosts=frozenset(texts_at(row, "refused_hosts")),
    )


def _replacements(written: object) -> Mapping[str, str]:
    pairs = written.items() if isinstance(written, dict) else [(None, None)]
    if not all(isinstance(one, str) and len(one) == 1 and isinstance(other, str) for one, other in pairs):
        raise ValueError("`writes` is to say for single characters what is written instead, in quotes")
    return dict(pairs)


def _wording(row: object) -> OptOutWording:
    if not isinstance(row, dict):
        raise ValueError("an opt-out wording needs `wording` and `word`")
    wording = OptOutWording(text_at(row, "wording"), text_at(row, "word"))
    if offered_in(wording.wording) != wording.word:
        raise ValueError(f"nobody can tell from {wording.wording!r} that it promises {wording.word!r}")
    return wording
