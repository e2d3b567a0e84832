"""Administration: staff, API keys and the audit, on the pages and by command."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select, update

from app.cli import main
from app.store.staff import ApiKey, AuditEntry, Staff
from app.usecases import audit
from app.usecases.api_keys import digest
from app.usecases.channel_setup import add_channel
from app.web.console import wording
from tests.databases import KEYRING
from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk, Visitor, a_member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


@pytest.fixture
def admin(desk: Desk) -> Visitor:
    visitor = a_member(desk, "admin")
    visitor.opens("/staff")
    return visitor


def shown_once(text: str) -> str:
    found = re.search(r"<code>([^<]+)</code>", text)
    assert found
    return found.group(1)


def test_an_admin_adds_a_colleague_who_then_chooses_a_password(desk: Desk, admin: Visitor) -> None:
    status, text = admin.sends("/staff", email="New@Shop.example", role="support")
    assert status == 200
    password = shown_once(text)
    assert 'name="again"' in Visitor(desk.app).logs_in("new@shop.example", password)[1]
    assert password not in admin.opens("/staff")[1]


@pytest.mark.parametrize("email", ["", "no-address", EMAILS["support"], "SUPPORT@shop.example"])
def test_an_address_that_cannot_be_added_is_told(admin: Visitor, email: str) -> None:
    assert admin.sends("/staff", email=email, role="support")[0] == 422


def test_a_role_that_does_not_exist_is_refused(admin: Visitor) -> None:
    assert admin.sends("/staff", email="x@shop.example", role="owner")[0] == 422


def test_an_admin_gives_a_colleague_a_new_one_time_password(desk: Desk, admin: Visitor) -> None:
    support = a_member(desk, "support")
    with desk.parts.store.read() as session:
        staff_id = session.scalars(select(Staff.id).where(Staff.email == EMAILS["support"])).one()
    password = shown_once(admin.sends(f"/staff/{staff_id}/password")[1])
    assert support.client.get("/inbox").status_code == 302
    assert 'name="again"' in Visitor(desk.app).logs_in(EMAILS["support"], password)[1]


def test_nobody_closes_their_own_account(desk: Desk, admin: Visitor) -> None:
    with desk.parts.store.read() as session:
        own = session.scalars(select(Staff.id).where(Staff.email == EMAILS["admin"])).one()
    assert "cannot do this to your own" in admin.sends(f"/staff/{own}/close")[1]
    assert admin.client.get("/staff").status_code == 200


def test_a_key_is_shown_once_and_kept_as_its_digest(desk: Desk, admin: Visitor) -> None:
    key = shown_once(admin.sends("/api-keys", name="shop system", brand="demo")[1])
    with desk.parts.store.read() as session:
        key_id, kept = session.execute(select(ApiKey.id, ApiKey.digest)).one()
    assert bytes(kept) == digest(key)
    assert key not in admin.opens("/api-keys")[1]
    admin.sends(f"/api-keys/{key_id}/revoke")
    with desk.parts.store.read() as session:
        assert session.scalars(select(ApiKey.revoked_at)).one() is not None


def test_two_keys_in_use_have_two_names(desk: Desk, admin: Visitor) -> None:
    admin.sends("/api-keys", name="shop system", brand="demo")
    status, text = admin.sends("/api-keys", name=" shop system ", brand="demo")
    assert status == 422
    assert "There is a key of this name already" in text
    with desk.parts.store.read() as session:
        (key_id,) = session.scalars(select(ApiKey.id))
    admin.sends(f"/api-keys/{key_id}/revoke")
    assert admin.sends("/api-keys", name="shop system", brand="demo")[0] == 200


def test_the_audit_lists_what_was_done_and_filters(desk: Desk, admin: Visitor) -> None:
    admin.sends("/api-keys", name="shop system", brand="demo")
    manager = a_member(desk, "manager")
    text = manager.opens("/audit")[1]
    assert "made an API key" in text
    assert EMAILS["admin"] in text
    only = manager.opens("/audit?action=api_key.add")[1]
    assert "logged in</strong>" not in only
    assert only.count("<time") == 1


def test_the_audit_shows_names_and_terms_whole_and_nothing_that_was_left_out(
    desk: Desk, admin: Visitor
) -> None:
    terms = {"price": "9.90", "until": None}
    with desk.parts.store.write() as session:
        told = {"terms": terms, "brand": "demo", "until": None, "is_masked": False, "left": 0}
        audit.note(session, "li", "offer.put", "offer", "member_day", desk.clock(), **told)
    text = " ".join(re.sub("<[^>]+>", " ", admin.opens("/audit")[1]).split())
    assert "offer member_day" in text
    assert "terms: price 9.90 brand: demo left: 0" in text
    assert "None" not in text
    assert "is_masked" not in text


def test_the_audit_has_words_for_everything_that_is_noted(desk: Desk) -> None:
    assert set(wording.ACTIONS) == audit.ACTIONS
    huixin = (desk.parts, "http", "gate", "demo", {"key": "abcdefgh12"}, desk.clock(), "command")
    add_channel(*huixin)
    text = a_member(desk, "manager").opens("/audit?action=channel.add")[1]
    assert "added a channel" in text
    assert 'value="channel.add" selected' in text


def test_nothing_is_noted_that_has_no_words(desk: Desk) -> None:
    with desk.parts.store.write() as session, pytest.raises(ValueError, match=r"tea\.made"):
        audit.note(session, "ann", "tea.made", "tea", None, desk.clock())


def test_the_overview_shows_each_brands_day(desk: Desk) -> None:
    desk.texts("+8613800000001", "人工")
    text = a_member(desk, "marketer").opens("/overview")[1]
    assert re.search(r"Received\s*</dt>\s*<dd>\s*1\s*</dd>", text)


def command(desk: Desk, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setenv("HUIXIN_SECRET_KEY", "s" * 32)
    monkeypatch.setenv("HUIXIN_HASH_KEY", KEYRING.hash_key)
    monkeypatch.setenv("HUIXIN_SIGNING_KEY", KEYRING.signing_key)
    monkeypatch.setenv("HUIXIN_ENCRYPTION_KEYS", ",".join(KEYRING.encryption_keys))
    monkeypatch.setenv(
        "HUIXIN_DATABASE_URL", desk.parts.store.engine.url.render_as_string(hide_password=False)
    )
    ran = CliRunner().invoke(main, list(words))
    return ran.exit_code, ran.output


def test_users_add_prints_a_password_that_logs_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done, told = command(desk, monkeypatch, "users", "add", "ann@shop.example", "--role", "manager")
    assert done == 0
    password = told.strip().rsplit(" ", 1)[1]
    assert 'name="again"' in Visitor(desk.app).logs_in("ann@shop.example", password)[1]
    assert command(desk, monkeypatch, "users", "add", "ann@shop.example", "--role", "manager")[0] == 1
    assert command(desk, monkeypatch, "users", "add", "ann", "--role", "manager")[0] == 2
    assert command(desk, monkeypatch, "users", "add", "bob@shop.example", "--role", "owner")[0] == 2


def test_users_let_in_opens_the_door_to_the_last_admin(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = a_member(desk, "admin")
    with desk.parts.store.write() as session:
        session.execute(update(Staff).values(totp_key="A" * 32, totp_since=desk.clock()))
    done, told = command(desk, monkeypatch, "users", "let-in", EMAILS["admin"])
    assert done == 0
    assert admin.client.get("/staff").status_code == 302
    password = told.strip().rsplit(" ", 1)[1]
    assert 'name="again"' in Visitor(desk.app).logs_in(EMAILS["admin"], password)[1]
    assert command(desk, monkeypatch, "users", "let-in", "nobody@shop.example")[0] == 1


def test_api_keys_add_prints_the_key_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done, told = command(desk, monkeypatch, "api-keys", "add", "till", "--brand", "demo")
    assert done == 0
    with desk.parts.store.read() as session:
        assert bytes(session.scalars(select(ApiKey.digest)).one()) == digest(told.strip())
        assert "api_key.add" in set(session.scalars(select(AuditEntry.action)))
    done, told = command(desk, monkeypatch, "api-keys", "add", "till", "--brand", "nobody")
    assert done == 1
    assert "no brand called nobody" in told
    done, told = command(desk, monkeypatch, "api-keys", "add", "till", "--brand", "demo")
    assert done == 1
    assert "has a key called till already" in told


def test_passwords_are_not_kept_in_the_clear(desk: Desk) -> None:
    with desk.parts.store.read() as session:
        kept = list(session.scalars(select(Staff.password)))
    assert all(one and one.startswith("$argon2id$") and PASSWORD not in one for one in kept)
