"""A checker is asked about the numbers that this quarter has not verified; its answers count as receipts do."""

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.purpose import Cause, CauseKind
from app.number_checkers import Finding, NoAnswer, Standing
from app.reads.why import about_person
from app.store.number_checks import NumberCheck
from app.store.staff import AuditEntry
from app.usecases.check_numbers import Asking, Checked, check_numbers, waiting
from app.usecases.erase_person import ErasureOrder, erase_person
from tests.usecases.shop import Shop
from tests.usecases.test_review_numbers import is_reported, listed

ONE, TWO, THREE, FOUR = (f"+861390000{number}" for number in (1111, 2222, 3333, 4444))
Answer = Sequence[Finding] | NoAnswer
LATE = NoAnswer("the checker did not answer in time")


class Service:
    """A checker that answers as it is told to: by phone, or by what `answers` holds for the next batch."""

    def __init__(self) -> None:
        self.knows: dict[str, Finding] = {}
        self.asked: list[list[str]] = []
        self.answers: list[Answer] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def says(self, phone: str, standing: Standing, code: str | None = None) -> None:
        self.knows[phone] = Finding(phone, standing, code)

    def ask(self, phones: Sequence[str]) -> Answer:
        self.asked.append(list(phones))
        self.meanwhile()
        if self.answers:
            return self.answers.pop(0)
        return [self.knows.get(phone, Finding(phone, Standing.ALIVE)) for phone in phones]


@pytest.fixture
def checked(shop: Shop) -> Shop:
    """A shop with four customers of whom this quarter has heard nothing."""
    for phone in (ONE, TWO, THREE, FOUR):
        shop.a_customer(phone)
    return shop


def run(shop: Shop, service: Service, *, limit: int = 1000, batch: int = 100) -> Checked:
    return check_numbers(shop.parts, Asking("tests", batch, service.ask), limit, "test")


def status(shop: Shop, phone: str) -> str:
    return str(shop.customer(phone).number_status)


def ours(service: Service) -> list[str]:
    """Whom of our four it was asked about, in order."""
    return [phone for batch in service.asked for phone in batch if phone in (ONE, TWO, THREE, FOUR)]


def test_each_answer_counts_as_a_receipt_does(checked: Shop) -> None:
    service = Service()
    service.says(TWO, Standing.DEAD, "MK:0001")
    service.says(THREE, Standing.SUSPENDED, "MK:0005")
    service.says(FOUR, Standing.UNKNOWN)
    before = len(checked.rows("outbounds", ONE))
    done = run(checked, service)
    assert [status(checked, phone) for phone in (ONE, TWO, THREE, FOUR)] == [
        "verified",
        "dead",
        "doubtful",
        "unknown",
    ]
    assert (done.told[Standing.DEAD], done.told[Standing.SUSPENDED], done.told[Standing.UNKNOWN]) == (1, 1, 1)
    assert (done.unanswered, done.is_broken_off) == ({}, False)
    assert [one.strip("'") for one in listed(checked)] == [FOUR]
    assert len(checked.rows("outbounds", ONE)) == before


def test_a_dead_number_is_sent_nothing_more_and_why_tells_it(checked: Shop) -> None:
    checked.queues(TWO, "您的订单已收到", Cause(CauseKind.EVENT, checked.clock(), "order.placed"))
    service = Service()
    service.says(TWO, Standing.DEAD, "MK:0001")
    run(checked, service)
    checked.dispatches()
    (refused,) = checked.outbounds(TWO)
    assert (refused.status, refused.reason) == ("refused", "dead_number")
    with checked.parts.store.read() as session:
        told = about_person(session, TWO, checked.clock())
    assert ("dead", "number_check", {"code": "MK:0001"}) in [
        (one.verdict, one.reason, one.details) for one in told
    ]


def test_who_was_asked_about_in_this_week_is_left_out(checked: Shop) -> None:
    service = Service()
    service.says(FOUR, Standing.UNKNOWN)
    run(checked, service)
    assert waiting(checked.parts, checked.clock()) == 0
    again = Service()
    run(checked, again)
    assert again.asked == []
    checked.passes(days=7)
    run(checked, again)
    assert ours(again) == [FOUR]


def test_suspended_takes_two_answers_a_day_apart(checked: Shop) -> None:
    service = Service()
    service.says(THREE, Standing.SUSPENDED)
    run(checked, service)
    checked.passes(hours=23)
    run(checked, service)
    assert (ours(service).count(THREE), status(checked, THREE)) == (1, "doubtful")
    checked.passes(hours=1)
    assert waiting(checked.parts, checked.clock()) == 1
    run(checked, service)
    assert (ours(service).count(THREE), status(checked, THREE)) == (2, "suspended")
    checked.passes(days=2)
    run(checked, service)
    assert ours(service).count(THREE) == 2


def test_a_new_quarter_asks_again_and_a_dead_number_stays_dead_since_then(checked: Shop) -> None:
    service = Service()
    service.says(TWO, Standing.DEAD)
    run(checked, service)
    since = checked.customer(TWO).number_status_at
    verified_at = checked.customer(ONE).number_status_at
    checked.passes(days=45)
    assert {one.strip("'") for one in listed(checked)} >= {ONE, TWO, THREE, FOUR}
    run(checked, service)
    assert (status(checked, TWO), checked.customer(TWO).number_status_at) == ("dead", since)
    assert checked.customer(ONE).number_status_at > verified_at
    assert listed(checked) == []


def test_alive_clears_what_was_held_against_a_number(checked: Shop) -> None:
    checked.knows_the_number(ONE, "doubtful")
    run(checked, Service())
    assert status(checked, ONE) == "verified"


def test_no_more_are_asked_about_than_the_limit_and_the_next_run_goes_on(checked: Shop) -> None:
    wanted = waiting(checked.parts, checked.clock())
    first, second = Service(), Service()
    done = run(checked, first, limit=3, batch=2)
    assert (done.asked, [len(batch) for batch in first.asked]) == (3, [2, 1])
    run(checked, second, batch=2)
    asked = [phone for batch in first.asked + second.asked for phone in batch]
    assert (len(asked), len(set(asked))) == (wanted, wanted)


def test_a_batch_without_an_answer_is_told_and_the_rest_goes_on(checked: Shop) -> None:
    service = Service()
    service.answers = [LATE]
    done = run(checked, service, batch=2)
    lost = service.asked[0]
    assert done.unanswered == {LATE.why: 2}
    assert not done.is_broken_off
    assert [status(checked, phone) for phone in lost] == ["unknown", "unknown"]
    assert len(service.asked) > 1
    again = Service()
    run(checked, again)
    assert again.asked == [lost]


@pytest.mark.parametrize(
    ("answers", "batches"), [([LATE, LATE, LATE], 3), ([NoAnswer("HTTP 401", is_final=True)], 1)]
)
def test_asking_ends_where_it_is_of_no_use(checked: Shop, answers: list[Answer], batches: int) -> None:
    service = Service()
    service.answers = list(answers)
    done = run(checked, service, batch=1)
    assert (done.is_broken_off, len(service.asked), sum(done.unanswered.values())) == (True, batches, batches)


def test_what_an_answer_leaves_out_or_contradicts_is_asked_about_again(checked: Shop) -> None:
    torn = [Finding(ONE, Standing.ALIVE), Finding(ONE, Standing.DEAD)]
    service = Service()
    service.answers = [[*torn, Finding(TWO, Standing.ALIVE), Finding("+8613900009999", Standing.DEAD)]]
    done = run(checked, service)
    assert sum(done.unanswered.values()) == done.asked - 1
    assert [status(checked, phone) for phone in (ONE, TWO)] == ["unknown", "verified"]
    again = Service()
    run(checked, again)
    assert (ONE in ours(again), TWO in ours(again)) == (True, False)


def test_what_is_heard_after_the_question_wins(checked: Shop) -> None:
    service = Service()
    service.says(ONE, Standing.DEAD)
    service.meanwhile = lambda: checked.hears((ONE, "在吗"))
    run(checked, service)
    assert status(checked, ONE) != "dead"


def test_of_who_is_erased_meanwhile_nothing_is_kept(checked: Shop) -> None:
    service = Service()
    service.says(ONE, Standing.DEAD, "MK:0001")
    gone = checked.customer(ONE).id
    service.meanwhile = lambda: erase_person(checked.parts, ONE, ErasureOrder("command", checked.clock()))
    run(checked, service)
    assert check_of(checked, gone) is None
    service.says(TWO, Standing.DEAD, "MK:0001")
    there = checked.customer(THREE).id
    assert check_of(checked, there) == ("alive", None)
    erase_person(checked.parts, THREE, ErasureOrder("command", checked.clock()))
    assert check_of(checked, there) == ("unknown", None)


def check_of(shop: Shop, customer_id: UUID) -> tuple[str, str | None] | None:
    with shop.parts.store.read() as session:
        mine = select(NumberCheck.standing, NumberCheck.code).where(NumberCheck.customer_id == customer_id)
        row = session.execute(mine).one_or_none()
    return None if row is None else (row.standing, row.code)


def test_a_text_and_a_final_receipt_need_no_question(checked: Shop) -> None:
    checked.hears((ONE, "在吗"))
    is_reported(checked, TWO, "delivered")
    service = Service()
    run(checked, service)
    assert set(ours(service)) == {THREE, FOUR}


def test_every_run_is_in_the_audit_before_the_first_question(checked: Shop) -> None:
    def noted() -> list[object]:
        with checked.parts.store.read() as session:
            told = select(AuditEntry.details).where(AuditEntry.action == "numbers.check")
            return list(session.scalars(told))

    service, seen = Service(), list[object]()
    service.meanwhile = lambda: seen.extend(noted())
    run(checked, service, limit=7)
    assert seen == [{"checker": "tests", "limit": 7}]
