"""The database's world, in which production runs live: applies each effect to the changes of one transaction."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.flows import effects as fx
from app.domain.flows.facts import Facts
from app.domain.flows.state import RunState
from app.domain.flows.stimuli import EffectApplied
from app.domain.purpose import Cause, CauseKind
from app.usecases import complaints, hand_offs, messages, opting
from app.usecases.parts import Parts
from app.usecases.run_identity import RunIdentity
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
        return self.turn.facts(state)

    def apply(self, effect: fx.Effect, state: RunState) -> EffectApplied:
        """Applies the effect and says how it went."""
        match effect:
            case fx.SendText() | fx.Ask():
                self._queue(effect)
            case fx.SetAttribute():
                self._set(effect)
            case fx.AddTag() | fx.RemoveTag():
                self._tag(effect)
            case fx.OpenComplaint():
                return EffectApplied(effect, self._complain(effect))
            case fx.HandOff():
                hand_offs.hand_off(self.turn, effect.reason)
            case fx.OptIn():
                opting.grant(
                    self.turn,
                    f"flow:{state.flow}",
                    inbound_id=self.identity.inbound_id,
                    wording=effect.wording,
                    is_confirmed=effect.is_double,
                )
            case fx.OptOut():
                self._opt_out(effect, state)
        return EffectApplied(effect, fx.OK)

    def _queue(self, effect: fx.SendText | fx.Ask) -> None:
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
        )
        messages.queue(self.parts, self.turn, effect.text, cause, origin, effect.expires_at)

    def _tag(self, effect: fx.AddTag | fx.RemoveTag) -> None:
        others = {tag for tag in self.turn.profile["tags"] if tag != effect.tag}
        added = {effect.tag} if isinstance(effect, fx.AddTag) else set()
        self.turn.change_profile(tags=sorted(others | added))

    def _set(self, effect: fx.SetAttribute) -> None:
        turn = self.turn
        if effect.name == "name":
            turn.change_profile(name=str(effect.value)[:80] if effect.value is not None else None)
            return
        if effect.name == "language" and effect.value in ("zh", "en"):
            turn.change_profile(language=effect.value)
            return
        held = {"value": effect.value, "source": f"run:{self.identity.id}", "at": turn.now.isoformat()}
        turn.change_profile(attributes={**turn.profile["attributes"], effect.name: held})

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
            [turn.brand.id],
            effect.scope,
            f"flow:{state.flow}",
            turn.now,
            inbound_id=self.identity.inbound_id,
            reason="opt_out_by_flow",
            trace_id=turn.trace_id,
        )
        turn.profile["consent"] = "withdrawn"
