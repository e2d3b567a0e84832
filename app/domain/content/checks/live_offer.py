"""Check: what a text promises is what a live offer says."""

from collections.abc import Iterable, Iterator
from datetime import date

from app.domain.content.check import Bound, Check, Finding, Seen, Severity
from app.domain.content.claims import Claim, Kind, claims_in, is_day
from app.domain.offers import Offer, Standing

SOURCE = "SPEC CT-3: bound to a live offer; Price Law Art. 14(4); Advertising Law Art. 8, 28; E-commerce Law Art. 17"
_COUNTS_DOWN = (Kind.DAYS, Kind.HOURS)


def find(seen: Seen) -> Iterable[Finding]:
    """A text that names an offer is judged by it, whatever it is sent for; advertising has to name one.

    The amount of somebody's own order in a notice or an answer is no promise.
    """
    bound = seen.copy.offers
    for name, offer in bound.offers.items():
        if offer is None:
            yield Finding("offer_unknown", Severity.BLOCK, name)
        elif (standing := offer.standing(bound.today)) is not Standing.LIVE:
            yield Finding(standing.value, Severity.BLOCK, name)
    known = [offer for offer in bound.offers.values() if offer is not None]
    if known:
        yield from _differing(claims_in(seen.compared), known, bound)
    elif seen.is_marketing and not bound.offers:
        yield from _unbound(claims_in(seen.compared))


def _unbound(claims: Iterable[Claim]) -> Iterator[Finding]:
    """A date by itself promises nothing; 最后一天 with nothing else to hold it to is for its writer to think about."""
    for claim in claims:
        if claim.kind is not Kind.DAY:
            severity = Severity.WARN if claim.kind in _COUNTS_DOWN else Severity.BLOCK
            yield Finding("offer_unbound", severity, claim.quote, claim.kind, "{{ offer.NAME.title }}")


def _differing(claims: Iterable[Claim], offers: list[Offer], bound: Bound) -> Iterator[Finding]:
    promised = {(told.kind, told.value) for offer in offers for told in _terms(offer)}
    for claim in claims:
        if (claim.kind, claim.value) not in promised and not any(
            _is_kept(claim, one, bound) for one in offers
        ):
            yield Finding("offer_different", Severity.BLOCK, claim.quote, claim.kind, _said_by(offers))


def _terms(offer: Offer) -> Iterator[Claim]:
    """What the offer says in its own words, and its figures."""
    for text in (*offer.discount.values(), *offer.title.values()):
        yield from claims_in(text.lower())
    if offer.price is not None:
        yield Claim(Kind.PRICE, f"{offer.price.normalize():f}", "")
    if offer.quantity is not None:
        yield Claim(Kind.QUANTITY, str(offer.quantity), "")


def _is_kept(claim: Claim, offer: Offer, bound: Bound) -> bool:
    """Whether a day or a countdown in the text is true of the offer."""
    last = offer.ends_on
    if claim.kind is Kind.DAY:
        return _is_within(claim.value, offer, bound)
    if last is None:
        return False
    match claim.kind:
        case Kind.DEADLINE:
            return is_day(claim.value, last)
        case Kind.DAYS:
            fewest, _, most = claim.value.partition("-")
            return int(fewest) <= (last - bound.today).days <= int(most)
        case Kind.HOURS:
            return abs(bound.hours_left(last) - int(claim.value)) <= 1
    return False


def _is_within(value: str, offer: Offer, bound: Bound) -> bool:
    """Whether the day is one of the offer's; a day that the calendar does not have is none."""
    first, last = offer.starts_on or date.min, offer.ends_on or date.max
    years = {bound.today.year, bound.today.year + 1} | {day.year for day in (first, last)}
    *year, month, number = (int(part) for part in value.split("-"))
    for one in year or sorted(years):
        try:
            if first <= date(one, month, number) <= last:
                return True
        except ValueError:
            continue
    return False


def _said_by(offers: list[Offer]) -> str:
    return "; ".join(
        f"{offer.name}: " + ", ".join(str(value) for value in offer.values("zh").values()) for offer in offers
    )


CHECK = Check(
    name="live_offer",
    says="A price, discount, quantity or deadline in advertising is that of an offer that holds.",
    source=SOURCE,
    reasons={
        "offer_unbound": "The text promises a price, discount, quantity or deadline of no offer.",
        "offer_unknown": "The offer that the text names does not exist.",
        "offer_expired": "The offer that the text names is over.",
        "offer_sold_out": "The offer that the text names is sold out.",
        "offer_different": "The text promises something else than the offer that it names.",
    },
    find=find,
)
