"""Questions: one open at a time, answered only after it was handed over, ended by yes, no, silence or refusal."""

from sqlalchemy import event, update

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Rejected, Rejection
from app.store.customers import Profile
from app.usecases.advance_flows import advance_due
from tests.usecases.shop import LI, WANG, Shop


def run(shop: Shop, phone: str = LI) -> object:
    return shop.rows("runs", phone)[-1]


def test_signing_up_grants_consent_only_after_the_yes(shop: Shop) -> None:
    shop.texts(LI, "加入")
    question = shop.outbounds(LI)[0]
    assert (question.purpose, question.asks_question) == ("opt_in_confirmation", True)
    shop.works()
    assert shop.profile(LI)["consent"] == "none"
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "granted"
    granted = shop.rows("consents", LI)[-1]
    assert (granted.kind, granted.source) == ("granted", "flow:sign_up")
    assert "每月不超过4条" in granted.evidence["wording"]
    assert granted.inbound_id == shop.rows("inbounds", LI)[-1].id
    shop.works()
    shop.texts(LI, "5")
    shop.works()
    shop.texts(LI, "2")
    shop.works()
    kept = {name: held["value"] for name, held in shop.profile(LI)["attributes"].items()}
    assert kept["birthday_month"] == 5
    assert run(shop).outcome == "signed_up"  # type: ignore[attr-defined]
    assert [row.status for row in shop.outbounds(LI)] == ["delivered"] * 4
    assert shop.rows("questions", LI) == []


def test_a_no_is_understood_by_rule_and_answered_once(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    shop.texts(LI, "不要")
    shop.works()
    shop.texts(LI, "不要")
    shop.works()
    assert shop.outcomes(LI)[:2] == ["keyword", "question_exact"]
    assert [body for body in shop.bodies(LI) if "不为您加入" in body] == shop.bodies(LI)[1:2]
    assert shop.profile(LI)["consent"] == "none"
    assert shop.rows("consents", LI) == []


def test_a_no_by_meaning_declines(shop: Shop) -> None:
    shop.nlu.learn("我还是先不参加了", "deny")
    shop.texts(LI, "加入")
    shop.works()
    shop.texts(LI, "我还是先不参加了")
    assert shop.outcomes(LI) == ["keyword", "question_by_meaning"]
    assert run(shop).outcome == "not_confirmed"  # type: ignore[attr-defined]


def test_anything_but_yes_declines(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    shop.texts(LI, "不用了")
    assert shop.profile(LI)["consent"] == "none"
    assert run(shop).outcome == "not_confirmed"  # type: ignore[attr-defined]


def test_a_yes_before_the_question_was_handed_over_is_none(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "none"


def test_without_an_answer_the_sign_up_ends_after_a_day(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    shop.passes(hours=23)
    assert advance_due(shop.parts, shop.clock()) == 0
    shop.passes(hours=1, minutes=1)
    assert advance_due(shop.parts, shop.clock()) == 1
    assert advance_due(shop.parts, shop.clock()) == 0
    assert run(shop).outcome == "not_confirmed"  # type: ignore[attr-defined]
    assert shop.rows("questions", LI) == []
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "none"


def test_the_time_to_answer_counts_from_the_hand_over(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.passes(hours=10)
    shop.works()
    shop.passes(hours=20)
    assert advance_due(shop.parts, shop.clock()) == 0
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "granted"


def test_a_question_that_was_refused_is_not_open_and_its_run_goes_on(shop: Shop) -> None:
    shop.tells("order.completed", "e1", WANG)
    with shop.parts.store.write() as session:
        session.execute(update(Profile).values(consent="withdrawn", stopped_at=shop.clock()))
    shop.dispatches()
    assert shop.outbounds(WANG)[0].status == "refused"
    assert shop.rows("questions", WANG) == []
    assert run(shop, WANG).status == "finished"  # type: ignore[attr-defined]


def test_a_question_that_the_provider_will_not_take_is_not_open(shop: Shop) -> None:
    shop.texts(LI, "评分")
    shop.dials(Rejected(Rejection.PERMANENT, "E1"))
    shop.dispatches()
    assert shop.rows("questions", LI) == []
    assert run(shop).status == "finished"  # type: ignore[attr-defined]


def test_a_question_that_is_tried_again_is_answered_once(shop: Shop) -> None:
    phone = "+8613900000003"  # refused twice for now
    shop.texts(phone, "评分")
    for _ in range(4):
        shop.dispatches()
        shop.passes(seconds=30)
    assert len(shop.rows("questions", phone)) == 1
    shop.texts(phone, "5")
    assert shop.outcomes(phone)[-1] == "question_exact"


def test_a_newer_question_takes_the_place_of_the_open_one(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    shop.texts(LI, "评分")
    shop.works()
    assert ("cancelled", "superseded") in shop.reasons(LI, "run")
    first, second = shop.rows("runs", LI)
    assert (first.flow, first.status, second.status) == ("sign_up", "finished", "active")
    assert [row.run_id for row in shop.rows("questions", LI)] == [second.id]
    shop.texts(LI, "5")
    assert shop.profile(LI)["attributes"]["satisfaction"]["value"] == 5


def test_a_deferred_question_is_asked_when_the_open_one_is_answered(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    shop.tells("order.completed", "e1", LI)
    shop.works()
    assert shop.outbounds(LI)[-1].reason == "question_open"
    shop.texts(LI, "不用了")
    shop.passes(minutes=15)
    shop.works()
    assert shop.outbounds(LI)[-1].status == "delivered"
    shop.texts(LI, "4")
    assert shop.profile(LI)["attributes"]["satisfaction"]["value"] == 4


def test_a_not_understood_answer_is_asked_once_more(shop: Shop) -> None:
    shop.texts(LI, "评分")
    shop.works()
    shop.texts(LI, "还可以吧")
    shop.works()
    assert "请回复1到5中的一个数字" in shop.bodies(LI)[-1]
    shop.texts(LI, "5")
    assert shop.outcomes(LI)[-1] == "question_exact"


def test_a_low_score_can_become_a_complaint_in_the_customers_words(shop: Shop) -> None:
    for text in ("评分", "1", "1", "奶油是酸的"):
        shop.texts(LI, text)
        shop.works()
    (complaint,) = shop.rows("complaints", LI)
    assert (complaint.category, complaint.summary) == ("survey", "奶油是酸的")


def test_a_flow_that_is_published_anew_leaves_runs_under_way_alone(shop: Shop) -> None:
    from app.domain.flows.definition import Definition
    from app.usecases import flow_publishing

    shop.texts(LI, "评分")
    shop.works()
    definition = next(
        one for one in flow_publishing.published(shop.parts, shop.brand) if one.name == "satisfaction_survey"
    )
    plain = definition.model_dump(mode="json")
    plain["steps"]["thanks"]["text"]["zh"] = "新的感谢语。"
    flow_publishing.publish(shop.parts, "demo", [Definition.model_validate(plain)], shop.clock(), "tests")
    shop.texts(WANG, "评分")
    shop.works()
    for text in ("5", "很好"):
        for phone in (LI, WANG):
            shop.texts(phone, text)
        shop.works()
    assert [row.version for phone in (LI, WANG) for row in shop.rows("runs", phone)] == [1, 2]
    assert shop.bodies(LI)[-1] == "已收到，感谢您的意见。"
    assert shop.bodies(WANG)[-1] == "新的感谢语。"


def test_what_a_question_promises_can_be_cancelled_by_nobody_else(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.texts(WANG, "评分")
    shop.works()
    shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.works()
    assert len(shop.rows("questions", LI)) == len(shop.rows("questions", WANG)) == 1


def test_however_many_questions_leave_together_their_runs_are_read_at_once(shop: Shop) -> None:
    def reads_for(count: int, area: int) -> int:
        people = [f"+86137{area:04d}{n:04d}" for n in range(count)]
        for phone in people:
            shop.texts(phone, "加入")
        told: list[str] = []
        engine = shop.parts.store.engine
        event.listen(engine, "before_cursor_execute", listener := lambda *given: told.append(given[2]))
        shop.dispatches()
        event.remove(engine, "before_cursor_execute", listener)
        assert all(shop.rows("questions", phone) for phone in people)
        return len([one for one in told if "FROM runs" in one])

    assert reads_for(8, 1) == reads_for(2, 2) == 1
