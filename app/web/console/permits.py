"""What the pages of licences, partners and hours share: who reads, who changes, and the words of their codes."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from flask_babel import gettext, lazy_gettext

from app.domain.own_hours import LAW, HoursRefused, said
from app.domain.windows import Window, windows
from app.reads.licence_words import Language, refusal_words, state_words
from app.web.console.languages import shown
from app.web.console.wording import Words

INDUSTRIES: Words = {
    "other": lazy_gettext("No particular one"),
    "retail": lazy_gettext("Retail"),
    "education": lazy_gettext("Education"),
    "restaurant": lazy_gettext("Restaurants"),
    "entertainment": lazy_gettext("Entertainment"),
    "finance": lazy_gettext("Banking and finance"),
}
"""Those that are shipped; one that an operator has added is called by its code."""
HOURS_REFUSED: Words = {
    "hours_unread": lazy_gettext("“%(about)s” is no time: write it like 10:00-11:30,15:00-17:00."),
    "hours_end_first": lazy_gettext("“%(about)s” ends before it starts."),
    "hours_beyond_law": lazy_gettext(
        "%(about)s goes beyond %(law)s, the hours that the law leaves marketing: they can only be narrowed."
    ),
    "hours_beyond_provider": lazy_gettext(
        "The provider takes marketing from %(about)s only: its hours can only be narrowed."
    ),
    "hours_not_one": lazy_gettext("Service messages have one window, such as 08:00-21:00."),
    "hours_never_meet": lazy_gettext(
        "It leaves nothing of the industry's hours, %(about)s: no marketing would ever go."
    ),
}
READERS = ("marketer", "manager", "admin")
MAY_CHANGE = ("manager", "admin")
"""What is on record decides what may be sent at all: for who answers for it."""


def language() -> Language:
    """The language of the page, as reads call it."""
    return "zh" if shown() == "zh" else "en"


def listed(names: Iterable[str]) -> str:
    """Several names in a row."""
    return ("、" if language() == "zh" else ", ").join(names)


def refusal(reason: str) -> str:
    """Why a licence or an agreement cannot be recorded, as a sentence."""
    words = refusal_words(reason, language())
    return f"{words[0].upper()}{words[1:]}{'。' if language() == 'zh' else '.'}"


def hours_refusal(refused: HoursRefused) -> str:
    """Why these hours cannot be set."""
    words = {"about": refused.about.replace(",", listed(("", ""))), "law": said([LAW])}
    return str(HOURS_REFUSED[refused.reason]) % words


def say_industry(code: str) -> str:
    """The industry whose hours a brand keeps."""
    return str(INDUSTRIES.get(code, code))


def say_hours(hours: Sequence[Window]) -> str:
    """Windows of the day as people read them."""
    on_workdays = gettext("on workdays")
    return listed(said([one]) + (f" ({on_workdays})" if one.workdays_only else "") for one in hours)


def say_own(written: str | None) -> str:
    """Hours that a brand or a channel has set for itself; nothing where it has set none."""
    return say_hours(windows(written)) if written else ""


def say_standing(state: str) -> str:
    """How it stands with a licence or an agreement."""
    return state_words(state, language())


FILTERS: Mapping[str, Callable[..., str]] = {
    "listed": listed,
    "say_hours": say_hours,
    "say_industry": say_industry,
    "say_own": say_own,
    "say_standing": say_standing,
}
