"""Says in which language a customer is answered, from what is known of them, the surest first."""

from collections.abc import Callable

ZH, EN = "zh", "en"
REGIONS = {
    **dict.fromkeys(("CN", "HK", "MO", "TW"), ZH),
    **dict.fromkeys(("AU", "CA", "GB", "IE", "NZ", "US"), EN),
}
"""What most people read where a number is at home; elsewhere the brand's language is as good a guess."""


def reply_language(learnt: str | None, last_sent: str | None, region: Callable[[], str], brand: str) -> str:
    """The language learnt from whole sentences or given in the profile, else that of the last message they were
    sent, else that of their number's region, else the brand's. Source: docs/decisions/0007.
    """
    return learnt or last_sent or REGIONS.get(region()) or brand
