"""The headers that do not depend on what is asked for, and whom a proxy says that it speaks for."""

from pathlib import Path

import pytest
from flask import Flask, request

from app.usecases.parts import Parts
from app.web import headers
from app.web.headers import security_headers
from tests.web.demo_shop import some_settings


def test_https_is_insisted_on_where_it_is_served() -> None:
    assert "max-age=31536000" in security_headers(is_https=True).headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("public_url", "caller"),
    [("https://sms.shop.example", "8.8.4.4"), ("http://127.0.0.1:8000", "127.0.0.1")],
)
def test_the_caller_is_who_the_proxy_of_an_https_address_names(
    public_url: str, caller: str, tmp_path: Path, parts: Parts
) -> None:
    app = Flask("app.web")
    headers.register(app, parts, some_settings(tmp_path, PUBLIC_URL=public_url))
    app.add_url_rule("/who", "who", lambda: f"{request.remote_addr} {request.host}")
    said = {"X-Forwarded-For": "1.1.1.1, 8.8.4.4", "X-Forwarded-Host": "evil.example"}
    assert app.test_client().get("/who", headers=said).text == f"{caller} localhost"
