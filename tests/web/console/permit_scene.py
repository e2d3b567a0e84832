"""Sets a desk up beside a shop that sends: what is changed on a page is seen by the gate of another process."""

import html
import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from app.domain.purpose import Cause, CauseKind
from app.store.staff import AuditEntry
from tests.usecases.shop import WANG, Shop
from tests.web.console.desk_scene import Desk, Visitor, a_member


@dataclass
class Scene:
    """A console, and a worker beside it with its own picture of the set-up."""

    shop: Shop
    desk: Desk

    def visits(self, role: str, path: str) -> Visitor:
        """Staff of this role with this page before them."""
        visitor = a_member(self.desk, role)
        visitor.opens(path)
        return visitor

    def fate(self, channel: str = "simulator", phone: str = WANG) -> tuple[str, str | None]:
        """What becomes of one campaign message, two seconds from now."""
        self.shop.passes(seconds=3)
        sender = self.shop.channel(channel).senders[0]
        cause = Cause(CauseKind.CAMPAIGN, self.shop.clock())
        sent = self.shop.queues(phone, "新品上架，欢迎来店", cause, sender=sender)
        self.shop.dispatches()
        row = self.shop.outbound(sent)
        return row.status, row.reason

    def noted(self, subject: str) -> list[tuple[str, str, dict[str, object]]]:
        """What the audit holds about such things: who, what, with which details."""
        mine = select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
        with self.desk.parts.store.read() as session:
            return [(one.actor, one.action, one.details) for one in session.scalars(mine)]


def a_scene(engine: Engine, directory: Path) -> Scene:
    """The demo brand, of no particular industry."""
    shop = Shop(engine)
    return Scene(shop, Desk(directory, engine, shop.clock))


def plain(text: str) -> str:
    """What is read on a page, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
