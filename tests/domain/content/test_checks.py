"""What each check finds, and what it lets pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.composing import BrandIdentity, compose
from app.domain.content.check import Copy, Severity
from app.domain.content.checking import findings, is_blocked
from app.domain.purpose import Purpose
from tests.domain.rule_data import shipped

BRAND = BrandIdentity(name="味蕾餐厅", signature="味蕾餐厅")
HOSTS = frozenset({"wl.cn"})


def copy(
    text: str, purpose: Purpose = Purpose.MARKETING, style: str = "mainland", language: str = "zh"
) -> Copy:
    return Copy(text, purpose, shipped().channel_style(style), BRAND, language, 1, HOSTS, "400-800-1234")


def codes(text: str, purpose: Purpose = Purpose.MARKETING, **more: str) -> set[str]:
    return {one.code for one in findings(copy(text, purpose, **more), shipped().lists, shipped().checks)}


def marketing(body: str) -> str:
    return f"【味蕾餐厅】{body}退订回T"


@pytest.mark.parametrize(
    "body",
    [
        "最近上新三款蛋糕，回复1预约。",
        "最后一天，回复1预约。",
        "最好提前预约，回复1。",
        "第一次到店，回复1领取。",
        "我们第一时间通知您，回复1。",
        "本店最大码是XL，回复1。",
        "凭取餐唯一码到店领取。",
        "兄弟一起来，到店出示短信。",
        "气温骤降，最低气温5度，到店喝汤。",
    ],
)
def test_everyday_words_are_no_claims(body):
    assert "absolute_claim" not in codes(marketing(body))


@pytest.mark.parametrize(
    "body",
    [
        "全国第一的蛋糕",
        "最好吃的烤鱼",
        "最 好 吃的烤鱼",
        "最💥好吃的烤鱼",
        "蕞好吃的烤鱼",
        "頂級食材",
        "销量ＮＯ.1",
        "销量no.1",
        "国*家*级厨师",
        "朂佳口感",
    ],
)
def test_claims_are_found_in_every_disguise(body):
    assert "absolute_claim" in codes(marketing(body))


def test_an_answer_may_say_what_an_advertisement_may_not():
    assert "absolute_claim" not in codes("【味蕾餐厅】这是最大的包间。", Purpose.REPLY)


@pytest.mark.parametrize(
    "body", ["加薇信领券", "加 V 信领券", "澳门 赌 场", "代~开~发~票", "保本理财", "無抵押貸款"]
)
def test_blocked_words_are_found_in_every_disguise_and_stop_marketing_alone(body):
    def blocks(purpose: Purpose) -> bool:
        return is_blocked(findings(copy(marketing(body), purpose), shipped().lists, shipped().checks))

    assert blocks(Purpose.MARKETING)
    for purpose in (Purpose.REPLY, Purpose.SERVICE):
        assert "blocked_word" in codes(marketing(body), purpose)
        assert not blocks(purpose)


@pytest.mark.parametrize(
    "body",
    [
        "为确保本次配送准时", "红包过期提醒", "面包过敏提示", "打包过程请放心", "粉红色情侣款", "给您添了大麻烦",
        "消毒品类齐全", "这套现在有货", "整套现货", "生日赚双倍积分", "每日赚积分", "请代考虑", "支援交通出行",
        "热情色彩", "充电子烟花灯", "有目睹博物馆的机会",
        "南京路No.88号", "Room No.301", "夏日新品No.5香水", "TOP10榜单", "50%有效成分",
    ],
)  # fmt: skip
def test_words_that_only_touch_are_no_listed_word(body):
    assert not codes(marketing(body)) & {"blocked_word", "absolute_claim"}


@pytest.mark.parametrize(
    "body", ["请远离毒品", "严禁套现", "我们用微信支付", "安徽信息港", "classic cannabis-free tea"]
)
def test_longer_words_that_mean_something_else_pass(body):
    assert "blocked_word" not in codes(marketing(body))


@pytest.mark.parametrize(
    ("body", "is_missing"),
    [
        ("稳健理财，年化3%，回复1了解。", True),
        ("稳健理财，年化3%，投资有风险，回复1了解。", False),
        ("公积金提取，回复1了解。", False),
        ("理财非存款，回复1了解。", False),
    ],
)
def test_finance_carries_its_notice(body, is_missing):
    assert ("notice_missing" in codes(marketing(body))) is is_missing


@pytest.mark.parametrize(
    ("body", "is_unknown"),
    [
        ("详情 wl.cn/a", False),
        ("详情 https://m.wl.cn/a?b=1", False),
        ("详情 http://wl.cn.evil.com/a", True),
        ("详情 evilwl.cn", True),
        ("详情 https://wl.cn@evil.com/x", True),
        ("详情 ｗｌ．ｃｎ／ａ", False),
        ("详情 EVIL.COM", True),
        ("详情 https://[::1", True),
        ("营业到22:00，人均88.5元，型号A.B", False),
        ("write to a@wl.cn", False),
        ("详情 wl.cn.evil.pw/x", True),
        ("详情 wl.cn@evil.cn/x", True),
        ("详情 bit.do/x", True),
        ("详情 evil.ru/x", True),
        ("sorry.and welcome", False),
        ("1.5/2.5米", False),
    ],
)
def test_links_lead_to_hosts_of_the_brand(body, is_unknown):
    assert ("unknown_link" in codes(marketing(body))) is is_unknown


@pytest.mark.parametrize("hole", ["{{ name }}", "{name}", "${name}", "#name#", "[姓名]", "【变量】"])
def test_holes_are_found(hole):
    assert "unfilled_placeholder" in codes(f"【味蕾餐厅】{hole}您好，您的订单已发货。", Purpose.SERVICE)


@pytest.mark.parametrize("word", ["None", "undefined", "null"])
def test_a_programs_word_for_nothing_stops_marketing(word):
    text = marketing(f"{word}您好，新品上架")
    assert is_blocked(findings(copy(text), shipped().lists, shipped().checks))
    assert not is_blocked(findings(copy(text, Purpose.REPLY), shipped().lists, shipped().checks))


@pytest.mark.parametrize(
    "text",
    [
        "3#楼5#柜",
        "参与#新品#话题",
        "{5}",
        "Nonetheless welcome",
        "annulled",
        "C# 课程",
        "None of our shops is open.",
    ],
)
def test_what_only_looks_like_a_hole_passes(text):
    assert "unfilled_placeholder" not in codes(f"【味蕾餐厅】{text}", Purpose.REPLY)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("【味蕾餐厅】您好，退订回T", set()),
        ("您好，退订回T", {"unsigned"}),
        ("【味蕾餐厅】您好【味蕾餐厅】，退订回T", {"signed_twice"}),
        ("【味蕾餐厅】您好", {"opt_out_wording_missing"}),
        ("【味蕾餐厅】您好，退订回T，拒收请回复R", {"opt_out_wording_twice"}),
    ],
)
def test_signature_and_opt_out_wording_stand_exactly_once(text, found):
    about = {"unsigned", "signed_twice", "opt_out_wording_missing", "opt_out_wording_twice"}
    assert codes(text) & about == found


def test_answers_need_no_opt_out_wording_but_a_signature_in_chinese():
    assert codes("您好，我们10点开门。", Purpose.REPLY) == {"unsigned"}
    assert codes("We open at ten.", Purpose.REPLY, style="north_america", language="en") == set()


@pytest.mark.parametrize(("length", "code"), [(500, "long"), (501, "too_long"), (65, None), (66, "long")])
def test_length(length, code):
    body = marketing("")
    told = codes(body[:-4] + "好" * (length - len(body)) + "退订回T")
    assert told & {"long", "too_long"} == ({code} if code else set())


def test_a_message_says_what_to_do_and_whom_to_call():
    assert codes(marketing("新品上市。")) >= {"no_action", "no_hotline"}
    assert codes(marketing("新品上市，回复1预约，400-800-1234。")) == set()


def test_what_blocks_comes_first():
    found = findings(copy("新品上市，加微信"), shipped().lists, shipped().checks)
    severities = [one.severity for one in found]
    assert severities == sorted(severities, key=lambda one: one is not Severity.BLOCK)
    assert severities[0] is Severity.BLOCK


@given(st.text(max_size=120), st.sampled_from(list(Purpose)), st.sampled_from(["mainland", "north_america"]))
def test_no_text_breaks_a_check(text, purpose, style):
    for one in findings(copy(text, purpose, style), shipped().lists, shipped().checks):
        known = next(check for check in shipped().checks if one.code in check.reasons)
        assert known.reasons[one.code]


@given(
    st.text(max_size=60),
    st.sampled_from(["zh", "en"]),
    st.sampled_from(["mainland", "north_america", "international"]),
)
def test_what_is_composed_is_signed_and_says_how_to_opt_out_once(body, language, style):
    kind = shipped().channel_style(style)
    composed = compose(body, Purpose.MARKETING, kind, BRAND, language)
    told = codes(composed.text, style=style, language=language)
    assert not told & {"unsigned", "signed_twice", "opt_out_wording_missing", "opt_out_wording_twice"}


@pytest.mark.parametrize(
    ("host", "is_refused"), [("bit.ly", True), ("go.tinyurl.com", True), ("wl.cn", False)]
)
def test_public_link_shorteners_are_refused_where_carriers_filter_them(host, is_refused):
    body = f"New cakes, see {host}/a Reply STOP to opt out"
    assert ("refused_link" in codes(body, style="north_america", language="en")) is is_refused
    assert "refused_link" not in codes(marketing(f"见 {host}/a"))


def test_a_channel_of_templates_takes_no_free_text():
    free = Copy("您好", Purpose.REPLY, shipped().channel_style("mainland"), BRAND, templates_only=True)
    assert "needs_template" in {one.code for one in findings(free, shipped().lists, shipped().checks)}
