"""On a number that brands share, the word that opts in undoes what the opt-out did: all of it, and nothing else."""

from datetime import date
from uuid import UUID

from app.domain.purpose import Cause, CauseKind
from app.store.partners import Partner
from app.store.tables import new_id
from app.usecases import opting
from app.usecases.changes import Changes
from tests.usecases.shop import WANG, Shop


def a_cafe_on_the_same_number(shop: Shop, consent: str | None = "granted") -> UUID:
    """A second brand that has written to Wang from the number of the first."""
    cafe, channel = shop.a_brand("cafe"), shop.channel()
    shop.a_sender(channel.id, channel.senders[0].address, cafe)
    sender = next(one for one in shop.channel().senders if one.brand_id == cafe)
    cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    shop.queues(WANG, "您的订单已收到", cause, "cafe", sender=sender)
    shop.works()
    if consent is not None:
        agrees(shop, cafe)
    shop.queues(WANG, "新品上架，欢迎来店", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.works()
    return cafe


def a_partner(shop: Shop) -> UUID:
    with shop.parts.store.write() as session:
        partner = Partner(
            id=new_id(),
            brand_id=shop.brand.id,
            name="Mall",
            agreement="A1",
            expires_on=date(2030, 1, 1),
            created_at=shop.clock(),
        )
        session.add(partner)
        session.flush()
        return partner.id


def agrees(shop: Shop, brand: UUID, partner: UUID | None = None) -> None:
    changes, now = Changes(), shop.clock()
    customer_id = shop.customer(WANG).id
    opting.ledger(changes, customer_id, brand, "granted", "till", now, wording="我同意", partner_id=partner)
    changes.profiles[customer_id, brand] = {"consent": "granted", "consent_at": now}
    with shop.parts.store.write() as session:
        changes.flush(session)


def test_the_word_undoes_what_the_opt_out_did_for_every_brand_on_the_number(shop: Shop) -> None:
    cafe = a_cafe_on_the_same_number(shop)
    shop.hears((WANG, "T"))
    assert [shop.profile(WANG, code)["consent"] for code in ("demo", "cafe")] == ["withdrawn"] * 2
    shop.hears((WANG, "START"))
    assert [shop.profile(WANG, code)["consent"] for code in ("demo", "cafe")] == ["granted"] * 2
    theirs = [row for row in shop.rows("consents", WANG) if row.brand_id == cafe]
    assert [row.kind for row in theirs] == ["granted", "withdrawn", "granted"]
    assert theirs[-1].evidence == {
        "wording": "START",
        "restores": str(theirs[0].id),
        "shared_number_with": str(shop.brand.id),
    }
    assert shop.reasons(WANG, "inbound")[-2:] == [
        ("opted_in", "opt_in_shared_number"),
        ("opted_in", "opt_in_word"),
    ]


def test_the_word_gives_back_each_consent_that_the_opt_out_took(shop: Shop) -> None:
    partner = a_partner(shop)
    agrees(shop, shop.brand.id, partner)
    shop.passes(minutes=1)
    shop.hears((WANG, "T"))
    shop.passes(minutes=1)
    shop.hears((WANG, "START"))
    theirs = [row for row in shop.rows("consents", WANG) if row.brand_id == shop.brand.id]
    assert [(row.kind, row.partner_id) for row in theirs] == [
        ("granted", None),
        ("granted", partner),
        ("withdrawn", None),
        ("granted", None),
        ("granted", partner),
    ]
    assert [row.evidence["restores"] for row in theirs[3:]] == [str(row.id) for row in theirs[:2]]


def test_what_an_earlier_opt_out_took_stays_taken(shop: Shop) -> None:
    shop.hears((WANG, "T"))
    shop.passes(minutes=1)
    partner = a_partner(shop)
    agrees(shop, shop.brand.id, partner)
    shop.passes(minutes=1)
    shop.hears((WANG, "T"))
    shop.passes(minutes=1)
    shop.hears((WANG, "START"))
    theirs = [row for row in shop.rows("consents", WANG) if row.brand_id == shop.brand.id]
    assert [(row.kind, row.partner_id) for row in theirs][-1] == ("granted", partner)
    assert [row.kind for row in theirs].count("granted") == 3


def test_a_provider_that_repeats_an_opt_out_does_not_hide_whose_word_it_was(shop: Shop) -> None:
    a_cafe_on_the_same_number(shop)
    late = shop.outbounds(WANG)[-1]
    shop.hears((WANG, "T"))
    shop.passes(minutes=1)
    shop.reports(late.provider_id, "undelivered", code="MBBLACK")
    assert [row.kind for row in shop.rows("consents", WANG) if row.brand_id == shop.brand.id].count(
        "withdrawn"
    ) == 1
    shop.hears((WANG, "START"))
    assert [shop.profile(WANG, code)["consent"] for code in ("demo", "cafe")] == ["granted"] * 2


def test_stop_and_start_in_one_delivery_come_to_nothing_for_every_brand_on_the_number(shop: Shop) -> None:
    a_cafe_on_the_same_number(shop)
    shop.hears((WANG, "T"), (WANG, "START"))
    assert [shop.profile(WANG, code)["consent"] for code in ("demo", "cafe")] == ["granted"] * 2


def test_a_brand_on_the_number_that_never_had_consent_gets_none(shop: Shop) -> None:
    a_cafe_on_the_same_number(shop, consent=None)
    shop.hears((WANG, "T"))
    shop.hears((WANG, "START"))
    assert [shop.profile(WANG, code)["consent"] for code in ("demo", "cafe")] == ["granted", "none"]
    assert ("opt_out_lifted", "opt_in_shared_number") in shop.reasons(WANG, "inbound")


def test_a_brand_on_the_number_that_was_stopped_otherwise_since_stays_stopped(shop: Shop) -> None:
    cafe = a_cafe_on_the_same_number(shop)
    shop.hears((WANG, "T"))
    shop.passes(minutes=1)
    changes = Changes()
    told = {"reason": "api_withdrawal", "trace_id": ""}
    opting.withdraw(changes, shop.customer(WANG).id, [cafe], "marketing", "till", shop.clock(), **told)
    with shop.parts.store.write() as session:
        changes.flush(session)
    shop.hears((WANG, "START"))
    assert [shop.profile(WANG, code)["consent"] for code in ("demo", "cafe")] == ["granted", "withdrawn"]
