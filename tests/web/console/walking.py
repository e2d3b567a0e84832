"""A desk with something on each of its pages, and a walk of it: what a role reads, and what it can press."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from flask import Flask
from sqlalchemy import Engine, select, update
from werkzeug.exceptions import HTTPException

from app.jobs import jobs
from app.store import customers
from app.store.complaints import Complaint
from app.store.outbound.table import Outbound
from app.store.staff import Staff
from app.usecases import api_keys, holds
from app.usecases.changes import Changes
from app.usecases.complaint_desk import reopen
from app.usecases.desk import StaffMember, reply, resolve
from app.usecases.warn_staff import warn
from app.web import access
from tests.web.console.desk_scene import EMAILS, Desk, a_member
from tests.web.console.test_canned_page import SORRY
from tests.web.console.test_imports import uploads
from tests.web.console.test_inbox import ALICE, LI, STRANGER
from tests.web.console.test_licences_page import TELECOM
from tests.web.console.test_offers_page import CAKES
from tests.web.console.test_partners_page import HOTEL
from tests.web.console.warning_scene import HOUR, tells_everybody
from tests.web.demo_shop import WANG

QUIET, LISTED = "+8613800006666", "+8613900002222"
SAID = {LI: "我家在朝阳门", ALICE: "COMPLAINT my cake arrived broken", STRANGER: "投诉 面包发霉了"}
WHISPERED = "请问周末几点关门呀"
"""What somebody wrote whom the bot has answered: nothing has brought them to staff."""


def furnished(engine: Engine, tmp_path: Path) -> Desk:
    """A console with something on each of its pages."""
    desk = Desk(tmp_path, engine)
    desk.texts(LI, "人工")
    for phone, text in {**SAID, QUIET: WHISPERED, WANG: "营业时间"}.items():
        desk.texts(phone, text)
    with desk.parts.store.write() as session:
        changes, mine = Changes(), customers.ids_by_phone(session, [LI, WANG])
        session.execute(
            update(Outbound)
            .where(Outbound.customer_id == mine[WANG])
            .values(status="failed", reason="provider_config", is_for_staff=True)
        )
        holds.hold_all(session, changes, mine[LI], desk.clock())
        changes.flush(session)
    works_on(desk)
    api_keys.add(desk.parts, "till", "demo", desk.clock(), "tests")
    fills_in(desk)
    warn(desk.parts, desk.clock() + HOUR)
    tells_everybody(desk)
    return desk


def works_on(desk: Desk) -> None:
    """A complaint that waits for Alice; of the stranger's three, two that are open and one that is settled."""
    with desk.parts.store.read() as session:
        manager = session.scalars(select(Staff.id).where(Staff.email == EMAILS["manager"])).one()
    staff, now = StaffMember(manager, EMAILS["manager"]), desk.clock()
    there = UUID(desk.path_of(ALICE).split("/")[-1]), next(iter(desk.parts.directory.current(now).brands))
    reply(desk.parts, staff, *there, "Which order was it?", now, awaits_answer=True)
    desk.work()
    for text in ("投诉 又发霉了", "投诉 还是发霉"):
        resolve(desk.parts, staff, complaints_of(desk)[-1], "", desk.clock(), is_told_otherwise=True)
        with desk.parts.store.write() as session:
            session.execute(update(Complaint).where(Complaint.status == "resolved").values(status="closed"))
        desk.texts(STRANGER, text)
    reopen(desk.parts, staff, complaints_of(desk)[0], desk.clock())


def complaints_of(desk: Desk) -> list[UUID]:
    """The stranger's, oldest first."""
    theirs = Complaint.customer_id == UUID(desk.path_of(STRANGER).split("/")[-1])
    with desk.parts.store.read() as session:
        return list(session.scalars(select(Complaint.id).where(theirs).order_by(Complaint.number)))


def fills_in(desk: Desk) -> None:
    """What marketers and managers have put on record, a list that is imported and one that waits."""
    marketer, manager = a_member(desk, "marketer"), a_member(desk, "manager")
    marketer.opens("/offers")
    assert marketer.sends("/offers", **CAKES)[0] == 200
    path = uploads(marketer).location
    marketer.opens(path)
    marketer.sends(path, column="电话", field="phone", start="1")
    jobs()["import_lists"].run(desk.parts, desk.clock())
    assert uploads(marketer, name="another.csv").status_code == 302
    jobs()["review_numbers"].run(desk.parts, desk.clock())
    for practising in (manager, a_member(desk, "support"), a_member(desk, "admin")):
        practising.opens("/practice")
        assert practising.sends("/practice/start", scenario="broken_cake")[0] == 200
    manager.opens("/licences")
    assert manager.sends("/licences", **TELECOM)[0] == 200
    assert manager.sends("/partners", **HOTEL)[0] == 200
    assert manager.sends("/canned-replies", **SORRY)[0] == 200


class Controls(HTMLParser):
    """What a page offers: (method, address) of its links and forms."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__()
        self._path = path
        self.found: set[tuple[str, str]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self._offers((told.get("method") or "get").upper(), told.get("action"))
        for name, method in (("hx-get", "GET"), ("hx-post", "POST"), ("formaction", "POST")):
            if name in told:
                self._offers(method, told[name])
        if tag == "a" and "href" in told:
            self._offers("GET", told["href"])

    def _offers(self, method: str, address: str | None) -> None:
        there = urlsplit(urljoin(self._path, address or ""))
        if there.scheme == there.netloc == "":
            self.found.add((method, there._replace(fragment="").geturl()))


@dataclass
class Walk:
    """Where a role came to from the first page: each page's text, and what all of them offer."""

    app: Flask
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By address, where it led to and what stands there."""
    offered: set[tuple[str, str]] = field(default_factory=set)

    def endpoint(self, method: str, address: str) -> str:
        """What answers there; an empty one where nothing does."""
        try:
            return str(self.app.url_map.bind("localhost").match(urlsplit(address).path, method)[0])
        except HTTPException:
            return ""

    def endpoints(self) -> set[tuple[str, str]]:
        """What is offered, as (method, endpoint)."""
        return {(method, self.endpoint(method, address)) for method, address in self.offered}

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each page's room with its text."""
        for landed, text in self.pages.values():
            yield self.endpoint("GET", landed).split(".")[0], text


def walks(desk: Desk, role: str) -> Walk:
    """Follows every link from the first page on, as staff of this role; each has to open."""
    visitor, walk, waiting = a_member(desk, role), Walk(desk.app), ["/"]
    while waiting:
        address = waiting.pop()
        if address in walk.pages or is_public(walk, address):
            continue
        answer = visitor.client.get(address, follow_redirects=True)
        assert answer.status_code == 200, (role, address, answer.status_code)
        walk.pages[address] = answer.request.path, answer.text
        found = Controls(answer.request.path, answer.text).found if answer.mimetype == "text/html" else set()
        answer.close()
        walk.offered |= found
        waiting += [there for method, there in found if method == "GET"]
    return walk


def is_public(walk: Walk, address: str) -> bool:
    endpoint = walk.endpoint("GET", address)
    return endpoint != "" and access.guard_of(walk.app, endpoint) == access.EVERYONE
