"""Licences at the hand-over: without them marketing is refused, and what is recorded counts at once."""

from datetime import date, timedelta

import pytest

from app.domain.purpose import Cause, CauseKind
from app.reads import licences as read
from app.reads.licence_words import REFUSALS
from app.reads.licences import State
from app.store.staff import AuditEntry
from app.usecases.licences import LicenceRefused, NewLicence, add, end
from tests.usecases.shop import WANG, Shop

FAR = date(2027, 12, 31)
TODAY = date(2026, 11, 23)


@pytest.fixture
def licensed(shop: Shop) -> Shop:
    """A shop whose channel asks for the licences of the mainland."""
    shop.a_channel("licensed", "10690077", style="mainland", asks_licences=True)
    return shop


def records(shop: Shop, kind: str, until: date | None = FAR, **told: object) -> object:
    given = {"brand": "demo", **({"channel": "licensed"} if kind == "channel_filing" else {})}
    new = NewLicence(kind=kind, number=f"N-{kind}", expires_on=until, **{**given, **told})  # type: ignore[arg-type]
    return add(shop.parts, new, shop.clock(), "ann")


def fate(
    shop: Shop, cause: CauseKind = CauseKind.CAMPAIGN, text: str = "新品上架，欢迎来店"
) -> tuple[str, str | None]:
    sender = shop.channel("licensed").senders[0]
    kind = Cause(cause, shop.clock(), "order.placed" if cause is CauseKind.EVENT else None)
    sent = shop.queues(WANG, text, kind, sender=sender)
    shop.dispatches()
    row = shop.outbound(sent)
    return row.status, row.reason


def needs(shop: Shop) -> dict[str, State]:
    with shop.parts.store.read() as session:
        found = read.needed(session, shop.parts.rules.licence_kinds, shop.clock())
    return {one.kind.code: one.state for one in found if one.channel == "licensed"}


def test_an_empty_table_refuses_marketing_and_nothing_else(licensed: Shop) -> None:
    assert fate(licensed) == ("refused", "licence_missing")
    assert fate(licensed, CauseKind.EVENT, "您的订单已收到") == ("accepted", None)
    assert needs(licensed) == dict.fromkeys(
        ("telecom_licence", "channel_filing", "signature_filing"), State.MISSING
    )


def test_with_every_licence_on_record_it_goes_until_one_ends(licensed: Shop) -> None:
    records(licensed, "telecom_licence")
    records(licensed, "channel_filing", TODAY)
    assert fate(licensed) == ("refused", "licence_missing")
    records(licensed, "signature_filing", None)
    assert fate(licensed) == ("accepted", None)
    assert needs(licensed) == {"channel_filing": State.SOON}
    licensed.passes(days=1)
    assert fate(licensed) == ("refused", "licence_expired")
    assert needs(licensed) == {"channel_filing": State.EXPIRED}
    records(licensed, "channel_filing")
    assert fate(licensed) == ("accepted", None)
    assert needs(licensed) == {}


def test_a_licence_of_another_brand_channel_or_signature_does_not_count(licensed: Shop) -> None:
    licensed.a_brand("other")
    licensed.a_channel("second", "10690078", style="mainland", asks_licences=True)
    records(licensed, "telecom_licence", brand="other")
    records(licensed, "channel_filing", channel="second")
    records(licensed, "signature_filing", signature="【别家】")
    assert set(needs(licensed)) == {"telecom_licence", "channel_filing", "signature_filing"}
    assert fate(licensed) == ("refused", "licence_missing")


def test_what_is_taken_off_the_record_counts_no_more(licensed: Shop) -> None:
    ids = [records(licensed, kind) for kind in ("telecom_licence", "channel_filing", "signature_filing")]
    assert fate(licensed) == ("accepted", None)
    assert end(licensed.parts, ids[0], licensed.clock(), "ann")  # type: ignore[arg-type]
    assert not end(licensed.parts, ids[0], licensed.clock(), "ann")  # type: ignore[arg-type]
    assert fate(licensed) == ("refused", "licence_missing")
    with licensed.parts.store.read() as session:
        noted = session.query(AuditEntry).filter(AuditEntry.subject == "licence").order_by(AuditEntry.id)
        assert [(one.actor, one.action) for one in noted] == [("ann", "licence.add")] * 3 + [
            ("ann", "licence.end")
        ]


def test_the_last_of_all_days_is_a_day_like_any_other(licensed: Shop) -> None:
    for kind in ("telecom_licence", "channel_filing", "signature_filing"):
        records(licensed, kind, date.max, starts_on=date.min)
    assert fate(licensed) == ("accepted", None)
    assert needs(licensed) == {}


def test_a_carrier_of_our_own_asks_for_nothing(shop: Shop) -> None:
    shop.a_channel("licensed", "10690077", style="mainland")
    assert fate(shop) == ("accepted", None)
    assert needs(shop) == {}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "driving_licence"}, "unknown_kind"),
        ({"brand": "nobody"}, "unknown_brand"),
        ({"number": "  "}, "number_needed"),
        ({"number": "9" * 81}, "number_needed"),
        ({"expires_on": None}, "end_needed"),
        ({"starts_on": FAR + timedelta(days=1)}, "ends_before_start"),
        ({"expires_on": TODAY - timedelta(days=1)}, "ended_already"),
        ({"channel": "licensed"}, "no_channel_here"),
        ({"kind": "channel_filing"}, "channel_needed"),
        ({"kind": "channel_filing", "channel": "nowhere"}, "unknown_channel"),
        ({"kind": "channel_filing", "channel": "theirs"}, "channel_not_theirs"),
        ({"signature": "麦香坊"}, "no_signature_here"),
        ({"kind": "signature_filing", "signature": "【】"}, "no_signature_here"),
        ({}, None),
    ],
)
def test_what_cannot_be_recorded_is_told(
    licensed: Shop, changes: dict[str, object], reason: str | None
) -> None:
    licensed.a_channel("theirs", "10690079", brand=licensed.a_brand("other"))
    told = {"kind": "telecom_licence", "brand": "demo", "number": "B2-1", "expires_on": FAR, **changes}
    if reason is None:
        add(licensed.parts, NewLicence(**told), licensed.clock(), "ann")  # type: ignore[arg-type]
        reason = "known_already"
    with pytest.raises(LicenceRefused) as refused:
        add(licensed.parts, NewLicence(**told), licensed.clock(), "ann")  # type: ignore[arg-type]
    assert refused.value.reason == reason
    assert reason in REFUSALS
