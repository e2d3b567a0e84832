"""What a Twilio account is set up with, what Twilio can do, and the words for a message's state that it uses
everywhere."""

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from app.providers.contract import Capabilities, ChannelSettings, ReceiptStatus, Style

OUTBOUND_ID = "outbound_id"
"""The query field of the status callback that carries our id, so that a receipt settles a lost answer."""

CAPABILITIES = Capabilities(
    style=Style.NORTH_AMERICA,
    blocks_opted_out=True,
    can_query=True,
    max_chars=1600,
    rate_per_second=10,
    concurrency=8,
    batch=1,
)

STATUSES = {
    "accepted": ReceiptStatus.ACCEPTED,
    "scheduled": ReceiptStatus.ACCEPTED,
    "queued": ReceiptStatus.ACCEPTED,
    "sending": ReceiptStatus.ACCEPTED,
    "sent": ReceiptStatus.SENT,
    "partially_delivered": ReceiptStatus.SENT,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
    "undelivered": ReceiptStatus.UNDELIVERED,
    "failed": ReceiptStatus.UNDELIVERED,
    "canceled": ReceiptStatus.UNDELIVERED,
}


class TwilioSettings(ChannelSettings):
    """What a Twilio account needs. An API key pair, where given, is what the REST API is asked with."""

    account_sid: str = Field(pattern=r"^[A-Za-z0-9_-]{2,64}$", description="AC..., from Twilio's console")
    auth_token: SecretStr = Field(
        min_length=1, description="Verifies webhooks; asks the API where no API key is set"
    )
    api_key_sid: str | None = Field(None, description="SK...; with api_key_secret, instead of the Auth Token")
    api_key_secret: SecretStr | None = Field(None, description="The API key's secret")
    webhook_key: SecretStr | None = Field(None, description="The SharedKey, where webhooks are signed by one")
    messaging_service_sid: str | None = Field(None, description="MG...; sends through this service's numbers")
    base_url: str = Field("https://api.twilio.com", description="The REST API's address")

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an http or https address is wanted")
        return value.rstrip("/")

    def credentials(self) -> tuple[str, str]:
        """User and password for the REST API."""
        if self.api_key_sid and self.api_key_secret:
            return self.api_key_sid, self.api_key_secret.get_secret_value()
        return self.account_sid, self.auth_token.get_secret_value()
