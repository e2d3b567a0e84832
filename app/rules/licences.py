"""Reads the kinds of licences and filings from `data/rules/licences.yml`."""

from datetime import timedelta
from pathlib import Path

from app.domain.licences import Asked, LicenceKind, Scope
from app.domain.opt_out import ChannelKind
from app.rules.files import (
    Row,
    RuleDataError,
    content_of,
    flag_at,
    mapping_of,
    rows_of,
    text_at,
    texts_at,
    whole_at,
)


def licence_kinds(path: Path) -> tuple[LicenceKind, ...]:
    """The kinds, in the order of the file. Raises RuleDataError."""
    kinds = tuple(rows_of(path, "licences", _kind))
    codes = [kind.code for kind in kinds]
    if len(codes) != len(set(codes)):
        raise RuleDataError(f"{path.name}: a kind stands there twice")
    return kinds


def agreement_warning(path: Path) -> timedelta:
    """How long before its end an agreement with a partner is warned of. Raises RuleDataError."""
    told = mapping_of(mapping_of(content_of(path), path).get("partner_agreements"), path)
    try:
        text_at(told, "source")
        return timedelta(days=whole_at(told, "warn_days"))
    except ValueError as error:
        raise RuleDataError(f"{path.name}: partner_agreements: {error}") from error


def _kind(row: Row) -> LicenceKind:
    styles = [ChannelKind(style) for style in texts_at(row, "styles")]
    if not styles:
        raise ValueError("`styles` is to list at least one style of channels")
    return LicenceKind(
        code=text_at(row, "kind"),
        zh=text_at(row, "zh"),
        en=text_at(row, "en"),
        scope=Scope(text_at(row, "scope")),
        styles=frozenset(style.value for style in styles),
        asked=Asked(text_at(row, "asked")),
        must_expire=flag_at(row, "expires"),
        warn_before=timedelta(days=whole_at(row, "warn_days")),
        source=text_at(row, "source"),
    )
