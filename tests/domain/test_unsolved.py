"""What says that a complaint is not solved, and what only looks like it."""

import pytest

from app.domain.unsolved import says_unsolved


@pytest.mark.parametrize(
    "text",
    [
        "还没解决", "根本没人处理", "沒有解決", "没人管", "钱没到账", "没有收到", "还是不行", "依旧老样子", "问题还在",
        "not resolved", "it's still broken", "Still waiting", "hasn’t been fixed", "nothing has happened", "UNRESOLVED",
        "解决个屁",
    ],
)  # fmt: skip
def test_it_is_not_solved(text: str) -> None:
    assert says_unsolved(text)


@pytest.mark.parametrize(
    "text",
    ["已经解决了", "谢谢，收到了", "没事", "没问题", "solved, thanks", "fixed now", "", "没" * 80 + "解决"],
)
def test_it_is_solved_or_about_something_else(text: str) -> None:
    assert not says_unsolved(text)
