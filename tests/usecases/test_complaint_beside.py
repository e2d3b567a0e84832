"""Who complains and wants no more texts in one breath: both are done, and one message tells of both."""

from sqlalchemy import update

from app.domain.purpose import Cause, CauseKind
from app.store.customers import Profile
from tests.usecases.shop import ALICE, LI, WANG, Shop

CAKE = "蛋糕是坏的，别再给我发短信了"


def kinds(shop: Shop, phone: str = WANG) -> list[str]:
    return [row.kind for row in shop.rows("complaints", phone)]


def said(shop: Shop, phone: str = WANG) -> list[str]:
    """What reaches the phone."""
    shop.passes(seconds=6)
    shop.works()
    return [row.text for row in shop.outbounds(phone) if row.status not in ("cancelled", "refused")]


def test_both_are_done_and_one_message_tells_of_both(shop: Shop) -> None:
    shop.nlu.learn("蛋糕是坏的", "complaint")
    shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.hears((WANG, CAKE))
    assert shop.profile(WANG)["consent"] == "withdrawn"
    shop.answers()
    (complaint,) = shop.rows("complaints", WANG)
    assert (complaint.kind, complaint.summary, complaint.status) == ("service_complaint", CAKE, "open")
    (told,) = said(shop)
    assert "已退订" in told
    assert "投诉也已登记" in told
    assert shop.outcomes(WANG) == ["opted_out"]
    assert ("cancelled", "said_together") in shop.reasons(WANG)
    assert "complaint_beside_opt_out" in [row.reason for row in shop.rows("decisions", WANG)]


def test_in_english_too(shop: Shop) -> None:
    shop.nlu.learn("my order never came", "complaint")
    shop.texts(ALICE, "stop texting me, and my order never came")
    assert kinds(shop, ALICE) == ["service_complaint"]
    (told,) = said(shop, ALICE)
    assert "You are unsubscribed" in told
    assert "your complaint is registered" in told


def test_who_names_complaining_is_heard_without_the_model(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.hears((WANG, "投诉！退订"))
    assert (shop.outcomes(WANG), kinds(shop)) == (["opted_out"], ["message_complaint"])
    assert shop.rows("complaints", WANG)[0].severity <= 3
    (told,) = said(shop)
    assert "已退订" in told
    assert "投诉已登记" in told


def test_annoyance_opens_nothing_and_is_confirmed_at_once(shop: Shop) -> None:
    shop.hears((WANG, "别再发了烦死了"))
    shop.dispatches()
    assert kinds(shop) == []
    (sent,) = shop.outbounds(WANG)
    assert sent.status != "queued"
    assert "投诉" not in sent.text


def test_a_rest_that_is_no_complaint_opens_nothing(shop: Shop) -> None:
    shop.nlu.learn("我要休息", "out_of_scope")
    shop.texts(WANG, "别再给我发短信了，我要休息")
    assert (kinds(shop), len(said(shop)), shop.outcomes(WANG)) == ([], 1, ["opted_out"])


def test_with_the_model_away_the_opt_out_is_confirmed_and_a_person_reads_the_rest(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.texts(WANG, CAKE)
    (told,) = said(shop)
    assert "已退订" in told
    assert kinds(shop) == []
    shop.passes(minutes=11)
    shop.answers()
    assert [row.reason for row in shop.rows("conversations", WANG)] == ["nlu_unavailable"]
    assert shop.outcomes(WANG) == ["opted_out"]


def test_a_complaint_heard_late_is_told_by_itself(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.texts(WANG, CAKE)
    assert len(said(shop)) == 1
    shop.nlu.is_away = False
    shop.nlu.learn("蛋糕是坏的", "complaint")
    shop.answers()
    first, second = said(shop)
    assert "已退订" in first
    assert "投诉已登记" in second
    assert [row.purpose for row in shop.outbounds(WANG)] == ["opt_out_confirmation", "service"]


def test_heard_late_it_is_opened_but_told_to_nobody_who_has_stopped_everything(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.texts(WANG, CAKE)
    assert len(said(shop)) == 1
    with shop.parts.store.write() as session:
        session.execute(update(Profile).values(stopped_at=shop.clock()))
    shop.nlu.is_away = False
    shop.nlu.learn("蛋糕是坏的", "complaint")
    shop.answers()
    assert kinds(shop) == ["service_complaint"]
    (told,) = said(shop)
    assert "投诉" not in told
    assert ("refused", "stopped") in shop.reasons(WANG)


def test_who_takes_the_opt_out_back_at_once_is_not_told_of_it_afterwards(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.texts(WANG, CAKE)
    shop.texts(WANG, "恢复")
    (told,) = said(shop)
    assert "已恢复订阅" in told


def test_an_open_complaint_is_joined_without_a_word_more(shop: Shop) -> None:
    shop.nlu.learn("送来的蛋糕是坏的", "complaint")
    shop.nlu.learn("蛋糕是坏的", "complaint")
    shop.texts(WANG, "送来的蛋糕是坏的")
    shop.texts(WANG, CAKE)
    assert shop.complaint_events(WANG)[-1] == "joined"
    assert "投诉" not in said(shop)[-1]


def test_by_meaning_both_are_done(shop: Shop) -> None:
    text = "以后短信就算了吧，你们的面包发霉了"
    shop.nlu.learn(text, "opt_out", 0.92)
    shop.nlu.learn("你们的面包发霉了", "complaint")
    shop.texts(WANG, text)
    assert (shop.profile(WANG)["consent"], kinds(shop)) == ("withdrawn", ["service_complaint"])
    (told,) = said(shop)
    assert "投诉也已登记" in told


def test_in_doubt_the_question_tells_of_the_complaint(shop: Shop) -> None:
    text = "服务这么差还天天发短信"
    shop.nlu.learn(text, "complaint", 0.6, opt_out=0.3)
    shop.texts(LI, text)
    assert (shop.profile(LI)["consent"], kinds(shop, LI)) == ("held", ["service_complaint"])
    (told,) = said(shop, LI)
    assert "投诉已登记" in told
    assert "是想退订吗" in told
    shop.texts(LI, "1")
    assert shop.profile(LI)["consent"] == "withdrawn"


def test_asked_once_a_day_the_complaint_is_acknowledged_all_the_same(shop: Shop) -> None:
    shop.nlu.learn("发太多了吧", "complaint", 0.55, opt_out=0.35)
    shop.texts(WANG, "发太多了吧")
    assert kinds(shop) == []
    shop.texts(WANG, "紫色的")
    shop.texts(WANG, "紫色的")
    text = "服务这么差还天天发短信"
    shop.nlu.learn(text, "complaint", 0.6, opt_out=0.3)
    shop.texts(WANG, text)
    assert kinds(shop) == ["service_complaint"]
    assert "投诉已登记" in said(shop)[-1]
