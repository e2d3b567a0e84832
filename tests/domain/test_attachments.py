"""What came with a text is told to staff; only a plain encrypted address can be followed."""

import pytest

from app.domain.attachments import attachment


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("image/jpeg", "image"),
        ("IMAGE/PNG", "image"),
        ("video/mp4", "video"),
        ("audio/amr", "audio"),
        ("application/pdf", "pdf"),
        ("text/x-vcard", "contact"),
        ("text/html", "file"),
        (None, "file"),
    ],
)
def test_its_kind_is_told_by_its_type(type_: str | None, kind: str) -> None:
    assert attachment({"url": "https://m.example/1", "type": type_}).kind == kind


def test_a_plain_address_is_a_link_and_says_where_it_leads() -> None:
    one = attachment({"url": "https://api.m.example/2010/Media/ME1", "type": "image/jpeg"})
    assert (one.url, one.host, one.type) == (
        "https://api.m.example/2010/Media/ME1", "api.m.example", "image/jpeg"
    )  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "http://m.example/1.jpg",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://user:secret@m.example/1.jpg",
        "https:///1.jpg",
        "https://m.example/a b",
        "https://m.example/\u202egpj.exe",
        "https://[::1",
        "",
    ],
)
def test_any_other_address_is_no_link(url: str) -> None:
    assert attachment({"url": url, "type": "image/jpeg"}).url is None
