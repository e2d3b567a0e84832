"""Looks an installation over: each part that has to work, what is wrong with it, and how to mend it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.domain.delivery_codes import DeliveryCodes
from app.providers import providers
from app.reads.licence_words import agreement_words, needed_words
from app.reads.licences import State, agreements, needed
from app.reads.notices import trouble
from app.reads.number_health import shares, unknown_codes
from app.reads.processes import last_signs, web_address
from app.rules import Rules
from app.settings import Settings
from app.store import hash_keys, key_witness, ledgers, migrating
from app.store.brands import all_brands
from app.store.channels import Channel, all_channels
from app.store.encryption import keyring
from app.store.engine import Store
from app.store.inbounds import Quarantined
from app.store.outbound.table import IS_FOR_STAFF, UNKNOWN, Outbound

SIGN_WITHIN = timedelta(seconds=30)
SEALED_WITHIN = timedelta(minutes=5)
SETTLES_WITHIN = timedelta(minutes=15)
"""An outcome that is unknown for longer needs a person. Source: DESIGN, a message out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it works, what is seen of it, and the mend where it does not.

    A note works, and may be what somebody wants; it is told because somebody else may wonder.
    """

    name: str
    is_ok: bool
    says: str
    mend: str = ""
    is_note: bool = False

    def as_json(self) -> dict[str, Any]:
        """The finding as `--json` gives it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outside:
    """How to ask what is no database: whether the language server answers, and a web at an address."""

    nlu_is_up: Callable[[], bool]
    web_answers: Callable[[str], bool]


def look_over(
    store: Store, settings: Settings, outside: Outside, rules: Rules, now: datetime
) -> Iterator[Finding]:
    """Every finding, in the order in which mends should be tried; stops where the database is away."""
    try:
        with store.read() as session:
            session.execute(select(1))
    except DBAPIError as error:
        told = str(error.orig).splitlines()[0] if error.orig is not None else type(error).__name__
        yield Finding(
            "database", False, told, "start it, or set HUIXIN_DATABASE_URL; `huixin init` makes a new one"
        )
        return
    yield Finding("database", True, store.engine.dialect.name)
    schema = _schema(store, settings.database_url)
    yield schema
    if schema.is_ok:
        with store.read() as session:
            yield _keys(session)
            yield from hash_key_notes(session)
            yield Finding("signatures", True, f"made with {keyring().public_key.hex()}")
            yield _channels(session)
            yield from _receive_only(session)
            yield from stopped_marketing(session)
            yield from _licences(session, rules, now)
            yield from _agreements(session, rules, now)
            yield from _festivals(rules, now)
            yield _web(session, settings, outside.web_answers)
            for part in (_processes, _left_over, untold_staff):
                yield from part(session, now)
            yield from _numbers(session, rules.delivery_codes, now)
            yield _seals(session, now)
    is_up = outside.nlu_is_up()
    yield Finding(
        "nlu",
        is_up,
        "answers" if is_up else "does not answer: texts that rules cannot decide wait, then go to a person",
        "" if is_up else "start `huixin nlu` (or `huixin up`); `huixin bot train` where there is no model",
    )


def _schema(store: Store, url: str) -> Finding:
    wanted = _wanted(url)
    with store.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    is_current = present == wanted
    says = f"at {wanted}" if is_current else f"is at {present or 'nothing'}, this version wants {wanted}"
    return Finding(
        "schema", is_current, says, "" if is_current else "run `huixin init`: it brings it up to date"
    )


def _wanted(url: str) -> str | None:
    return ScriptDirectory.from_config(migrating.configuration(url)).get_current_head()


def _keys(session: Session) -> Finding:
    try:
        key_witness.examine(session, keyring())  # what it would note is rolled back with the session
    except key_witness.KeyProblem as problem:
        says, _, mend = str(problem).partition(": ")
        return Finding("keys", False, says, mend)
    return Finding("keys", True, "fit what is stored")


def hash_key_notes(session: Session) -> Iterator[Finding]:
    """Old hash keys in the setting: whether people are still found by them."""
    ring, in_use = keyring(), hash_keys.in_use(session)
    older = {key_witness.fingerprint(key) for key in ring.older_hash_keys}
    if older & in_use and key_witness.fingerprint(ring.hash_key) in in_use:
        says = "people are still found by an old key of HUIXIN_HASH_KEY, which has to stay"
        yield Finding("hash keys", True, says, "`huixin keys rehash`", is_note=True)
    elif older and not older - _past(session):
        says = "nobody is found by an old key of HUIXIN_HASH_KEY any more"
        yield Finding("hash keys", True, says, "take all but the first away", is_note=True)


def _past(session: Session) -> set[str]:
    return set(map(key_witness.fingerprint, hash_keys.past(session)))


def _channels(session: Session) -> Finding:
    count = session.scalars(select(func.count()).select_from(Channel)).one()
    if not count:
        return Finding(
            "channels", False, "none: nobody can text or be texted", "`huixin channels add PROVIDER NAME`"
        )
    return Finding("channels", True, f"{count} set up")


def _receive_only(session: Session) -> Iterator[Finding]:
    known = providers()
    for channel in all_channels(session):
        if not channel.is_active or channel.provider not in known:
            continue
        lacking = known[channel.provider].settings.model_validate(channel.settings).lacks_for_sending()
        if lacking is not None:
            mend = f"a channel added with `--set {lacking}=...` also sends; or leave it, if that is what you want"
            says = (
                f"{channel.name} only receives: it has no {lacking}, and nobody who texts it gets an answer"
            )
            yield Finding("channels", True, says, mend, True)


def stopped_marketing(session: Session) -> Iterator[Finding]:
    """A note for each brand whose marketing somebody has stopped."""
    for brand in all_brands(session):
        if brand.marketing_stopped_at is not None:
            since = brand.marketing_stopped_at.isoformat(timespec="minutes")
            who = f"by {brand.marketing_stopped_by}"
            says = f"stopped for {brand.code} since {since} {who}: nothing but replies and service goes out"
            mend = f"`huixin marketing resume --brand {brand.code}` lets it go on"
            yield Finding("marketing", True, says, mend, True)


def _licences(session: Session, rules: Rules, now: datetime) -> Iterator[Finding]:
    lacking = needed(session, rules.licence_kinds, now)
    for one in lacking:
        mend = f"renew it, then `huixin licences add {one.kind.code} --brand {one.brand} --number ...`"
        if one.state is State.MISSING:
            mend = f"`huixin licences add {one.kind.code} --brand {one.brand} --number ...`, before it advertises"
        is_expired = one.state is State.EXPIRED
        yield Finding("licences", not is_expired, needed_words(one, "en"), mend, not is_expired)
    if not lacking:
        yield Finding("licences", True, "none is missing, expired or about to end")


def _festivals(rules: Rules, now: datetime) -> Iterator[Finding]:
    last = rules.festivals.known_until
    if now.year >= last:
        mend = "add the days of the next years to `data/rules/festivals.yml`"
        yield Finding(
            "festivals", now.year == last, f"are known to the end of {last}", mend, now.year == last
        )


def _agreements(session: Session, rules: Rules, now: datetime) -> Iterator[Finding]:
    for one in agreements(session, rules.agreement_warning, now):
        if one.state is not State.VALID:
            mend = f"renew it, then `huixin partners renew {one.name} --brand {one.brand} --agreement ... --until ...`"
            yield Finding("partners", True, agreement_words(one, "en"), mend, True)


def _web(session: Session, settings: Settings, web_answers: Callable[[str], bool]) -> Finding:
    """Where the web is reached: at the public address, which only others can try, or where it was started last."""
    if settings.has_public_url:
        return Finding("web", True, f"reached at {settings.public_url}")
    address = web_address(session) or settings.public_url
    if web_answers(address):
        return Finding("web", True, f"answers at {address}")
    return Finding("web", False, f"does not answer at {address}", "start `huixin web` (or `huixin up`)")


def _processes(session: Session, now: datetime) -> Iterator[Finding]:
    signs = last_signs(session)
    for kind in ("worker", "clock"):
        at = signs.get(kind)
        age = now - at if at is not None else None
        is_alive = age is not None and age <= SIGN_WITHIN
        says = "never gave a sign of life" if age is None else f"last sign {age.total_seconds():.0f} s ago"
        yield Finding(kind, is_alive, says, "" if is_alive else f"start `huixin {kind}` (or `huixin up`)")


def _seals(session: Session, now: datetime) -> Finding:
    waiting = sum(ledgers.count_unsealed(session, name, now - SEALED_WITHIN) for name in ledgers.LEDGERS)
    if not waiting:
        return Finding("seals", True, "cover the ledgers")
    says = f"{waiting} rows of the ledgers have no seal after {SEALED_WITHIN.seconds // 60} minutes"
    return Finding("seals", False, says, "is the clock running? Its log tells why `seal_ledgers` fails")


def _numbers(session: Session, codes: DeliveryCodes, now: datetime) -> Iterator[Finding]:
    for one in shares(session):
        if one.is_too_few:
            says = f"{one.percent} % of {one.brand}'s are verified in this quarter"
            mend = f"`huixin numbers unverified FILE --brand {one.brand}` lists the others"
            yield Finding("numbers", True, says, mend, True)
    for table, code, count in unknown_codes(session, codes, now):
        says = f"{code} of {table} came {count} times in 30 days, and no row says what it means"
        mend = "give it a row in data/rules/delivery_codes.yml: until then it says nothing about the number"
        yield Finding("delivery codes", True, says, mend, True)


def untold_staff(session: Session, now: datetime) -> Iterator[Finding]:
    """A problem for each way by which warnings of the last day have not arrived, with its reason."""
    mends = {"email": "HUIXIN_SMTP_URL and its server", "webhook": "HUIXIN_ALERT_WEBHOOK_URL and its program"}
    for one in trouble(session, now):
        what = "given up" if one.is_final else "to be tried again"
        says = f"{one.count} by {one.channel} {what} ({one.reason})"
        mend = mends.get(one.channel, "the brand's channel, and the staff's numbers")
        yield Finding("warnings to staff", False, says, f"look at {mend}; docs/operating.md says more")


def _left_over(session: Session, now: datetime) -> Iterator[Finding]:
    counts = (
        (
            "quarantine",
            select(func.count()).select_from(Quarantined).where(Quarantined.replayed_at.is_(None)),
            "deliveries that could not be read",
            "`huixin inbound replay` tells why, and tries them again; `huixin inbound discard` gives one up",
        ),
        (
            "messages for staff",
            select(func.count()).select_from(Outbound).where(IS_FOR_STAFF),
            "messages that need a person",
            "see to them in the console's inbox, “Could not be sent”: set-up, wording, or an unknown outcome",
        ),
        (
            "unknown outcomes",
            select(func.count())
            .select_from(Outbound)
            .where(
                Outbound.status == UNKNOWN,
                Outbound.is_for_staff.is_(False),
                Outbound.handed_at <= now - SETTLES_WITHIN,
            ),
            "hand-overs of which nobody knows the outcome",
            "is the clock running? It asks the provider, and gives them to staff after 15 minutes",
        ),
    )
    for name, count, what, mend in counts:
        number = session.scalars(count).one()
        yield Finding(name, number == 0, f"{number} {what}" if number else "none", mend if number else "")
