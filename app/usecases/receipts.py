"""Applies receipts: matched by our id or the provider's, in any order, each state only upwards, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.providers.contract import ParsedReceipt
from app.store import customers
from app.store.outbound import queue
from app.store.outbound import receipts as receipt_store
from app.store.tables import new_id
from app.usecases import number_health, staff_replies
from app.usecases.directory import ChannelView
from app.usecases.number_health import Sign
from app.usecases.parts import Parts

PASSED_WITHIN, PASSED_BATCH = timedelta(days=3), 200
"""How old a report may be that is looked at once more, and how many at once."""
SETTLED = ("delivered", "undelivered", "read", "failed")


@dataclass(slots=True)
class Report:
    """A stored receipt and the message that it is about: none while no known message has its id."""

    channel: ChannelView
    row: dict[str, Any]
    message: Any = None


@dataclass(slots=True)
class Noted:
    """Receipts that are stored and not applied yet: `best` tells most of each message that it raises, `concerned`
    are the customers whose locks applying them needs, all at once: one after the other could deadlock."""

    reports: Sequence[Report] = ()
    best: Sequence[Report] = ()
    signs: Sequence[Sign] = ()
    concerned: set[UUID] = field(default_factory=set)


def note(
    parts: Parts, session: Session, told: Sequence[tuple[ChannelView, ParsedReceipt]], now: datetime
) -> Noted:
    """Stores what providers report, in the order told; what names no known message yet waits for it."""
    if not told:
        return Noted()
    reports = [Report(channel, _row(channel, receipt, now)) for channel, receipt in told]
    receipt_store.add(session, [report.row for report in reports])
    return _matched(parts, session, reports, now)


def apply(parts: Parts, session: Session, noted: Noted, locked: Mapping[UUID, Any], now: datetime) -> None:
    """Raises the messages' states; `locked` are the rows of all who are concerned."""
    applied = [report.row["id"] for report in noted.reports if report.message is not None]
    if not applied:
        return
    receipt_store.mark_applied(session, applied, now)
    number_health.learn(parts, session, noted.signs, locked, now)
    states = receipt_store.locked_states(session, [report.message.id for report in noted.best])
    best = [one for one in noted.best if _rank(one.row) > _rank({"status": states[one.message.id]})]
    _raise_states(session, best, now)
    by_staff = [report.message.id for report in noted.best if report.message.staff_id is not None]
    staff_replies.settle(parts, session, by_staff, now)


def apply_receipts(
    parts: Parts, session: Session, told: Sequence[tuple[ChannelView, ParsedReceipt]], now: datetime
) -> int:
    """Stores and applies what providers report; returns how many receipts have found their messages."""
    return _lock_and_apply(parts, session, note(parts, session, told, now), now)


def apply_waiting(
    parts: Parts, session: Session, channel: ChannelView, provider_ids: Sequence[str], now: datetime
) -> int:
    """Applies reports that had come before the provider's answer to the hand-over."""
    if not provider_ids:
        return 0
    waiting = receipt_store.waiting(session, channel.id, provider_ids)
    reports = [Report(channel, dict(row._mapping)) for row in waiting]
    return _lock_and_apply(parts, session, _matched(parts, session, reports, now), now)


def apply_passed(parts: Parts, now: datetime) -> int:
    """Applies reports that were stored at the very moment at which the provider's answer was, so that neither saw the
    other: some of them."""
    with parts.store.read() as session:
        waiting = receipt_store.passed(session, now - PASSED_WITHIN, PASSED_BATCH)
    by_channel: dict[UUID, list[str]] = {}
    for row in waiting:
        by_channel.setdefault(row.channel_id, []).append(row.provider_id)
    channels, count = parts.directory.current(now).channels, 0
    for channel_id, provider_ids in by_channel.items():
        if channel_id in channels:
            with parts.store.write() as session:
                count += apply_waiting(parts, session, channels[channel_id], provider_ids, now)
    return count


def _lock_and_apply(parts: Parts, session: Session, noted: Noted, now: datetime) -> int:
    concerned = noted.concerned
    locked = {row.id: row for row in customers.lock(session, concerned)} if concerned else {}
    apply(parts, session, noted, locked, now)
    return sum(report.message is not None for report in noted.reports)


def _row(channel: ChannelView, receipt: ParsedReceipt, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "channel_id": channel.id,
        "outbound_id": _uuid(receipt.outbound_id),
        "provider_id": receipt.provider_id,
        "status": receipt.status.value,
        "code": receipt.code,
        "at": receipt.at or now,
        "received_at": now,
        "applied_at": None,
    }


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _matched(parts: Parts, session: Session, reports: Sequence[Report], now: datetime) -> Noted:
    for channel_id in {report.channel.id for report in reports}:
        _find_messages(session, channel_id, [one for one in reports if one.channel.id == channel_id])
    best: dict[UUID, Report] = {}
    for report in reports:
        message = report.message
        if message is None:
            continue
        held = best.get(message.id)
        rank = receipt_store.RANK.get(report.row["status"], 0)
        if rank > receipt_store.RANK.get(held.row["status"] if held else message.status, 0):
            best[message.id] = report
    signs = [sign for report in best.values() if (sign := _sign(parts, report, now)) is not None]
    by_staff = {one.message.customer_id for one in best.values() if one.message.staff_id is not None}
    return Noted(reports, list(best.values()), signs, number_health.concerned(session, signs) | by_staff)


def _find_messages(session: Session, channel_id: UUID, reports: Sequence[Report]) -> None:
    ours = {report.row["outbound_id"] for report in reports if report.row["outbound_id"]}
    theirs = {report.row["provider_id"] for report in reports if report.row["provider_id"]}
    found = receipt_store.outbounds_named(session, channel_id, ours, theirs)
    by_id = {row.id: row for row in found}
    by_provider = {row.provider_id: row for row in found if row.provider_id}
    for report in reports:
        row = report.row
        report.message = by_id.get(row["outbound_id"]) or by_provider.get(row["provider_id"])


def _sign(parts: Parts, report: Report, now: datetime) -> Sign | None:
    told = (report.channel.provider.receipt_codes, report.message, report.row["status"], report.row["code"])
    return number_health.sign_of(parts.rules.delivery_codes, *told, _settled_at(report, now))


def _settled_at(report: Report, now: datetime) -> datetime:
    """The provider's word where it can be true: no message is settled before it was handed over, nor yet to be."""
    at: datetime = report.row["at"]
    return min(max(at, report.message.handed_at or at), now)


def _rank(row: Mapping[str, Any]) -> int:
    return receipt_store.RANK.get(row["status"], 0)


def _raise_states(session: Session, best: Sequence[Report], now: datetime) -> None:
    queue.update_rows(
        session,
        [
            {
                "id": one.message.id,
                "status": one.row["status"],
                "code": one.row["code"] or one.message.code,
                "settled_at": _settled_at(one, now) if one.row["status"] in SETTLED else None,
                "provider_id": one.message.provider_id or one.row["provider_id"],
                "is_for_staff": False,
                "leased_until": None,
            }
            for one in best
        ],
    )
