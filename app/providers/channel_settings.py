"""What every channel may be told: its customs, its pace and its hours. A provider's own settings extend it."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from app.domain.windows import windows


class Style(StrEnum):
    """The customs a channel's texts follow: wording of opt-outs, signature, script, scope of STOP."""

    MAINLAND = "mainland"
    NORTH_AMERICA = "north_america"
    INTERNATIONAL = "international"


class ChannelSettings(BaseModel):
    """What every channel may be told; a provider's own settings extend it. Secrets are `SecretStr`."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )

    style: Style | None = Field(
        None, description="Customs of this channel, where they differ from the provider's"
    )
    rate_per_second: float | None = Field(
        None, gt=0, le=10_000, description="Messages a second the account may send"
    )
    asks_licences: bool | None = Field(
        None, description="true: advertising needs licences even where the provider asks for none"
    )

    marketing_hours: str | None = Field(
        None,
        description="When it may promote, 09:00-20:00; it can only narrow the law's and the industry's hours",
    )
    service_hours: str | None = Field(
        None, description="When service messages may go, 07:00-22:00; else at any hour"
    )

    @field_validator("marketing_hours", "service_hours")
    @classmethod
    def _hours(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and len(windows(value)) > 1 and info.field_name == "service_hours":
            raise ValueError("service messages have one window, such as 07:00-22:00")
        return value

    def lacks_for_sending(self) -> str | None:
        """The setting without which this channel only receives; None where it can send."""
        return None

    def to_stored(self) -> dict[str, Any]:
        """Plain values with the secrets in the clear, for the encrypted column and for nothing else."""
        return {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self.model_dump(mode="python", exclude_none=True).items()
        }
