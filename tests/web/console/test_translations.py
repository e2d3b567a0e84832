"""Every word of the console has its Chinese one, and what is compiled is what was written."""

import re
from collections import Counter
from io import BytesIO

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from tests.meta.sources import ROOT

WEB = ROOT / "app" / "web"
CHINESE = WEB / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
METHODS = [("console/**.py", "python"), ("*.py", "python"), ("templates/console/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def test_every_word_is_translated() -> None:
    with (CHINESE / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    found = extract_from_dir(str(WEB), [*METHODS, ("templates/errors/**.html", "jinja2")], keywords=KEYWORDS)
    lacking = {
        message[2] for message in found if not (held := catalogue.get(_first(message[2]))) or not held.string
    }
    assert lacking == set()


def test_no_word_stands_twice() -> None:
    told = re.findall(r'^msgid ("(?:.*)"(?:\n".*")*)$', (CHINESE / "messages.po").read_text("utf-8"), re.M)
    assert [word for word, times in Counter(told).items() if times > 1] == []


def test_the_compiled_words_are_the_written_ones() -> None:
    with (CHINESE / "messages.po").open("rb") as file:
        fresh = BytesIO()
        write_mo(fresh, read_po(file))
    fresh.seek(0)
    with (CHINESE / "messages.mo").open("rb") as file:
        compiled = {str(message.id): message.string for message in read_mo(file) if message.id}
    assert compiled == {str(message.id): message.string for message in read_mo(fresh) if message.id}


def _first(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]
