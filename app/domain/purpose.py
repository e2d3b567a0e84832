"""Derives what a send is for from what caused it and what its text says; the caller never chooses it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.content.words import WordList

REPLY_WITHIN = timedelta(hours=24)
"""How long after a customer's text a send may count as the answer to it. Source: SPEC CP-2."""


class Purpose(StrEnum):
    """What a send is for. The gate's rules ask for it; the queue takes its priority from it."""

    REPLY = "reply"
    SERVICE = "service"
    MARKETING = "marketing"
    OPT_IN_CONFIRMATION = "opt_in_confirmation"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    STAFF_ALERT = "staff_alert"


class CauseKind(StrEnum):
    """What made the system write."""

    INBOUND = "inbound"
    """A text of the customer, answered by the bot."""
    AFTERWARDS = "afterwards"
    """A flow that a text of the customer started or moved goes on when a time has passed."""
    STAFF_REPLY = "staff_reply"
    EVENT = "event"
    """An event (order.placed ...) started the flow."""
    JOURNEY = "journey"
    """A date or an audience started the flow."""
    CAMPAIGN = "campaign"
    COMPLAINT = "complaint"
    """Acknowledgement, follow-up or resolution of the customer's own complaint."""
    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"
    STAFF_ALERT = "staff_alert"
    CHANNEL_TEST = "channel_test"
    """An operator has asked for it, to see that a channel works."""


_SERVES = {
    CauseKind.EVENT: "transactional_event",
    CauseKind.COMPLAINT: "own_complaint",
    CauseKind.CHANNEL_TEST: "asked_for_test",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a send exists. `at` is when that happened; `event_type` names the event of an `event`."""

    kind: str
    at: datetime
    event_type: str | None = None


@dataclass(frozen=True, slots=True)
class PromotionalWord:
    """A word that makes a text promotional; `#` in it stands for a number.

    `is_offer`: it names a thing to be had (a coupon, 20 % off), which not even a confirmation may carry.
    `exceptions`: longer words in which it means something else (限时达 is a way of delivery).
    """

    word: str
    is_offer: bool
    exceptions: tuple[str, ...] = ()


class PromotionalWords:
    """Finds the first promotional word of a text."""

    def __init__(self, words: Iterable[PromotionalWord]) -> None:
        self._words = WordList(words, lambda row: (row.word,), lambda row: row.exceptions)

    def first_in(self, text: str, offers_only: bool = False) -> str | None:
        """The first promotional word in the text, as the table writes it; with `offers_only`, the first that
        names an offer."""
        hits = (hit.row for hit in self._words.find(text))
        return next((row.word for row in hits if row.is_offer or not offers_only), None)


def derive_purpose(
    cause: Cause,
    text: str,
    last_inbound_at: datetime | None,
    now: datetime,
    promotional: PromotionalWords,
    transactional: Collection[str],
    *,
    names_offer: bool,
) -> tuple[Purpose, str]:
    """The purpose of a send and the reason code for it. Source: SPEC CP-2.

    A reply answers a text of that person within 24 hours; service needs a transactional event, a complaint or a test
    of theirs and neither a promotional word nor an offer (`names_offer`) in the text; who is asked for consent has to
    have written; all else is marketing. `transactional`: event types or families of them (`order.`).
    """
    wrote_lately = last_inbound_at is not None and now - last_inbound_at <= REPLY_WITHIN
    is_answer = wrote_lately and now - cause.at <= REPLY_WITHIN
    match cause.kind:
        case CauseKind.STAFF_ALERT:
            return Purpose.STAFF_ALERT, "staff_alert"
        case CauseKind.OPT_IN | CauseKind.OPT_OUT:
            return _confirmation(
                cause, wrote_lately, names_offer or promotional.first_in(text, True) is not None
            )
        case CauseKind.INBOUND | CauseKind.STAFF_REPLY:
            return _answer(is_answer if cause.kind == CauseKind.INBOUND else wrote_lately)
    promotes = names_offer or promotional.first_in(text) is not None
    match cause.kind:
        case CauseKind.EVENT if not is_transactional(cause.event_type, transactional):
            return Purpose.MARKETING, "event_not_transactional"
        case CauseKind.AFTERWARDS | CauseKind.EVENT | CauseKind.COMPLAINT | CauseKind.CHANNEL_TEST if (
            promotes
        ):
            return Purpose.MARKETING, "promotional_words"
        case CauseKind.AFTERWARDS:
            return _answer(is_answer)
        case CauseKind.EVENT | CauseKind.COMPLAINT | CauseKind.CHANNEL_TEST:
            return Purpose.SERVICE, _SERVES[CauseKind(cause.kind)]
    return Purpose.MARKETING, "started_by_brand"


def _answer(is_one: bool) -> tuple[Purpose, str]:
    return (Purpose.REPLY, "answers_customer") if is_one else (Purpose.MARKETING, "no_recent_inbound")


def _confirmation(cause: Cause, wrote_lately: bool, offers: bool) -> tuple[Purpose, str]:
    """An opt-out may be confirmed at any time; who is asked to opt in has to have written."""
    if offers:
        return Purpose.MARKETING, "offer_in_confirmation"
    if cause.kind == CauseKind.OPT_OUT:
        return Purpose.OPT_OUT_CONFIRMATION, "confirms_opt_out"
    if wrote_lately:
        return Purpose.OPT_IN_CONFIRMATION, "confirms_opt_in"
    return Purpose.MARKETING, "no_recent_inbound"


def is_transactional(event_type: str | None, transactional: Collection[str]) -> bool:
    """Whether an event type, or its family (`order.` of `order.placed`), is in the table."""
    if event_type is None:
        return False
    return event_type in transactional or event_type.partition(".")[0] + "." in transactional
