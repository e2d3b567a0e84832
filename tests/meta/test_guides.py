"""The guides show pictures and lead to pages that are there, and call things in both languages as the console does."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.meta.sources import ROOT

DOCS = ROOT / "docs"
GUIDES = sorted(DOCS.glob("*.md"))
CHINESE = ROOT / "app" / "web" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
LARGEST_PICTURE = 150_000
LINK = re.compile(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)")
LABEL = re.compile(r"\*\*([^*]+)\*\*[^()|*]{0,12}\(([^()]*[\u4e00-\u9fff][^()]*)\)")
"""A thing of the console in bold, and its Chinese name in brackets."""


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_what_a_guide_leads_to_is_there(guide: Path) -> None:
    there = LINK.findall(guide.read_text(encoding="utf-8"))
    assert [one for one in there if not (DOCS / one).exists()] == []


def test_pictures_of_the_desk_are_small() -> None:
    large = [path.name for path in DOCS.glob("images/desk-*.png") if path.stat().st_size > LARGEST_PICTURE]
    assert large == []


def test_the_desks_guide_names_things_as_the_console_does() -> None:
    with CHINESE.open("rb") as file:
        catalogue = read_po(file)
    told = LABEL.findall((DOCS / "support.md").read_text(encoding="utf-8"))
    known = [(name, chinese) for name, chinese in told if catalogue.get(name)]
    wrong = [(name, chinese) for name, chinese in known if str(catalogue.get(name).string) != chinese]  # type: ignore[union-attr]
    assert (wrong, len(known) > 15) == ([], True)
