"""The hours that industry, brand, provider and channel leave for a brand's messages; each can only narrow the
others'."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.domain.compliance.facts import QuietHours
from app.domain.own_hours import LAW
from app.domain.windows import Window, narrowed, windows
from app.rules import Rules
from app.usecases.directory import BrandView, ChannelView, Directory


@dataclass(slots=True)
class SendingHours:
    """Worked out once a batch; the law's own hours stand beside them whatever is set here."""

    rules: Rules
    directory: Directory
    channel: ChannelView
    _marketing: dict[UUID, tuple[Window, ...]] = field(default_factory=dict)
    _service: dict[UUID, QuietHours | None] = field(default_factory=dict)

    def marketing(self, brand_id: UUID) -> tuple[Window, ...]:
        """When it may promote; none where nothing is left."""
        if brand_id not in self._marketing:
            brand = self.directory.brands[brand_id]
            found: Sequence[Window] = self.rules.industry_hours(industry_of(brand))
            provider = self.channel.capabilities.hours
            theirs = provider.marketing if provider is not None else None
            for own in (brand.settings.get("marketing_hours"), theirs, self.channel.settings.marketing_hours):
                found = narrowed(found, windows(own)) if own else found
            self._marketing[brand_id] = tuple(found)
        return self._marketing[brand_id]

    def promoting(self, brand_id: UUID) -> tuple[Window, ...]:
        """What the law's own hours leave of these: when some marketing really goes."""
        return narrowed(self.marketing(brand_id), (LAW,))

    def service(self, brand_id: UUID) -> QuietHours | None:
        """When service messages may go; None for any hour."""
        if brand_id not in self._service:
            found = None
            brand = self.directory.brands[brand_id]
            for own in (brand.settings.get("service_hours"), self.channel.settings.service_hours):
                for one in windows(own) if own else ():
                    hours = QuietHours(one.start, one.end)
                    found = found.narrowed(hours) if found else hours
            self._service[brand_id] = found
        return self._service[brand_id]


def industry_of(brand: BrandView) -> str:
    """Whose hours its marketing keeps."""
    industry: str = brand.settings.get("industry", "other")
    return industry
