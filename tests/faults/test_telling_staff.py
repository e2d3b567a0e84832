"""The clock tells staff by a real mail server and a real webhook, and is killed between hand-over and record."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, update

from app import clock
from app.providers.contract import Parsed, ParsedInbound
from app.store.brands import Brand
from app.store.complaint_warnings import ComplaintWarning
from app.store.complaints import Complaint
from app.store.engine import Store
from app.store.notices import Notice
from app.store.staff import Staff
from app.store.tables import new_id
from app.usecases.answer import answer_by_rule
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, receive
from app.usecases.staff_accounts import ensure_roles
from app.usecases.tell_staff import LEASE, tell
from tests.doubles.alert_program import SECRET, AlertProgram
from tests.doubles.mail_server import HANGS, MailServer
from tests.faults.premises import Premises, channel_of, furnish, phone_of
from tests.faults.processes import Processes, until

PEOPLE = 3


def a_late_complaint(parts: Parts) -> None:
    """With three managers, whom a promise that was broken an hour ago concerns."""
    now = clock.now()
    with parts.store.write() as session:
        session.execute(
            update(Brand).values(timezone=f"Etc/GMT{now.hour - 12:+d}")
        )  # noon, whenever this is run
        manager = ensure_roles(session)["manager"]
        session.add_all(
            Staff(id=new_id(), email=f"m{n}@shop.example", roles=[manager], created_at=now)
            for n in range(PEOPLE)
        )
    channel = channel_of(parts, "simulator")
    text = ParsedInbound("m1", phone_of(1), channel.senders[0].address, "投诉 东西坏了")
    receive(parts, [Delivery(channel, Parsed(inbound=(text,)), "t1")], now)
    answer_by_rule(parts, now)
    with parts.store.write() as session:
        table = Complaint.__table__
        row = session.execute(select(table)).one()
        state = {**row.clock, "opened_at": (now - timedelta(hours=3)).isoformat()}
        state["first_response_due_at"] = (now - timedelta(hours=1)).isoformat()
        session.execute(update(Complaint).values(clock=state, next_warning_at=now))


def notices(engine: Engine, *channels: str) -> list[Any]:
    with Store(engine).read() as session:
        mine = select(Notice.__table__).join(ComplaintWarning)
        return list(session.execute(mine.where(Notice.channel.in_(channels))))


def test_a_clock_that_is_killed_between_hand_over_and_record_tells_each_under_one_name(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    premises = Premises(tmp_path, database_url)
    furnish(premises)
    with premises.opened() as parts:
        a_late_complaint(parts)
    with MailServer() as server, AlertProgram() as program, Processes(premises) as processes:
        server.answer_with("TAKEN", HANGS)
        ways = {
            "HUIXIN_SMTP_URL": server.url,
            "HUIXIN_SMTP_FROM": "desk@shop.example",
            "HUIXIN_ALERT_WEBHOOK_URL": program.url,
            "HUIXIN_ALERT_WEBHOOK_SECRET": SECRET,
        }
        processes.start("clock", environ=ways)
        until(lambda: server.taken and program.told)
        processes.kill("clock")
        assert len(server.taken) == 1
        assert Counter(row.state for row in notices(engine, "email")) == {"sending": 1, "queued": PEOPLE - 1}
        with Store(engine).write() as session:  # as if the lease had run out
            late = update(Notice).where(Notice.state == "sending")
            session.execute(late.values(leased_until=clock.now() - LEASE))
        processes.restart("clock")
        until(lambda: {row.state for row in notices(engine, "email", "webhook")} == {"sent"})
        processes.kill("clock")
        assert Counter(Counter(server.ids).values()) == {1: PEOPLE - 1, 2: 1}
        assert {one.to for one in server.taken} == {f"m{n}@shop.example" for n in range(PEOPLE)}
        assert len(program.told) == 1
        assert program.forged == 0
    with premises.opened() as parts:
        assert set(tell(parts, clock.now()).values()) == {0}
