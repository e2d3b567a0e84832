"""Every page opens, with something on it, over either database: what its tests say of it they say over one."""

from pathlib import Path

from sqlalchemy import Engine

from tests.web.console.walking import furnished, walks


def test_every_page_opens(engine: Engine, tmp_path: Path) -> None:
    walk = walks(furnished(engine, tmp_path), "admin")
    assert len({path for path, _ in walk.pages.values()}) > 30
