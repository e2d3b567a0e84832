"""A world in memory, for transcripts, the phone in the editor and the rehearsal: nothing is sent,
all is noted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.flows.effects import (
    FAILED,
    HANDED_OVER,
    JOINED,
    MARKETING,
    NOT_HELD,
    OK,
    OPENED,
    SEND_REFUSED,
    AddTag,
    Ask,
    Effect,
    LiftHold,
    OpenComplaint,
    OptIn,
    OptOut,
    Reassign,
    RemoveTag,
    SendText,
    SetAttribute,
    Value,
)
from app.domain.flows.facts import Facts
from app.domain.flows.state import RunState
from app.domain.flows.stimuli import EffectApplied


@dataclass(slots=True)
class MemoryWorld:
    """One customer of one brand. `sent` holds the texts, `effects` everything asked for, in order.

    Texts are handed over the moment they are sent; `refuses` makes the gate refuse them all. A text past its
    `expires_at` is refused as well. Where marketing is held, `before_hold` is the consent that stood before.
    """

    now: datetime
    known: Facts = field(default_factory=Facts)
    orders: tuple[Mapping[str, Value], ...] = ()
    refuses: bool = False
    before_hold: str = "granted"  # none | granted
    sent: list[str] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def facts(self, state: RunState) -> Facts:
        """What the customer, the brand and this run's event and order are now."""
        return replace(self.known, event=state.data, order=self._order(state))

    def hold(self) -> None:
        """Hold marketing, as a text that may be an opt-out does."""
        if self.known.consent != "held":
            self.before_hold = "granted" if self.known.consent == "granted" else "none"
        self.known = replace(self.known, consent="held")

    def apply(self, effect: Effect, state: RunState) -> EffectApplied:
        """Note the effect and change what is known by it."""
        self.effects.append(effect)
        return EffectApplied(effect, self._result(effect))

    def _order(self, state: RunState) -> Mapping[str, Value] | None:
        wanted = state.variables.get("order_number") or state.data.get("order_number")
        for order in self.orders:
            if wanted is None or str(order.get("number", "")).casefold() == str(wanted).casefold():
                return order
        return None

    def _result(self, effect: Effect) -> str:
        known = self.known
        match effect:
            case SendText() | Ask():
                return self._send(effect)
            case SetAttribute(name=name, value=value, labels=labels):
                called = {**known.labels, f"customer.{name}": labels}
                self.known = replace(known, customer={**known.customer, name: value}, labels=called)
            case AddTag(tag=tag):
                self.known = replace(known, tags=known.tags | {tag})
            case RemoveTag(tag=tag):
                self.known = replace(known, tags=known.tags - {tag})
            case OpenComplaint():
                self.known = replace(known, has_open_complaint=True)
                return JOINED if known.has_open_complaint else OPENED
            case OptIn() | OptOut() | LiftHold():
                return self._consent(effect)
            case Reassign():
                self.known = replace(known, customer={}, tags=frozenset(), consent="none")
            case _:
                return OK
        return OK

    def _consent(self, effect: OptIn | OptOut | LiftHold) -> str:
        match effect:
            case OptIn(scope=scope) if scope == MARKETING:
                self.known = replace(self.known, consent="granted")
            case OptOut():
                self.known = replace(self.known, consent="withdrawn")
            case LiftHold() if self.known.consent == "held":
                self.known = replace(self.known, consent=self.before_hold)
            case LiftHold():
                return NOT_HELD
        return OK

    def _send(self, effect: SendText | Ask) -> str:
        if self.refuses or (effect.expires_at is not None and self.now > effect.expires_at):
            return SEND_REFUSED
        if not effect.text:
            return FAILED
        self.sent.append(effect.text)
        return HANDED_OVER if isinstance(effect, Ask) else OK
