"""The database's world, in which production runs live: applies each effect to the changes of one transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.domain.flows import effects as fx
from app.domain.flows import personal
from app.domain.flows.facts import Facts
from app.domain.flows.state import RunState
from app.domain.flows.stimuli import EffectApplied
from app.domain.purpose import Cause, CauseKind
from app.domain.sensitive import PERSONALISATION
from app.usecases import complaints, hand_offs, holds, messages, number_owners, opting, separate_consents
from app.usecases.parts import Parts
from app.usecases.run_identity import RunIdentity
from app.usecases.separate_consents import Told
from app.usecases.turn import Turn


@dataclass(slots=True)
class DatabaseWorld:
    """One run's world. Messages it queues leave only after the transaction has committed."""

    parts: Parts
    session: Session
    turn: Turn
    identity: RunIdentity

    def facts(self, state: RunState) -> Facts:
        """What the flow may know at this moment."""
        profile = self.turn.profile
        told = (self.parts.rules.sensitive, profile["separate_consents"], profile["is_personalised"])
        return personal.seen(self.turn.facts(state), state, *told)

    def apply(self, effect: fx.Effect, state: RunState) -> EffectApplied:
        """Applies the effect and says how it went."""
        match effect:
            case fx.SendText() | fx.Ask():
                self._queue(effect, state)
            case fx.SetAttribute():
                return EffectApplied(effect, self._set(effect))
            case fx.AddTag() | fx.RemoveTag():
                return EffectApplied(effect, self._tag(effect))
            case fx.OpenComplaint():
                return EffectApplied(effect, self._complain(effect))
            case fx.HandOff():
                hand_offs.hand_off(self.turn, effect.reason)
            case fx.OptIn() | fx.OptOut() | fx.LiftHold():
                return EffectApplied(effect, self._consent(effect, state))
            case fx.Personalise(is_on=is_on):
                self._separate(PERSONALISATION, is_on, state, state.text)
            case fx.Reassign():
                self._reassign()
        return EffectApplied(effect, fx.OK)

    def _queue(self, effect: fx.SendText | fx.Ask, state: RunState) -> None:
        asks = isinstance(effect, fx.Ask)
        identity = self.identity
        is_confirmation = isinstance(effect, fx.Ask) and effect.question.kind == "confirm"
        cause = Cause(CauseKind.OPT_IN, identity.cause.at) if is_confirmation else identity.cause
        origin = messages.Origin(
            inbound_id=identity.inbound_id,
            run_id=identity.id,
            step=effect.step,
            complaint_id=identity.complaint_id,
            event_id=identity.event_id,
            asks_question=asks,
            answers_run=not asks or (isinstance(effect, fx.Ask) and effect.is_retry),
            is_follow_up=identity.complaint_id is not None and asks,
            offers=effect.offers,
            uses=self._uses(effect.step, state),
        )
        messages.queue(
            self.parts, self.turn, effect.text, cause, origin, effect.expires_at, meant_at=state.meant_at
        )

    def _uses(self, step: str, state: RunState) -> tuple[str, ...]:
        flows = self.parts.flows.of(self.turn.brand, self.turn.channel.capabilities.style.value)
        published = flows.find(state.flow, state.version)
        told = published.definition.steps.get(step) if published is not None else None
        return personal.uses_of(told, self.facts(state), self.parts.rules.sensitive)

    def _may_keep(self, name: str) -> bool:
        turn, source = self.turn, f"run:{self.identity.id}"
        return bool(
            separate_consents.kept(self.parts, turn.changes, turn.key, turn.profile, [name], source, turn.now)
        )

    def _tag(self, effect: fx.AddTag | fx.RemoveTag) -> str:
        is_added = isinstance(effect, fx.AddTag)
        if is_added and not self._may_keep(effect.tag):
            return fx.NO_CONSENT
        others = {tag for tag in self.turn.profile["tags"] if tag != effect.tag}
        self.turn.change_profile(tags=sorted(others | ({effect.tag} if is_added else set())))
        return fx.OK

    def _set(self, effect: fx.SetAttribute) -> str:
        turn = self.turn
        if effect.name == "name":
            turn.change_profile(name=str(effect.value)[:80] if effect.value is not None else None)
            return fx.OK
        if effect.name == "language" and effect.value in ("zh", "en"):
            turn.change_profile(language=effect.value)
            return fx.OK
        if not self._may_keep(effect.name):
            return fx.NO_CONSENT
        held: dict[str, Any] = {
            "value": effect.value,
            "source": f"run:{self.identity.id}",
            "at": turn.now.isoformat(),
        }
        if effect.labels:
            held["labels"] = dict(effect.labels)
        turn.change_profile(attributes={**turn.profile["attributes"], effect.name: held})
        return fx.OK

    def _consent(self, effect: fx.OptIn | fx.OptOut | fx.LiftHold, state: RunState) -> str:
        match effect:
            case fx.OptIn():
                self._opt_in(effect, state)
            case fx.OptOut():
                self._opt_out(effect, state)
            case fx.LiftHold():
                is_lifted = holds.lift(self.session, self.turn, self.identity.inbound_id)
                return fx.OK if is_lifted else fx.NOT_HELD
        return fx.OK

    def _opt_in(self, effect: fx.OptIn, state: RunState) -> None:
        if effect.scope != fx.MARKETING:
            self._separate(effect.scope, True, state, effect.wording)
            return
        opting.grant(
            self.turn,
            f"flow:{state.flow}",
            inbound_id=self.identity.inbound_id,
            wording=effect.wording,
            is_confirmed=effect.is_double,
        )

    def _separate(self, scope: str, is_agreed: bool, state: RunState, wording: str) -> None:
        turn = self.turn
        told = Told(scope, is_agreed, f"flow:{state.flow}", wording[:500], self.identity.inbound_id)
        turn.profile.update(
            separate_consents.apply(
                self.parts, turn.changes, turn.key, turn.profile, told, turn.now, turn.trace_id
            )
        )

    def _complain(self, effect: fx.OpenComplaint) -> str:
        is_new = complaints.open_or_join(
            self.session, self.turn, effect.kind, effect.category, effect.summary, self.identity
        )
        return fx.OPENED if is_new else fx.JOINED

    def _opt_out(self, effect: fx.OptOut, state: RunState) -> None:
        turn = self.turn
        opting.withdraw(
            turn.changes,
            turn.customer.id,
            [*holds.held_along(self.session, turn)],
            effect.scope,
            f"flow:{state.flow}",
            turn.now,
            inbound_id=self.identity.inbound_id,
            reason="opt_out_by_flow",
            trace_id=turn.trace_id,
        )
        turn.profile["consent"] = "withdrawn"

    def _reassign(self) -> None:
        """Whoever says so has just written: their number works."""
        turn = self.turn
        number_owners.end(
            self.session,
            turn.changes,
            turn.customer.id,
            "wrong_number",
            turn.now,
            status="verified",
            trace_id=turn.trace_id,
            inbound_id=self.identity.inbound_id,
        )
        turn.profile.update(turn.changes.profiles[turn.key])
        turn.conversation = None
