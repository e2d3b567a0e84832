"""Settings are read from three places, and everything wrong with them is told at once."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from app.addresses import is_loopback
from app.secret_keys import create_secrets
from app.settings import SettingsError, load, var_folder

KEY, OLD_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRETS = {
    "HUIXIN_SECRET_KEY": "s" * 32,
    "HUIXIN_ENCRYPTION_KEYS": f"{KEY}, {OLD_KEY}",
    "HUIXIN_HASH_KEY": "h" * 32,
    "HUIXIN_SIGNING_KEY": "5e" * 32,
}


def problems(environ: dict[str, str], directory: Path) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load(environ, directory)
    return [problem.setting for problem in raised.value.problems]


def test_secrets_are_all_that_must_be_given(tmp_path: Path) -> None:
    settings = load({**SECRETS, "HUIXIN_VAR": str(tmp_path)}, tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/huixin.db"
    assert settings.is_sqlite
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.simulator
    assert [key.get_secret_value() for key in settings.encryption_keys] == [KEY, OLD_KEY]


def test_the_port_moves_the_public_address(tmp_path: Path) -> None:
    settings = load({**SECRETS, "PORT": "9000"}, tmp_path)
    assert (settings.port, settings.public_url) == (9000, "http://127.0.0.1:9000")


def test_all_problems_are_told_at_once_with_their_mends(tmp_path: Path) -> None:
    environ = {
        "HUIXIN_VAR": str(tmp_path),
        "HUIXIN_DATABASE_URL": "mysql://host/name",
        "HUIXIN_REDIS_URL": "memcached://host",
        "HUIXIN_ENCRYPTION_KEYS": f"{KEY},short",
        "HUIXIN_HASH_KEY": "short",
        "HUIXIN_SIGNING_KEY": "short",
        "HUIXIN_PUBLIC_URL": "sms.shop.example",
        "HUIXIN_LLM_URL": "https://model.example",
        "HUIXIN_LOG_FORMAT": "xml",
        "HUIXIN_SIMULATOR": "maybe",
        "HUIXIN_NLU_ULR": "http://127.0.0.1:5006",
        "PORT": "http",
    }
    with pytest.raises(SettingsError) as raised:
        load(environ, tmp_path)
    found = raised.value.problems
    assert {problem.setting for problem in found} == (environ.keys() - {"HUIXIN_VAR", "HUIXIN_LLM_URL"}) | {
        "HUIXIN_SECRET_KEY",
        "HUIXIN_LLM_KEY",
    }
    assert all(problem.wrong and problem.mend for problem in found)
    assert all(problem.setting in str(raised.value) for problem in found)
    assert "did you mean HUIXIN_NLU_URL?" in str(raised.value)


def test_no_problem_tells_a_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        load({**SECRETS, "HUIXIN_HASH_KEY": "hush", "HUIXIN_ENCRYPTION_KEYS": "hush"}, tmp_path)
    assert "hush" not in str(raised.value)
    assert KEY not in repr(load(SECRETS, tmp_path))


def test_the_environment_wins_over_the_file_and_that_over_the_made_secrets(tmp_path: Path) -> None:
    create_secrets(tmp_path / "kept")
    (tmp_path / ".env").write_text(
        "HUIXIN_VAR=kept\nHUIXIN_LOG_FORMAT=json\nPORT=8100\n".replace("kept", str(tmp_path / "kept"))
    )
    settings = load({"PORT": "8200", "HUIXIN_HASH_KEY": "h" * 32, "HUIXIN_REDIS_URL": " "}, tmp_path)
    assert (settings.log_format, settings.port, settings.redis_url) == ("json", 8200, None)
    assert [key.get_secret_value() for key in settings.hash_key] == ["h" * 32]
    assert len(settings.encryption_keys) == 1
    assert var_folder({}, tmp_path) == tmp_path / "kept"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_through_psycopg(scheme: str, tmp_path: Path) -> None:
    settings = load({**SECRETS, "HUIXIN_DATABASE_URL": f"{scheme}://me@db/huixin"}, tmp_path)
    assert settings.database_url == "postgresql+psycopg://me@db/huixin"
    assert not settings.is_sqlite


def test_the_simulator_is_refused_beside_a_public_address(tmp_path: Path) -> None:
    public = {**SECRETS, "HUIXIN_PUBLIC_URL": "https://sms.shop.example/"}
    assert problems({**public, "HUIXIN_SIMULATOR": "on"}, tmp_path) == ["HUIXIN_SIMULATOR"]
    settings = load(public, tmp_path)
    assert not settings.simulator
    assert settings.public_url == "https://sms.shop.example"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://127.0.0.1.evil.example", False),
        ("http://0.0.0.0:8000", False),
        ("http://192.168.1.5", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        load(SECRETS, tmp_path).port = 1


def test_made_secrets_are_for_the_owner_alone_and_made_once(tmp_path: Path) -> None:
    made = create_secrets(tmp_path / "var")
    assert made is not None
    assert made.stat().st_mode & 0o777 == 0o600
    before = made.read_text()
    assert create_secrets(tmp_path / "var") is None
    assert made.read_text() == before
    assert [file.name for file in made.parent.iterdir()] == ["secrets.env"]


def test_a_secret_that_a_newer_version_wants_is_added_and_no_other_changes(tmp_path: Path) -> None:
    made = create_secrets(tmp_path)
    assert made is not None
    before = made.read_text()
    older = "".join(line for line in before.splitlines(True) if "SIGNING" not in line)
    made.write_text(older.rstrip())
    assert create_secrets(tmp_path) == made
    assert made.read_text().startswith(older)
    assert made.stat().st_mode & 0o777 == 0o600
    load({"HUIXIN_VAR": str(tmp_path)}, tmp_path)
    assert create_secrets(tmp_path) is None
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.env"]


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    var.chmod(0o755)
    create_secrets(var)
    assert var.stat().st_mode & 0o777 == 0o700


def test_secrets_that_others_may_read_are_told(tmp_path: Path) -> None:
    made = create_secrets(tmp_path)
    assert made is not None
    made.chmod(0o644)
    assert problems({"HUIXIN_VAR": str(tmp_path)}, tmp_path) == [str(made)]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"HUIXIN_NUMBER_CHECKER": "crystal ball"}, ["HUIXIN_NUMBER_CHECKER"]),
        ({"HUIXIN_NUMBER_CHECKER": "http"}, ["HUIXIN_NUMBER_CHECK_KEY", "HUIXIN_NUMBER_CHECK_URL"]),
        ({"HUIXIN_NUMBER_CHECK_URL": "https://numbers.example"}, ["HUIXIN_NUMBER_CHECK_KEY"]),
        ({"HUIXIN_NUMBER_CHECK_KEY": "k" * 8}, ["HUIXIN_NUMBER_CHECK_URL"]),
        (
            {"HUIXIN_NUMBER_CHECKER": "simulator", "HUIXIN_PUBLIC_URL": "https://sms.shop.example"},
            ["HUIXIN_NUMBER_CHECKER"],
        ),
    ],
)
def test_a_number_checker_is_named_in_full_or_not_at_all(
    given: dict[str, str], wrong: list[str], tmp_path: Path
) -> None:
    assert problems({**SECRETS, **given}, tmp_path) == wrong


def test_an_address_to_check_numbers_at_is_the_signed_checkers(tmp_path: Path) -> None:
    assert load(SECRETS, tmp_path).number_checker is None
    given = {"HUIXIN_NUMBER_CHECK_URL": "https://numbers.example/", "HUIXIN_NUMBER_CHECK_KEY": "k" * 8}
    settings = load({**SECRETS, **given}, tmp_path)
    assert (settings.number_checker, settings.number_check_url) == ("http", "https://numbers.example")


WAYS = {
    "HUIXIN_SMTP_URL": "smtps://desk%40shop.example:hushhush@mail.shop.example",
    "HUIXIN_SMTP_FROM": "Huixin <desk@shop.example>",
    "HUIXIN_ALERT_WEBHOOK_URL": "https://alerts.shop.example/huixin",
    "HUIXIN_ALERT_WEBHOOK_SECRET": "w" * 16,
}


def test_the_ways_to_tell_staff_are_given_whole(tmp_path: Path) -> None:
    settings = load({**SECRETS, **WAYS, "HUIXIN_VAR": str(tmp_path)}, tmp_path)
    assert (settings.smtp_url, settings.smtp_from) == (WAYS["HUIXIN_SMTP_URL"], WAYS["HUIXIN_SMTP_FROM"])
    assert "hushhush" not in repr(settings)
    for lacking in WAYS:
        given = {name: value for name, value in WAYS.items() if name != lacking}
        assert problems({**SECRETS, **given}, tmp_path) == [lacking]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HUIXIN_SMTP_URL", "http://mail.shop.example"),
        ("HUIXIN_SMTP_URL", "smtp://mail.shop.example:99999"),
        ("HUIXIN_SMTP_URL", "smtp://mail.shop.example:mail"),
        ("HUIXIN_SMTP_FROM", "desk"),
        ("HUIXIN_SMTP_FROM", "desk@"),
        ("HUIXIN_SMTP_FROM", "投诉@shop.example"),
        ("HUIXIN_ALERT_WEBHOOK_URL", "alerts.shop.example"),
        ("HUIXIN_ALERT_WEBHOOK_SECRET", "short"),
    ],
)
def test_a_way_to_tell_staff_that_cannot_work_is_told(tmp_path: Path, setting: str, value: str) -> None:
    assert problems({**SECRETS, **WAYS, setting: value}, tmp_path) == [setting]
