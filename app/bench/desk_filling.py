"""Fills a desk as that of a big shop after years: people who wait, and settled complaints by the hundred thousand."""

from sqlalchemy import text

from app.bench.queued import demo_sender
from app.domain.purpose import Cause, CauseKind
from app.store import customers
from app.store.complaints import Complaint
from app.usecases import complaints, hand_offs
from app.usecases.changes import Changes
from app.usecases.parts import Parts
from app.usecases.run_identity import fresh_identity
from app.usecases.turn import Reader

BATCH = 500
FIRST_SETTLED = 1_000
"""So many are settled one by one; copies of theirs make up the rest."""
_SERIES = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {copies})"


def wait(parts: Parts, count: int, prefix: str, *, is_settled: bool = False) -> None:
    """So many people complain, every fifth waits for a person; where `is_settled`, all complain and are done."""
    sender = demo_sender(parts)
    for first in range(0, count, BATCH):
        now = parts.now()
        directory, changes = parts.directory.current(now), Changes()
        phones = [f"+86{prefix}{number:08d}" for number in range(first, min(count, first + BATCH))]
        with parts.store.write() as session:
            ids = sorted(customers.ids_of_all(session, phones, now).values())
            locked = {row.id: row for row in customers.lock(session, ids)}
            book = Reader(session, directory, changes, now).turns({(one, sender.id) for one in ids}, locked)
            for place, one in enumerate(ids):
                turn = book.turn(one, sender.id, "")
                if place % 5 == 0 and not is_settled:
                    hand_offs.hand_off(turn, "asked_for_person")
                    continue
                identity = fresh_identity(Cause(CauseKind.INBOUND, now))
                told = ("service_complaint", "quality", "蛋糕送来的时候已经坏了", identity)
                complaints.open_or_join(session, turn, *told)
                if is_settled:
                    complaints.erased(turn, turn.complaints[-1])
                    hand_offs.change(turn, status="closed", closed_at=now, staff_until=None)
            changes.flush(session)


def settle(parts: Parts, count: int) -> None:
    """So many complaints lie behind the shop."""
    wait(parts, FIRST_SETTLED, "137", is_settled=True)
    copies = count // FIRST_SETTLED
    is_sqlite = parts.store.is_sqlite
    digits = "100000000 + one.number * 10000 + n"
    new_id = f"printf('%032d', {digits})" if is_sqlite else f"lpad(({digits})::text, 32, '0')::uuid"
    told = {"id": new_id, "number": digits}
    columns = [column.name for column in Complaint.__table__.columns]
    values = ", ".join(told.get(name, f"one.{name}") for name in columns)
    oldest = "(SELECT * FROM complaints WHERE status = 'closed') AS one"
    copied = f"SELECT {values} FROM series CROSS JOIN {oldest}"  # noqa: S608 - our own columns
    copied = f"INSERT INTO complaints ({', '.join(columns)}) {_SERIES.format(copies=copies)} {copied}"
    with parts.store.write() as session:
        session.execute(text(copied))
    with parts.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
