"""Django REST framework (C1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

pytest.importorskip("django", reason="Debian package python3-django")
pytest.importorskip("rest_framework", reason="Debian package python3-djangorestframework")

import django
from bearer_cases import Answer, check, only_bearer_is_a_token
from django.conf import settings
from issuer import AUDIENCE, Issuer
from servers import RedisServer

from bulwark_revocation import Connection, Options, RevocationChecker
from bulwark_revocation.bearer import Guard
from bulwark_revocation.jwt import KeycloakVerifier

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF="django_urls",
        SECRET_KEY="of-a-test",
        INSTALLED_APPS=["rest_framework"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": ["bulwark_revocation.django.BearerTokenAuthentication"],
            "DEFAULT_PERMISSION_CLASSES": ["bulwark_revocation.django.HasScopes"],
            "UNAUTHENTICATED_USER": None,
        },
        BULWARK_GUARD="django_urls.GUARD",
    )
    django.setup()

import django_urls
from django.test import Client


class Sent:
    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        self.headers = response.headers


@pytest.fixture
def get(issuer: Issuer, redis_server: RedisServer) -> Iterator[Any]:
    options, connection = Options(retry_interval=0.05), Connection(command_timeout=0.3)
    with RevocationChecker.from_url(redis_server.url, options, connection) as checker:
        django_urls.GUARD = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker)
        client = Client()

        def send(path: str, headers: Mapping[str, str]) -> Answer:
            return Sent(client.get(path, headers=dict(headers)))

        yield send


def test_django(get: Any, issuer: Issuer, redis_server: RedisServer) -> None:
    check(get, issuer, redis_server, no_store=False)


def test_django_takes_bearer_headers_only(get: Any, issuer: Issuer) -> None:
    only_bearer_is_a_token(get, issuer)


def test_scopes_by_method(get: Any, issuer: Issuer) -> None:
    headers = {"Authorization": "Bearer " + issuer.token()}
    assert get("/by-method", headers).status == 200
    assert Client().post("/by-method", headers=headers).status_code == 403
