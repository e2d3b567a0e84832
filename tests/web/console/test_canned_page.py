"""The texts that staff keep ready: written by managers, judged first, picked on a conversation's page."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.store.canned_replies import CannedReply
from app.store.staff import AuditEntry
from tests.web.console.desk_scene import Desk, Visitor, a_member
from tests.web.demo_shop import WANG

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""
SORRY = {
    "brand": "demo",
    "language": "zh",
    "name": "道歉",
    "text": "{{ customer.name }}您好，非常抱歉，马上处理。",
}


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的")
    return desk


@pytest.fixture
def manager(desk: Desk) -> Visitor:
    visitor = a_member(desk, "manager")
    visitor.opens("/canned-replies")
    return visitor


def kept(desk: Desk) -> list[str]:
    with desk.parts.store.read() as session:
        return list(session.scalars(select(CannedReply.text).order_by(CannedReply.name)))


def test_a_text_is_written_changed_and_removed(desk: Desk, manager: Visitor) -> None:
    status, text = manager.sends("/canned-replies", **SORRY)
    assert (status, "staff pick it as /道歉" in text) == (200, True)
    change = re.search(r'href="([^"]+)#write"', text)
    assert change
    assert ">{{ customer.name }}您好" in manager.opens(change.group(1))[1].replace("\r\n", "\n").replace(
        ">\n", ">"
    )
    manager.sends("/canned-replies", **{**SORRY, "name": "/道歉", "text": "对不起"})
    assert kept(desk) == ["对不起"]
    path = re.search(r'action="(/canned-replies/[^"]+/remove)"', manager.opens("/canned-replies")[1])
    assert path
    for _ in range(2):
        assert manager.sends(path.group(1))[0] == 200
    assert kept(desk) == []
    with desk.parts.store.read() as session:
        done = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.action.startswith("canned_reply"))
            .order_by(AuditEntry.at)
        )
        assert list(done) == ["canned_reply.put", "canned_reply.put", "canned_reply.remove"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"name": "so sorry"}, "without a space"),
        ({"text": "{{ brand.owner }}您好"}, "Nothing would ever fill this placeholder: “brand.owner”"),
        ({"text": "长" * 499}, "longer than the carriers take"),
        ({"text": ""}, "nothing written"),
        ({"text": "长" * 501}, "too long"),
        ({"brand": "nobody"}, "Not a valid choice"),
    ],
)
def test_what_would_not_be_sent_is_not_kept(
    desk: Desk, manager: Visitor, told: dict[str, str], said: str
) -> None:
    status, text = manager.sends("/canned-replies", **{**SORRY, **told})
    assert status == 422
    assert said in text
    assert kept(desk) == []


def test_it_is_offered_filled_for_the_customer_and_put_into_the_box(desk: Desk, manager: Visitor) -> None:
    manager.sends("/canned-replies", **SORRY)
    manager.sends("/canned-replies", **{**SORRY, "name": "a", "language": "en", "text": "Sorry!"})
    staff = a_member(desk, "support")
    text = staff.opens(desk.path_of(WANG))[1]
    assert "/canned-replies" not in text  # whose page is the managers'
    names = re.findall(r'data-name="([^"]+)"', text)
    assert names == ["道歉", "a"]  # in the customer's language first
    assert 'data-fill="王女士您好，非常抱歉，马上处理。"' in text
    link = re.search(r'href="([^"]+canned=[^"]+)"', text)
    assert link
    assert (
        ">王女士您好，非常抱歉，马上处理。</textarea>" in staff.opens(link.group(1).replace("&amp;", "&"))[1]
    )


def test_one_that_lacks_something_cannot_be_sent_as_it_is(desk: Desk, manager: Visitor) -> None:
    manager.sends("/canned-replies", **{**SORRY, "text": "订单{{ order.number }}已退款"})
    staff = a_member(desk, "support")
    page = desk.path_of(WANG)
    assert 'data-fill="订单{{ order.number }}已退款"' in staff.opens(page)[1]
    status, text = staff.sends(page + "/reply", text="订单{{ order.number }}已退款")
    assert (status, "a placeholder is not filled" in text) == (422, True)
