"""Decides what an inbound message leads to: the fixed order of rules, open question, keywords, meaning, a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.domain.auto_reply import is_talking_to_a_machine
from app.domain.flows.answers import AnswerKind, Question, exact_answer, free_answer, intent_answer
from app.domain.text import is_blank
from app.domain.unsolved import says_unsolved

THRESHOLD = 0.45
"""Below this confidence an intent is not acted upon."""
SURE_OPT_OUT = 0.80
"""From this confidence an opt-out in other words is honoured at once."""
UNSURE_OPT_OUT = 0.30
"""From this share of an opt-out in the ranking, marketing is held and a person looks."""
SURE_INTERRUPTION = 0.60
"""From this confidence a complaint or the wish for a person interrupts an open question."""
ONCE_A_DAY = timedelta(days=1)

SURE_ASIDE = 0.80
"""From this confidence a question of another kind is answered while a complaint is open."""
TOO_MANY_REPLIES = "too_many_replies"
ASIDE = ("store_info", "offer_info", "help", "book", "change_booking", "opt_in", "wrong_number")
INTERRUPTING = ("complaint", "human_agent")
SMALL_TALK = {"praise": "thanks", "greeting": "greeting"}


class Keywords(Protocol):
    """A brand's keyword table."""

    def match(self, text: str, modes: tuple[str, ...]) -> tuple[str, str] | None:
        """The flow and the word that the text names in one of the modes."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What the NLU made of a text."""

    intent: str
    confidence: float
    ranking: Mapping[str, float] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)
    model: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """What counts when a text is routed: the open question, the flows, who has the conversation, what was said."""

    keywords: Keywords
    intents: Mapping[str, str]
    question: Question | None = None
    question_run_id: UUID | None = None
    is_with_staff: bool = False
    has_open_complaint: bool = False
    has_resolved_complaint: bool = False
    """One was resolved, and whether it really is has not been found out yet."""
    is_auto_reply: bool = False
    replies_last_hour: int = 0
    clarified_at: datetime | None = None
    small_talk_at: Mapping[str, datetime] = field(default_factory=dict)
    abused_before: bool = False
    is_opt_in_word: bool = False

    def asks_about(self, intent: str) -> bool:
        """Whether the open question has an answer for this intent."""
        return self.question is not None and intent_answer(self.question, intent) is not None


@dataclass(frozen=True, slots=True)
class Answered:
    """The text answers the open question of this run."""

    run_id: UUID
    reason: str
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The text starts this flow."""

    flow: str
    by: str
    reason: str
    matched: str


@dataclass(frozen=True, slots=True)
class OptedOut:
    """An opt-out in other words; when it is not sure, marketing is held and a person looks."""

    is_sure: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OptedIn:
    """A wish to receive messages, by a word or by meaning: the double opt-in asks whether it is meant."""

    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """The system itself says one of its few texts."""

    wording: str
    reason: str


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """Somebody else has this number: an apology, no more marketing, staff look."""

    reason: str = "wrong_number"


@dataclass(frozen=True, slots=True)
class ToStaff:
    """A person answers; the customer is told so unless the text only joins what staff have already."""

    reason: str
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is said, and this is why."""

    reason: str


@dataclass(frozen=True, slots=True)
class NeedsMeaning:
    """Rules cannot tell: the NLU is asked."""

    reason: str = "needs_meaning"


Route = Answered | Started | OptedOut | OptedIn | Said | WrongNumber | ToStaff | Silence | NeedsMeaning


def route_by_rule(text: str, situation: Situation) -> Route:
    """What rules alone decide; `NeedsMeaning` where they cannot. Opt-out words were decided before, and so was an
    opt-in word that took back an opt-out; one that did not is a wish to sign up, whatever question is open: no flow
    is published that offers such a word as an answer.
    """
    if is_blank(text):
        return Silence("empty")
    if situation.is_opt_in_word and not is_talking_to_a_machine(situation.replies_last_hour):
        return OptedIn("opt_in_word")
    if (silent := _why_silent(situation)) is not None:
        return NeedsMeaning(silent)
    question, run_id = situation.question, situation.question_run_id
    if question is not None and run_id is not None and exact_answer(question, text) is not None:
        return Answered(run_id, "question_exact")
    named = situation.keywords.match(text, ("whole", "first_word"))
    if named is not None:
        return Started(named[0], "keyword", "keyword", named[1])
    return NeedsMeaning()


def _why_silent(situation: Situation) -> str | None:
    """Why the bot has no answer to any text. An opt-out is heard all the same: words of a person's own may stand behind
    those of a machine."""
    if situation.is_with_staff:
        return "with_staff"
    if situation.is_auto_reply:
        return "auto_reply"
    return TOO_MANY_REPLIES if is_talking_to_a_machine(situation.replies_last_hour) else None


def route_by_meaning(text: str, understood: Understood, situation: Situation, now: datetime) -> Route:
    """What the NLU's reading leads to, after the rules had nothing to say; where the bot is silent, only opting out.

    After too many replies within the hour a person may still be writing: staff read on, and nobody answers by itself.
    """
    opt_out = understood.ranking.get("opt_out", 0.0)
    if understood.intent == "opt_out" and understood.confidence >= SURE_OPT_OUT:
        return OptedOut(True, "opt_out_by_meaning")
    if opt_out >= UNSURE_OPT_OUT or understood.intent == "opt_out":
        if situation.asks_about("opt_out") and situation.question_run_id is not None:
            return Answered(situation.question_run_id, "question_by_meaning", "opt_out")
        return OptedOut(False, "opt_out_unsure")
    if (silent := _why_silent(situation)) is not None:
        return ToStaff(silent, is_told=False) if silent == TOO_MANY_REPLIES else Silence(silent)
    is_sure = understood.confidence >= SURE_INTERRUPTION
    may_interrupt = is_sure or (situation.question is None and understood.confidence >= THRESHOLD)
    if understood.intent in INTERRUPTING and may_interrupt:
        return _by_intent(understood, situation, now)
    answered = _answer_of(text, understood, situation)
    if answered is not None:
        return answered
    named = situation.keywords.match(text, ("contains",))
    if named is not None:
        return Started(named[0], "keyword", "keyword_contained", named[1])
    if situation.has_open_complaint or situation.has_resolved_complaint:
        return _of_complainant(text, understood, situation, now)
    if understood.confidence >= THRESHOLD:
        return _by_intent(understood, situation, now)
    return _not_understood(situation, now, "below_threshold")


def _of_complainant(text: str, understood: Understood, situation: Situation, now: datetime) -> Route:
    """Who waits for us to put something right gets no cheerful answer, and is asked for nothing: staff read what they
    write, but for a question of another kind that is surely one. "Not solved" opens what was resolved.
    """
    is_aside = understood.intent in ASIDE and understood.confidence >= SURE_ASIDE
    if situation.has_open_complaint:
        return (
            _by_intent(understood, situation, now) if is_aside else ToStaff("joins_complaint", is_told=False)
        )
    is_no = understood.intent == "deny" and understood.confidence >= THRESHOLD
    if (says_unsolved(text) or is_no) and "complaint" in situation.intents:
        return Started(situation.intents["complaint"], "intent", "not_solved", "complaint")
    if understood.confidence >= THRESHOLD and understood.intent not in ("confirm", "out_of_scope"):
        return _by_intent(understood, situation, now)
    return ToStaff("after_resolution")


def _answer_of(text: str, understood: Understood, situation: Situation) -> Answered | None:
    question, run_id = situation.question, situation.question_run_id
    if question is None or run_id is None:
        return None
    is_sure = understood.confidence >= THRESHOLD
    if is_sure and intent_answer(question, understood.intent) is not None:
        return Answered(run_id, "question_by_meaning", understood.intent)
    if free_answer(question, text) is not None:
        names_another = (
            question.kind is AnswerKind.TEXT
            and understood.confidence >= SURE_INTERRUPTION
            and understood.intent in situation.intents
            and text.rstrip().endswith(("?", "？"))
        )
        return None if names_another else Answered(run_id, "question_free_text", understood.intent)
    if is_sure and understood.intent in situation.intents and understood.intent not in ("confirm", "deny"):
        return None
    return Answered(run_id, "question_not_understood", understood.intent if is_sure else None)


def _by_intent(understood: Understood, situation: Situation, now: datetime) -> Route:
    intent = understood.intent
    if intent in situation.intents:
        return Started(situation.intents[intent], "intent", f"intent_{intent}", intent)
    if intent in SMALL_TALK:
        said_at = situation.small_talk_at.get(intent)
        if said_at is not None and now - said_at < ONCE_A_DAY:
            return Silence(f"{intent}_said_today")
        return Said(SMALL_TALK[intent], f"intent_{intent}")
    match intent:
        case "confirm" | "deny":
            return Silence("no_question_open")
        case "wrong_number":
            return WrongNumber()
        case "opt_in":
            return OptedIn("intent_opt_in")
        case "abuse":
            return ToStaff("abuse_again", is_told=False) if situation.abused_before else Silence("abuse")
        case "out_of_scope":
            return _not_understood(situation, now, "out_of_scope")
        case _:
            return ToStaff(f"no_flow_for_{intent}")


def _not_understood(situation: Situation, now: datetime, reason: str) -> Route:
    if situation.clarified_at is not None and now - situation.clarified_at < ONCE_A_DAY:
        return ToStaff(reason)
    return Said("clarify", reason)
