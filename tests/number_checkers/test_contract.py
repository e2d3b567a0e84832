"""Number checkers are found by their files, and named as those are."""

from pathlib import Path

import pytest

from app import number_checkers
from app.domain.discovery import DiscoveryError
from app.number_checkers import checkers, names


def test_every_file_is_a_checker() -> None:
    assert list(checkers()) == names() == ["http", "simulator"]
    assert all(0 < one.batch <= 1000 for one in checkers().values())


def test_a_file_without_a_checker_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty_handed.py").write_text('"""Has none."""\n')
    monkeypatch.setattr(number_checkers, "__path__", [*number_checkers.__path__, str(tmp_path)])
    with pytest.raises(DiscoveryError, match="empty_handed has no CHECKER"):
        checkers()
