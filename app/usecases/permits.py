"""What a brand's advertising on one channel asks for beside the customer's consent, worked out once a batch."""

from dataclasses import dataclass, field
from uuid import UUID

from app.domain.licences import Asked, Standing, standings
from app.rules import Rules
from app.usecases.directory import ChannelView, Directory


@dataclass(slots=True)
class Permits:
    """The licences and filings on record, by brand, as far as this channel asks for them."""

    rules: Rules
    directory: Directory
    channel: ChannelView
    _licences: dict[tuple[UUID, Asked], tuple[Standing, ...]] = field(default_factory=dict)

    def licences(self, brand_id: UUID, asked: Asked = Asked.ALWAYS) -> tuple[Standing, ...]:
        """Of each kind that is asked for: what the brand has on record."""
        known = self._licences.get((brand_id, asked))
        if known is None:
            known = self._licences[brand_id, asked] = self._read(brand_id, asked)
        return known

    def _read(self, brand_id: UUID, asked: Asked) -> tuple[Standing, ...]:
        can = self.channel.capabilities
        if not can.asks_licences:
            return ()
        return standings(
            self.rules.licence_kinds,
            self.directory.licences.get(brand_id, ()),
            asked=asked,
            style=can.style.value,
            channel_id=self.channel.id,
            signature=self.directory.brands[brand_id].signature,
        )
