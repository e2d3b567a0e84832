"""Fills the outbox of a throw-away installation: one message a customer, as many as a benchmark wants."""

from app.domain.purpose import Cause, CauseKind
from app.store import customers
from app.usecases import messages, opting
from app.usecases.changes import Changes
from app.usecases.directory import SenderView
from app.usecases.parts import Parts
from app.usecases.turn import Reader

ORDER, NEWS = "order.placed", "news.published"
"""Events: one that a customer is served with, and one that is marketing."""
TEXT = "您的订单已收到，我们会尽快为您备货。"
BATCH = 500


def queue_messages(parts: Parts, count: int, event: str) -> None:
    """Queues so many messages about an event, each to another customer, who has agreed to marketing."""
    now = parts.now()
    directory, sender = parts.directory.current(now), demo_sender(parts)
    cause = Cause(CauseKind.EVENT, now, event)
    for first in range(0, count, BATCH):
        phones = [f"+8613{number:09d}" for number in range(first, min(count, first + BATCH))]
        with parts.store.write() as session:
            ids = customers.ids_of_all(session, phones, now).values()
            locked = {row.id: row for row in customers.lock(session, list(ids))}
            changes = Changes()
            book = Reader(session, directory, changes, now).turns({(one, sender.id) for one in ids}, locked)
            for one in ids:
                turn = book.turn(one, sender.id, "")
                opting.grant(turn, "bench")
                messages.queue(parts, turn, TEXT, cause)
            changes.flush(session)


def demo_sender(parts: Parts) -> SenderView:
    """The number that the demo brand writes from."""
    directory = parts.directory.current(parts.now())
    brand = directory.brand_coded("demo")
    sender = directory.sender_for(brand.id, "service", None) if brand else None
    if sender is None:
        raise RuntimeError("the demo brand has no number")
    return sender
