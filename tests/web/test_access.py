"""A route can be opened to roles that there are, and to no others."""

import pytest

from app.web import access


def test_there_is_no_fifth_role() -> None:
    with pytest.raises(ValueError, match="auditor"):
        access.allow("auditor")
