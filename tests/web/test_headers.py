"""The headers that do not depend on what is asked for."""

from app.web.headers import security_headers


def test_https_is_insisted_on_where_it_is_served() -> None:
    assert "max-age=31536000" in security_headers(is_https=True).headers["Strict-Transport-Security"]
