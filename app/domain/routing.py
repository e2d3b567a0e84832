"""Decides what an inbound message leads to: the fixed order of rules, open question, keywords, meaning, a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from app.domain.auto_reply import is_talking_to_a_machine
from app.domain.beside_opt_out import complaint_beside
from app.domain.context import LastSaid, asks, meant_in_context
from app.domain.flows.answers import AnswerKind, Question, exact_answer, free_answer, intent_answer
from app.domain.routes import (
    Answered,
    NeedsMeaning,
    OptedIn,
    OptedOut,
    Route,
    Said,
    Silence,
    Started,
    ToStaff,
    WrongNumber,
)
from app.domain.text import is_blank
from app.domain.unsolved import says_unsolved

THRESHOLD = 0.45
"""Below this confidence an intent is not acted upon."""
SURE_OPT_OUT = 0.88
"""From this confidence an opt-out in other words is honoured at once."""
UNSURE_OPT_OUT = 0.15
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
    """What the NLU made of a text; `beside` is its ranking of what a text that opts out says beside that."""

    intent: str
    confidence: float
    ranking: Mapping[str, float] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    beside: Mapping[str, float] | None = None


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
    has_media: bool = False
    """A picture or other file came with the text."""
    is_auto_reply: bool = False
    replies_last_hour: int = 0
    clarified_at: datetime | None = None
    small_talk_at: Mapping[str, datetime] = field(default_factory=dict)
    abused_before: bool = False
    is_opt_in_word: bool = False
    last: LastSaid | None = None
    """What was said to the customer last, where a short reply may be about it."""

    def asks_about(self, intent: str) -> bool:
        """Whether the open question has an answer for this intent."""
        return self.question is not None and intent_answer(self.question, intent) is not None


def route_by_rule(text: str, situation: Situation) -> Route:
    """What rules alone decide; `NeedsMeaning` where they cannot. Opt-out words were decided before, and so was an
    opt-in word that took back an opt-out; one that did not is a wish to sign up, whatever question is open: no flow
    is published that offers such a word as an answer.
    """
    if is_blank(text):
        is_told = _why_silent(situation) is None
        return ToStaff("media_alone", is_told=is_told) if situation.has_media else Silence("empty")
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


def route_by_context(text: str, situation: Situation, now: datetime) -> Route | None:
    """What a short reply to our last message leads to, where rules had nothing to say; None leaves it to the NLU.

    Nothing is asked of the NLU about a 妥 or a 1. Who has a complaint with us is read by staff. Source: SPEC NL-2.
    """
    last, is_complainant = situation.last, situation.has_open_complaint or situation.has_resolved_complaint
    if situation.question is not None or is_complainant or _why_silent(situation) is not None:
        return None
    intent = meant_in_context(text, last)
    if intent is None or last is None:
        return None
    if last.is_of_staff and asks(last):
        return ToStaff("answers_staff", is_told=False)
    return replace(_by_intent(Understood(intent, 1.0), situation, now), reason=f"context_{intent}")


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
    wished = _wish_to_stop(text, understood, situation)
    if wished is not None:
        return wished
    silent = _why_silent(situation)
    if silent == TOO_MANY_REPLIES:
        is_complaint = understood.intent == "complaint" and understood.confidence >= SURE_INTERRUPTION
        return ToStaff(silent, is_told=False, is_complaint=is_complaint)
    if silent is not None:
        return Silence(silent)
    if _interrupts(understood, situation):
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


def may_opt_out(understood: Understood) -> bool:
    """Whether the NLU takes a text for an opt-out, sure or not."""
    return understood.intent == "opt_out" or understood.ranking.get("opt_out", 0.0) >= UNSURE_OPT_OUT


def _wish_to_stop(text: str, understood: Understood, situation: Situation) -> Route | None:
    """An opt-out in other words, sure or not, or the answer to the question whether it was one."""
    if not may_opt_out(understood):
        return None
    is_named = understood.intent == "opt_out"
    complaint = complaint_beside(text, understood.beside, understood.ranking)
    if is_named and understood.confidence >= SURE_OPT_OUT:
        return OptedOut(True, "opt_out_by_meaning", complaint=complaint)
    if not situation.asks_about("opt_out") or situation.question_run_id is None:
        is_asked = _why_silent(situation) is None
        return OptedOut(False, "opt_out_unsure", is_asked, complaint)
    return Answered(situation.question_run_id, "question_by_meaning", "opt_out") if is_named else None


def _interrupts(understood: Understood, situation: Situation) -> bool:
    """Whether this cannot wait for the open question's answer; somebody else's number has none to give."""
    is_sure = understood.confidence >= SURE_INTERRUPTION
    if understood.intent == "wrong_number":
        return is_sure and situation.question is not None and not situation.asks_about("wrong_number")
    may_interrupt = is_sure or (situation.question is None and understood.confidence >= THRESHOLD)
    return understood.intent in INTERRUPTING and may_interrupt


def _of_complainant(text: str, understood: Understood, situation: Situation, now: datetime) -> Route:
    """Who waits for us to put something right gets no cheerful answer, and is asked for nothing: staff read what they
    write, but for a question of another kind that is surely one. "Not solved" opens what was resolved.
    """
    is_aside = understood.intent in ASIDE and understood.confidence >= SURE_ASIDE
    if situation.has_open_complaint:
        return (
            _by_intent(understood, situation, now) if is_aside else ToStaff("joins_complaint", is_told=False)
        )
    if says_unsolved(text) and not is_aside and "complaint" in situation.intents:
        return Started(situation.intents["complaint"], "intent", "not_solved", "complaint")
    if understood.confidence >= THRESHOLD and understood.intent not in ("confirm", "deny", "out_of_scope"):
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
