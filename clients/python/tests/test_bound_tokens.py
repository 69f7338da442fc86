"""Tokens that are bound to a key or certificate, as all clients accept and refuse them (C1, C4, J5)."""

# No postponed annotations: FastAPI could not resolve those of a function within a function.

import base64
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any
from urllib.parse import quote

import pytest
from issuer import AUDIENCE, Issuer
from proofs import Holder, make_certificate
from servers import RedisServer
from test_conformance import SUITE, name_of

from bulwark_revocation import AsyncRevocationChecker, RevocationChecker
from bulwark_revocation.bearer import AsyncGuard, Guard, Refusal, Request
from bulwark_revocation.jwt import KeycloakVerifier
from bulwark_revocation.resource import Resource

URL: str = SUITE["resource"]
TARGET: str = SUITE["target"]
PROXY = "127.0.0.1"
Headers = list[tuple[str, str]]
Send = Callable[[Headers], tuple[int, str]]
"""Sends GET for the target with headers, from the address of the proxy; the answer's status and WWW-Authenticate."""


def resource() -> Resource:
    return Resource(URL, certificate_proxies=[PROXY])


def own_code(issuer: Issuer, redis_server: RedisServer) -> Iterator[Send]:
    """A framework of which nothing is known."""
    with RevocationChecker.from_url(redis_server.url) as checker:
        guard = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=resource())

        def send(headers: Headers) -> tuple[int, str]:
            def values(name: str) -> list[str]:
                return [value for known, value in headers if known == name]

            assert guard.resource
            request = Request(
                authorization=values("Authorization"),
                dpop=values("DPoP"),
                method="GET",
                target=TARGET,
                certificate=guard.resource.certificate_of(PROXY, values("Client-Cert")),
            )
            try:
                guard.authorize(request)
            except Refusal as refusal:
                return refusal.status, refusal.headers["WWW-Authenticate"]
            return 200, ""

        yield send


def fastapi(issuer: Issuer, redis_server: RedisServer) -> Iterator[Send]:
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx")
    from fastapi import FastAPI, Security
    from starlette.testclient import TestClient

    from bulwark_revocation.fastapi import BearerToken

    checker = AsyncRevocationChecker.from_url(redis_server.url)
    token = BearerToken(AsyncGuard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=resource()))
    app = FastAPI()

    @app.get(TARGET)
    async def tasks(claims: Annotated[Any, Security(token)]) -> str:
        return str(claims["sub"])

    with TestClient(app, client=(PROXY, 5)) as client:

        def send(headers: Headers) -> tuple[int, str]:
            answer = client.get(TARGET + "?limit=1", headers=headers)
            return answer.status_code, answer.headers.get("WWW-Authenticate", "")

        yield send


def django(issuer: Issuer, redis_server: RedisServer) -> Iterator[Send]:
    pytest.importorskip("rest_framework")
    from test_django import Client, django_urls

    with RevocationChecker.from_url(redis_server.url) as checker:
        django_urls.GUARD = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=resource())

        def send(headers: Headers) -> tuple[int, str]:
            # As a WSGI server joins them.
            joined = {name: ",".join(value for known, value in headers if known == name) for name, _ in headers}
            answer = Client(REMOTE_ADDR=PROXY).get(TARGET + "?limit=1", headers=joined)
            return answer.status_code, answer.headers.get("WWW-Authenticate", "")

        yield send


@pytest.fixture(params=[own_code, fastapi, django], ids=lambda each: str(each.__name__))
def send(request: pytest.FixtureRequest, issuer: Issuer, redis_server: RedisServer) -> Iterator[Send]:
    yield from request.param(issuer, redis_server)


@pytest.fixture(scope="module")
def holder() -> Holder:
    return Holder(URL, TARGET)


def test_there_are_enough_cases() -> None:
    assert len(SUITE["requests"]) >= 60
    assert len({case["name"] for case in SUITE["requests"]}) == len(SUITE["requests"])


@pytest.mark.parametrize("case", SUITE["requests"], ids=name_of)
def test_conformance(case: dict[str, Any], send: Send, issuer: Issuer, holder: Holder) -> None:
    for step in case["requests"]:
        token = issuer.token(**holder.binding(step["token"]))
        if step.get("proofs") == [{"again": True}]:
            token = sent
        sent = token
        headers = [("Authorization", f"{step['scheme']} {token}")] * step.get("authorizations", 1)
        proofs = [holder.proof(wanted, token) for wanted in step.get("proofs", [])]
        headers += [("DPoP", proof) for proof in ([", ".join(proofs)] if step.get("joined") else proofs)]
        if "certificate" in step:
            known = {name: ":" + base64.b64encode(der).decode() + ":" for name, der in holder.certificates.items()}
            headers.append(("Client-Cert", known.get(step["certificate"], "text")))
        status, challenge = send(headers)
        assert status == step["status"], (step, challenge)
        if "error" in step:
            # Several Authorization headers are of no scheme.
            scheme = "(Bearer|DPoP)" if "authorizations" in step else step["scheme"]
            assert re.match(f'{scheme} error="{step["error"]}"', challenge), step
            assert re.search(r'DPoP .*algs="ES256 [^"]*"', challenge), "either would do"


def test_without_a_token_both_schemes_are_offered(send: Send) -> None:
    for headers in ([], [("Authorization", "Basic YTpi")]):
        status, challenge = send(headers)
        assert status == 401
        assert challenge.startswith('Bearer, DPoP algs="ES256')


def test_a_certificate_of_somebody_elses_header_means_nothing() -> None:
    trusting = Resource(URL, certificate_proxies=["10.0.0.0/8", "::1"])
    for peer in ("10.1.2.3", "::1", "::ffff:10.1.2.3"):
        assert trusting.certificate_of(peer, ["x"], b"of the proxy") == "x"
        assert trusting.certificate_of(peer, [], b"of the proxy") is None
        assert trusting.certificate_of(peer, ["x", "y"]) is None
    for stranger in ("11.0.0.1", None, "a"):
        assert trusting.certificate_of(stranger, ["x"]) is None
        assert trusting.certificate_of(stranger, ["x"], b"own") == b"own"


@pytest.mark.parametrize("form", ["der", "rfc9440", "pem", "nginx"])
def test_forms_of_certificates(form: str, issuer: Issuer, redis_server: RedisServer, holder: Holder) -> None:
    der = holder.certificates["own"]
    body = base64.encodebytes(der).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    sent = {"der": der, "rfc9440": f":{base64.b64encode(der).decode()}:", "pem": pem, "nginx": quote(pem)}[form]
    with RevocationChecker.from_url(redis_server.url) as checker:
        guard = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=Resource(URL))
        authorization = ["Bearer " + issuer.token(**holder.binding("certificate"))]
        assert guard.authorize(Request(authorization=authorization, certificate=sent))
        for bad in (make_certificate("other"), b"", "", "::", ":?:", "%", "a" * 20_000):
            with pytest.raises(Refusal, match="certificate"):
                guard.authorize(Request(authorization=authorization, certificate=bad))


def test_the_scope_is_asked_for_in_the_scheme_of_the_token(
    issuer: Issuer, redis_server: RedisServer, holder: Holder
) -> None:
    token = issuer.token(**holder.binding("dpop"))
    with RevocationChecker.from_url(redis_server.url) as checker:
        guard = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=Resource(URL))
        with pytest.raises(Refusal) as refused:
            guard.authorize(request_with(token, holder.proof({}, token)), ["admin"])
        assert refused.value.status == 403
        assert refused.value.headers["WWW-Authenticate"].startswith('DPoP error="insufficient_scope"')
        with pytest.raises(Refusal, match="not checked here"):
            guard.authorize_token(token)


def request_with(token: str, proof: str) -> Request:
    return Request(authorization=["DPoP " + token], dpop=[proof], method="GET", target=TARGET)


@pytest.mark.parametrize(
    "claims", [{"iat": 10**400}, {"iat": -(10**400)}, {"jti": "\ud800"}, {"htu": URL + TARGET + "\udfff"}, {"htm": "\ud800"}]
)
def test_a_proof_of_odd_numbers_and_characters_is_refused(
    claims: dict[str, Any], issuer: Issuer, redis_server: RedisServer, holder: Holder
) -> None:
    """And raises nothing else: that would be an answer of 500."""
    token = issuer.token(**holder.binding("dpop"))
    with RevocationChecker.from_url(redis_server.url) as checker:
        guard = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=Resource(URL))
        with pytest.raises(Refusal) as refused:
            guard.authorize(request_with(token, holder.proof({"claims": claims}, token)))
        assert refused.value.error == "invalid_dpop_proof"


@pytest.mark.parametrize("binding", [{}, {"jkt": None}, {"jkt": 1}, {"x5t#S256": None}, {"jkt": "", "x5t#S256": ""}])
def test_a_binding_without_a_value_is_one(
    binding: Any, issuer: Issuer, redis_server: RedisServer, holder: Holder
) -> None:
    token = issuer.token(cnf=binding)
    with RevocationChecker.from_url(redis_server.url) as checker:
        guard = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=Resource(URL))
        for scheme in ("Bearer", "DPoP"):
            request = Request(
                authorization=[f"{scheme} {token}"],
                dpop=[holder.proof({}, token)],
                method="GET",
                target=TARGET,
                certificate=holder.certificates["own"],
            )
            with pytest.raises(Refusal):
                guard.authorize(request)


def test_of_many_requests_with_one_proof_one_is_accepted(
    issuer: Issuer, redis_server: RedisServer, holder: Holder
) -> None:
    token = issuer.token(**holder.binding("dpop"))
    request = request_with(token, holder.proof({}, token))
    with RevocationChecker.from_url(redis_server.url) as checker, ThreadPoolExecutor(8) as threads:
        guard = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=Resource(URL))

        def status(_: int) -> int:
            try:
                guard.authorize(request)
            except Refusal as refusal:
                return refusal.status
            return 200

        assert sorted(threads.map(status, range(8))) == [200] + [401] * 7


def test_proofs_are_remembered_for_as_long_as_they_are_accepted(
    monkeypatch: pytest.MonkeyPatch, issuer: Issuer, redis_server: RedisServer, holder: Holder
) -> None:
    """And where there is no room, nobody can tell."""
    monkeypatch.setattr("bulwark_revocation.resource._MOST_PROOFS", 2)
    began = time.time()
    now = [began]
    limited = Resource(URL, clock=lambda: now[0])
    token = issuer.token(**holder.binding("dpop"))
    ahead = holder.proof({"iat": 29}, token)
    with RevocationChecker.from_url(redis_server.url) as checker:
        guard = Guard(KeycloakVerifier(issuer.url, AUDIENCE), checker, resource=limited)
        guard.authorize(request_with(token, ahead))
        now[0] = began + 58
        with pytest.raises(Refusal, match="used before"):
            guard.authorize(request_with(token, ahead))
        guard.authorize(request_with(token, holder.proof({"iat": 58}, token)))
        with pytest.raises(Refusal) as full:
            guard.authorize(request_with(token, holder.proof({"iat": 58}, token)))
        assert full.value.status == 503
        now[0] = began + 62
        with pytest.raises(Refusal, match="too old"):
            guard.authorize(request_with(token, ahead))
        guard.authorize(request_with(token, holder.proof({"iat": 62}, token)))


@pytest.mark.parametrize("url", ["", "api.example.org", "ftp://a", "https://", "https://a/", "https://a?b", "https://u@a", "https://a b"])
def test_no_address_of_an_api(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Resource(url)


def test_a_name_is_no_address_of_a_proxy() -> None:
    with pytest.raises(ValueError, match="certificate_proxies"):
        Resource(URL, certificate_proxies=["proxy.example.org"])
