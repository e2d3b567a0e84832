"""Reads the settings from the environment, `.env` and `var/secrets.env`, and tells all that is wrong."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from cryptography.fernet import Fernet
from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from app import addresses, number_checkers
from app.addresses import is_loopback
from app.settings_error import Problem as Problem
from app.settings_error import SettingsError as SettingsError

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "HUIXIN_"
SECRETS_FILE = "secrets.env"
PAIRS = (
    ("LLM_URL", "LLM_KEY"),
    ("NUMBER_CHECK_URL", "NUMBER_CHECK_KEY"),
    ("SMTP_URL", "SMTP_FROM"),
    ("ALERT_WEBHOOK_URL", "ALERT_WEBHOOK_SECRET"),
)
"""Settings of which one is of no use without the other."""
INIT = "run `huixin init`, which makes it, or set it yourself"


def _comma_list(given: Any) -> Any:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


def _here(port: int | str) -> str:
    return f"http://127.0.0.1:{port}"


Long = Annotated[SecretStr, Field(min_length=32)]


class Settings(BaseSettings):
    """Everything that differs between two installations; a field's description is a wrong value's mend."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    var: Path = Field(default=ROOT / "var", description="give a folder that may be written to")
    database_url: str = Field(
        default="",
        repr=False,
        description="give sqlite:////path.db or postgresql://user@host/name, or nothing: SQLite under var/",
    )
    redis_url: str | None = Field(
        default=None, repr=False, description="give redis://host:6379/0, or leave it out: Redis is optional"
    )
    secret_key: SecretStr = Field(min_length=32, description=f"{INIT} (32 characters or more)")
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_comma_list)] = Field(
        min_length=1, description=f"{INIT} (Fernet keys in a comma list, the newest first)"
    )
    hash_key: Annotated[tuple[Long, ...], NoDecode, BeforeValidator(_comma_list)] = Field(
        min_length=1, description=f"{INIT} (keys of 32 characters or more in a comma list, the newest first)"
    )
    signing_key: SecretStr = Field(description=f"{INIT} (64 hexadecimal digits; it can never change)")
    port: int = Field(
        default=8000, ge=1, le=65535, validation_alias="PORT", description="give a number between 1 and 65535"
    )
    public_url: str = Field(
        default="",
        description="give the address that customers and providers reach, such as https://sms.shop.example",
    )
    nlu_url: str = Field(default="http://127.0.0.1:5005", description="give http://host:5005")
    smtp_url: str | None = Field(
        default=None,
        repr=False,
        description="give smtp://user:password@host:587 or smtps://..., or leave it out",
    )
    smtp_from: str | None = Field(
        default=None, description="give HUIXIN_SMTP_URL and HUIXIN_SMTP_FROM (desk@shop.example), or neither"
    )
    alert_webhook_url: str | None = Field(
        default=None, repr=False, description="give an https:// address, or leave it out"
    )
    alert_webhook_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="give HUIXIN_ALERT_WEBHOOK_URL and HUIXIN_ALERT_WEBHOOK_SECRET (16 characters or more), or neither",
    )
    llm_url: str | None = Field(default=None, description="give an https:// address, or leave it out")
    llm_key: SecretStr | None = Field(
        default=None, description="give HUIXIN_LLM_URL and HUIXIN_LLM_KEY, or neither"
    )
    number_checker: str | None = Field(
        default=None, description=f"give one of {', '.join(number_checkers.names())}, or leave it out"
    )
    number_check_url: str | None = Field(
        default=None, description="give an https:// address, or leave it out"
    )
    number_check_key: SecretStr | None = Field(
        default=None,
        min_length=8,
        description="give HUIXIN_NUMBER_CHECK_URL and HUIXIN_NUMBER_CHECK_KEY (8 characters or more), or neither",
    )
    simulator: bool = Field(default=True, description="give on or off")
    upload_mb: int = Field(default=200, ge=8, le=1000, description="give megabytes between 8 and 1000")
    log_format: Literal["console", "json"] = Field(default="console", description="give console or json")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from `load` alone, which has read the environment that it was given."""
        return (init_settings,)

    @model_validator(mode="before")
    @classmethod
    def _fill_what_depends(cls, given: dict[str, Any]) -> dict[str, Any]:
        filled = dict(given)
        var = Path(filled.setdefault("var", ROOT / "var")).expanduser().absolute()
        filled["var"] = var
        filled.setdefault("database_url", f"sqlite:///{var / 'huixin.db'}")
        filled.setdefault("public_url", _here(filled.get("PORT", 8000)))
        filled.setdefault("simulator", is_loopback(filled["public_url"]))
        filled.setdefault("number_checker", "http" if "number_check_url" in filled else None)
        return filled

    @field_validator("database_url")
    @classmethod
    def _names_a_database(cls, given: str) -> str:
        for old in ("postgres://", "postgresql://"):
            given = given.replace(old, "postgresql+psycopg://", 1) if given.startswith(old) else given
        if not given.startswith(("sqlite:///", "postgresql+psycopg://")) or given == "sqlite:///":
            raise ValueError("is neither SQLite nor PostgreSQL")
        return given

    @field_validator("redis_url")
    @classmethod
    def _names_a_redis(cls, given: str | None) -> str | None:
        return given and addresses.server(given, "redis", "rediss", "unix")

    @field_validator("number_checker")
    @classmethod
    def _is_a_checker(cls, given: str | None) -> str | None:
        if given is not None and given not in number_checkers.names():
            raise ValueError("is no number checker")
        return given

    @field_validator("public_url", "nlu_url", "llm_url", "number_check_url", "alert_webhook_url")
    @classmethod
    def _is_a_web_address(cls, given: str | None) -> str | None:
        return given and addresses.server(given, "http", "https")

    @field_validator("smtp_url")
    @classmethod
    def _names_a_mail_server(cls, given: str | None) -> str | None:
        return given and addresses.server(given, "smtp", "smtps")

    @field_validator("smtp_from")
    @classmethod
    def _is_a_writer(cls, given: str | None) -> str | None:
        return given and addresses.writer(given)

    @field_validator("encryption_keys")
    @classmethod
    def _are_fernet_keys(cls, given: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for place, key in enumerate(given, start=1):
            try:
                Fernet(key.get_secret_value())
            except ValueError:
                raise ValueError(f"key {place} of {len(given)} is no Fernet key") from None
        return given

    @field_validator("signing_key")
    @classmethod
    def _is_a_signing_key(cls, given: SecretStr) -> SecretStr:
        if not re.fullmatch("[0-9a-f]{64}", given.get_secret_value()):
            raise ValueError("is no signing key")
        return given

    @property
    def has_public_url(self) -> bool:
        """Say whether somebody has given the public address; else it is a guess from the port."""
        return self.public_url != _here(self.port)

    @property
    def is_sqlite(self) -> bool:
        """Say whether the database is a SQLite file, which only one machine can use."""
        return self.database_url.startswith("sqlite")


def load(environ: Mapping[str, str] | None = None, directory: Path = ROOT) -> Settings:
    """Return the settings; the environment wins over `.env`, which wins over the var folder's `secrets.env`.

    Raises SettingsError with every problem at once.
    """
    given = _collect(os.environ if environ is None else environ, directory)
    problems = [*_misspelt(given), *_readable_secrets(given), *_contradictions(given)]
    values: dict[str, Any] = {
        name.removeprefix(PREFIX).lower(): text for name, text in given.items() if name.startswith(PREFIX)
    }
    values |= {"PORT": given["PORT"]} if "PORT" in given else {}
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError([*_in_words(error), *problems]) from None
    if problems:
        raise SettingsError(problems)
    return settings


def var_folder(environ: Mapping[str, str] | None = None, directory: Path = ROOT) -> Path:
    """Return the folder for everything that this installation keeps, also while other settings are wrong."""
    return _var(
        _without_blanks(dotenv_values(directory / ".env"))
        | _without_blanks(os.environ if environ is None else environ)
    )


def _var(given: Mapping[str, str]) -> Path:
    return Path(given.get(f"{PREFIX}VAR", ROOT / "var")).expanduser().absolute()


def _without_blanks(given: Mapping[str, str | None]) -> dict[str, str]:
    return {name.upper(): text.strip() for name, text in given.items() if text and text.strip()}


def _collect(environ: Mapping[str, str], directory: Path) -> dict[str, str]:
    written = _without_blanks(dotenv_values(directory / ".env")) | _without_blanks(environ)
    return _without_blanks(dotenv_values(_var(written) / SECRETS_FILE)) | written


def _names() -> list[str]:
    return [
        f"{PREFIX}{name.upper()}"
        for name, field in Settings.model_fields.items()
        if not field.validation_alias
    ]


def _misspelt(given: Mapping[str, str]) -> list[Problem]:
    names = _names()
    near = {
        name: difflib.get_close_matches(name, names, 1, 0.85)
        for name in given
        if name.startswith(PREFIX) and name not in names
    }
    return [
        Problem(name, "is no setting", f"did you mean {found[0]}?") for name, found in near.items() if found
    ]


def _readable_secrets(given: Mapping[str, str]) -> list[Problem]:
    path = _var(given) / SECRETS_FILE
    if path.exists() and path.stat().st_mode & 0o077:
        return [Problem(str(path), "can be read by others", f"run `chmod 600 {path}`")]
    return []


def _contradictions(given: Mapping[str, str]) -> list[Problem]:
    problems = []
    public_url = given.get(f"{PREFIX}PUBLIC_URL", "")
    simulator = given.get(f"{PREFIX}SIMULATOR", "").casefold() in {"1", "on", "true", "yes", "t", "y"}
    if simulator and public_url and not is_loopback(public_url):
        mend = f"take {PREFIX}SIMULATOR away, or {PREFIX}PUBLIC_URL"
        problems.append(
            Problem(f"{PREFIX}SIMULATOR", "would let anyone text as anyone at a public address", mend)
        )
    checker = given.get(f"{PREFIX}NUMBER_CHECKER", "")
    if checker == "simulator" and public_url and not is_loopback(public_url):
        mend = "name a real checker, or leave it out"
        problems.append(Problem(f"{PREFIX}NUMBER_CHECKER", "would invent what is true of real numbers", mend))
    wanted = {"NUMBER_CHECK_URL", "NUMBER_CHECK_KEY"} if checker == "http" else set()
    for first, second in PAIRS:
        pair = {first, second}
        there = {name for name in pair if f"{PREFIX}{name}" in given}
        mend = str(Settings.model_fields[second.lower()].description)
        for lacking in sorted(pair - there) if there or pair == wanted else ():
            problems.append(Problem(f"{PREFIX}{lacking}", "is missing", mend))
    return problems


def _in_words(error: ValidationError) -> list[Problem]:
    problems = []
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        key = str(found["loc"][0])
        name = key if key == "PORT" else f"{PREFIX}{key.upper()}"
        wrong = found["msg"].removeprefix("Value error, ")
        wrong = "is missing" if found["type"] == "missing" else wrong[:1].lower() + wrong[1:]
        mend = str(Settings.model_fields[key.lower()].description)
        problems.append(Problem(name, wrong, mend))
    return problems
