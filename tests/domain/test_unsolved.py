"""What says that a complaint is not solved, and what only looks like it."""

import pytest

from app.domain.unsolved import says_unsolved


@pytest.mark.parametrize(
    "text",
    [
        "还没解决", "根本没人处理", "沒有解決", "没人管", "钱没到账", "没有收到", "还是不行", "依旧老样子",
        "问题还在", "not resolved", "it's still broken", "Still waiting", "hasn’t been fixed", "nothing has happened",
        "UNRESOLVED", "解决个屁", "還沒退", "没退款", "没给我退", "押金没退回来", "一直没退呢，你们骗人",
        "你们没回我", "没人回", "没回电话", "没人来修", "没修好", "还没换", "没改", "地址没改过来", "没管过我",
        "没补差价", "没给个说法", "没能解决", "有没有人管啊", "还是没用", "还是没有", "I still don't have my refund",
        "still haven't heard from you", "still doesn't work", "I haven't been refunded", "it's not done",
    ],
)  # fmt: skip
def test_it_is_not_solved(text: str) -> None:
    assert says_unsolved(text)


@pytest.mark.parametrize(
    "text",
    [
        "已经解决了", "谢谢，收到了", "没事", "没问题", "solved, thanks", "fixed now", "", "没" * 80 + "解决",
        "没回家", "还没回来", "我没有退货的打算", "没有退款的想法", "没退订吧", "我没改变主意", "没改签", "没换号码",
        "没修养", "没理由", "没管家", "我没退", "我还没退", "没回复您，抱歉", "有没有收到我的回复", "还是没空",
        "还是没想好", "还是不好意思", "I still don't know your hours", "still no idea what to wear",
        "I'm still not sure", "I still haven't decided", "I've never done this before", "I'm not done yet",
    ],
)  # fmt: skip
def test_it_is_solved_or_about_something_else(text: str) -> None:
    assert not says_unsolved(text)
