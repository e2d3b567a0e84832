"""The few texts the system itself says (confirmations, the clarifying question, a hand-over), in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass

NAMES = frozenset(
    {
        "opt_out_confirmed",
        "opt_out_of_all_confirmed",
        "opt_out_and_complaint",
        "opt_out_and_message_complaint",
        "opt_out_of_all_and_complaint",
        "complaint_registered",
        "opt_in_confirmed",
        "not_subscribed",
        "clarify",
        "handed_to_staff",
        "thanks",
        "greeting",
        "wrong_number",
        "resolved",
    }
)


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts by name and language; `{brand}` and `{hotline}` are filled with the brand's."""

    texts: Mapping[str, Mapping[str, str]]

    def __post_init__(self) -> None:
        for name in NAMES:
            missing = {"zh", "en"} - set(self.texts.get(name, {}))
            if missing:
                raise ValueError(f"wording {name!r} has no text in {', '.join(sorted(missing))}")

    def say(
        self,
        name: str,
        language: str,
        brand: str,
        hotline: str,
        own: Mapping[str, Mapping[str, str]] | None = None,
    ) -> str:
        """The text in the language, the brand's own one where it has written it; raises KeyError on an unknown name."""
        texts = (own or {}).get(name) or self.texts[name]
        text = texts.get(language) or self.texts[name][language]
        return text.replace("{brand}", brand).replace("{hotline}", hotline or brand)
