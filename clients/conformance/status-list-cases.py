"""Writes status-list-cases.json. The keys are made anew each time, so that no private key is kept."""

import base64
import json
import zlib
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

NOW = 1_800_000_000
ISSUER = "https://sso.example.org/realms/app"
LIST = ISSUER + "/token-status/Xk3fA9-_bQ2mZ7cd"
TYPE = "statuslist+jwt"

first = rsa.generate_private_key(public_exponent=65537, key_size=2048)
second = ec.generate_private_key(ec.SECP256R1())
stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
larger = ec.generate_private_key(ec.SECP384R1())

# Each algorithm that a realm of Keycloak can have, with a key; its name is the id of the key as well.
OTHERS = {
    "RS384": ("RS384", first),
    "RS512": ("RS512", first),
    "PS256": ("PS256", first),
    "PS384": ("PS384", first),
    "PS512": ("PS512", first),
    "ES384": ("ES384", larger),
    "ES512": ("ES512", ec.generate_private_key(ec.SECP521R1())),
    "Ed25519": ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
    "Ed448": ("EdDSA", ed448.Ed448PrivateKey.generate()),
}


def public(key, kid, algorithm, use="sig"):
    kinds = {"R": RSAAlgorithm, "P": RSAAlgorithm, "ES": ECAlgorithm, "Ed": OKPAlgorithm}
    kind = kinds.get(algorithm[:1]) or kinds[algorithm[:2]]
    jwk = json.loads(kind.to_jwk(key.public_key())) | {"kid": kid, "use": use, "alg": algorithm}
    # Keycloak publishes no key_ops.
    return {name: value for name, value in jwk.items() if name != "key_ops"}


def packed(statuses):
    return base64.urlsafe_b64encode(zlib.compress(bytes(statuses), 9)).rstrip(b"=").decode()


def signed(key=first, kid="first", algorithm="RS256", typ=TYPE, lst=None, bits=1, statuses=(), size=16, **more):
    array = bytearray(size)
    for index in statuses:
        array[index // 8] |= 1 << index % 8
    claims = {
        "iss": ISSUER,
        "sub": LIST,
        "iat": NOW - 5,
        "exp": NOW + 25,
        "ttl": 2,
        "status_list": {"bits": bits, "lst": packed(array) if lst is None else lst},
    } | more
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid, "typ": typ})


def with_payload_of(one, other):
    parts = one.split(".")
    return ".".join([parts[0], other.split(".")[1], parts[2]])


none, seven = signed(), signed(statuses=[7])
LISTS = {
    "none revoked": none,
    "7 revoked": seven,
    "0, 8 and 127 revoked": signed(statuses=[0, 8, 127]),
    "7 revoked, ES256": signed(second, "second", "ES256", statuses=[7]),
    **{f"7 revoked, {name}": signed(key, name, algorithm, statuses=[7]) for name, (algorithm, key) in OTHERS.items()},
    "7 revoked, newer": signed(statuses=[7], iat=NOW + 1, exp=NOW + 31),
    "none revoked, newer": signed(iat=NOW + 20, exp=NOW + 50),
    "two bits, 7 is 2": signed(bits=2, size=4, lst=packed([0, 0x80, 0, 0])),
    "eight bits, 7 is 1": signed(bits=8, lst=packed([0] * 7 + [1] + [0] * 8)),
    "three bits": signed(bits=3),
    "without ttl": signed(ttl=None),
    "ttl of an hour": signed(ttl=3600, exp=NOW + 7200),
    "ttl longer than its life": signed(ttl=300),
    "ttl longer than its life, of 2 s": signed(ttl=300, exp=NOW + 2),
    "without exp": signed(exp=None),
    "without iat": signed(iat=None),
    "expired": signed(exp=NOW - 1),
    "another list": signed(sub=LIST + "x"),
    "another issuer": signed(iss="https://sso.example.org/realms/other"),
    "typ JWT": signed(typ="JWT"),
    "unknown key": signed(stranger, "third"),
    "signed by a stranger": signed(stranger, "first"),
    "changed": with_payload_of(seven, none),
    "PS256 by a key for RS256": signed(algorithm="PS256"),
    "RS256 by a key for PS256": signed(kid="PS256"),
    "RS512 by a key for RS256": signed(algorithm="RS512"),
    "ES256 by a key for ES384": signed(larger, "ES384", "ES256"),
    "ES256 by a key of another curve": signed(larger, "larger", "ES256"),
    "ES384 by a key for ES256": signed(second, "second", "ES384"),
    "by a key for encryption": signed(kid="encryption"),
    "HS256": signed("secret" * 8, "first", "HS256"),
    "none": jwt.encode({"iss": ISSUER, "sub": LIST, "iat": NOW, "exp": NOW + 25}, None, "none", headers={"typ": TYPE}),
    "no base64": signed(lst="%%%"),
    "no zlib": signed(lst="AAAA"),
    "cut off": signed(lst=packed(range(256))[:40]),
    "inflates to 17 MB": signed(lst=packed(bytes(17_000_000))),
    "lst is a number": signed(lst=5),
    "no JWT": "garbage",
    "empty": "",
}




def token(index=7, uri=LIST, **more):
    return {"exp": 300, "status": {"status_list": {"idx": index, "uri": uri}}} | more


def ok(name, etag='"a"'):
    return {"status": 200, "list": name, "etag": etag}


def step(verdict, answer="", later=0, claims=None, **more):
    made = {"token": token() if claims is None else claims, "verdict": verdict} | more
    if answer != "":
        made["answer"] = answer
    if later:
        made["later"] = later
    return made


CASES = [
    ("not revoked", step("live", ok("none revoked"), requests=1)),
    ("revoked", step("revoked", ok("7 revoked"))),
    *(
        (f"revoked, signed with {name}", step("revoked", ok(f"7 revoked, {name}")))
        for name in ("ES256", *OTHERS)
    ),
    (
        "the lowest bit is the first",
        *(
            step(verdict, ok("0, 8 and 127 revoked"), claims=token(index))
            for index, verdict in [(0, "revoked"), (1, "live"), (7, "live"), (8, "revoked"), (127, "revoked")]
        ),
    ),
    ("an index beyond the list", step("malformed", ok("none revoked"), claims=token(128))),
    ("two bits for a token", step("revoked", ok("two bits, 7 is 2")), step("live", claims=token(6))),
    ("eight bits for a token", step("revoked", ok("eight bits, 7 is 1")), step("live", claims=token(6))),
    ("three bits for a token", step("unknown", ok("three bits"))),
    (
        "asked once within the ttl",
        step("live", ok("none revoked"), requests=1),
        step("live", later=1_999, requests=1),
        step("live", later=2_000, requests=2, sends='"a"'),
    ),
    (
        "not modified",
        step("revoked", ok("7 revoked")),
        step("revoked", {"status": 304}, later=2_000, requests=2, sends='"a"'),
        step("revoked", later=3_999, requests=2),
        step("revoked", later=4_000, requests=3, sends='"a"'),
    ),
    (
        "revoked when the list comes anew",
        step("live", ok("none revoked")),
        step("live", ok("7 revoked, newer", '"b"'), later=1_000),
        step("revoked", later=2_000, sends='"a"'),
        step("revoked", {"status": 304}, later=4_000, sends='"b"'),
    ),
    (
        "an older list than the one that is known is not used",
        step("revoked", ok("7 revoked, newer")),
        step("revoked", ok("none revoked", '"b"'), later=2_000),
    ),
    ("unreachable from the begin", step("unknown", None)),
    (
        "unreachable: the list is good until its exp",
        step("live", ok("none revoked")),
        step("live", None, later=2_000),
        step("live", later=24_999),
        step("unknown", later=25_000),
        step("live", ok("none revoked, newer"), later=26_000),
    ),
    (
        "revoked, then the list expires",
        step("revoked", ok("7 revoked")),
        step("revoked", None, later=24_999),
        step("unknown", later=25_000),
    ),
    (
        "not modified for longer than its exp",
        step("live", ok("none revoked")),
        step("live", {"status": 304}, later=24_000),
        step("unknown", later=26_000),
    ),
    ("unreachable, then there", step("unknown", None), step("live", ok("none revoked"), later=500)),
    ("tried again after a pause", step("unknown", None, requests=1), step("unknown", later=100, requests=1)),
    *((f"answered with {status}", step("unknown", {"status": status})) for status in (302, 307, 404, 500, 503)),
    ("304 without a list", step("unknown", {"status": 304})),
    (
        "a redirect is not followed, also for a list that is known",
        step("live", ok("none revoked"), requests=1),
        step("live", {"status": 302}, later=2_000, requests=2, sends='"a"'),
        step("live", later=2_500, requests=3),
        step("unknown", later=25_000, requests=4),
    ),
    (
        "404 for a list that is known",
        step("live", ok("none revoked")),
        step("live", {"status": 404}, later=2_000),
        step("unknown", later=25_000),
    ),
    ("a list without ttl is asked for again", step("live", ok("without ttl")), step("live", later=1_000, requests=2)),
    (
        "a ttl of an hour is too long",
        step("live", ok("ttl of an hour")),
        step("live", later=299_000, requests=1),
        step("live", later=300_000, claims=token(exp=400), requests=2),
    ),
    (
        "a ttl longer than the list's life: fetched again before it expires",
        step("live", ok("ttl longer than its life"), requests=1),
        step("live", later=21_999, requests=1),
        step("live", ok("none revoked, newer"), later=22_000, requests=2),
        step("live", later=25_000),
    ),
    (
        "a ttl longer than the list's life, and no newer list: fetched again in time, and then each second",
        step("live", ok("ttl longer than its life")),
        step("live", {"status": 304}, later=22_000, requests=2),
        step("live", later=22_999, requests=2),
        step("live", later=23_000, requests=3),
        step("unknown", later=25_000, requests=4),
        step("unknown", later=25_999, requests=4),
        step("live", ok("none revoked, newer"), later=26_000, requests=5),
    ),
    (
        "a list that expires soon is fetched once a second",
        step("live", ok("ttl longer than its life, of 2 s")),
        step("live", later=999, requests=1),
        step("live", ok("none revoked"), later=1_000, requests=2),
        step("live", later=2_999, requests=2),
    ),
    (
        "the clock is set back: the list is fetched again at once",
        step("live", ok("none revoked"), later=20_000, requests=1),
        step("revoked", ok("7 revoked", '"b"'), requests=2),
        step("revoked", later=1_999, requests=2),
        step("revoked", later=2_000, requests=3),
    ),
    (
        "the clock is set back after a failure: the list is fetched again at once",
        step("unknown", None, later=20_000, requests=1),
        step("live", ok("none revoked"), requests=2),
    ),
    *(
        (f"rejected: {name}", step("unknown", ok(name)))
        for name in LISTS
        if name.split(",")[0] not in ("none revoked", "7 revoked", "0", "two bits", "eight bits", "three bits")
        and name not in ("without ttl", "ttl of an hour")
        and not name.startswith("ttl longer")
    ),
    (
        "a list that is invalid does not replace one that is known",
        step("revoked", ok("7 revoked")),
        step("revoked", ok("signed by a stranger", '"b"'), later=2_000),
    ),
    ("no status", step("malformed", None, claims={"exp": 300}, requests=0)),
    ("another mechanism", step("malformed", None, claims={"exp": 300, "status": {"other": {}}}, requests=0)),
    *(
        (f"malformed: {what}", step("malformed", None, claims=claims, requests=0))
        for what, claims in {
            "idx is negative": token(-1),
            "idx is a text": token("7"),
            "idx is true": token(True),
            "idx is a fraction": token(7.5),
            "uri is a number": token(uri=5),
            "uri of another host": token(uri="https://evil.example/realms/app/token-status/Xk3fA9-_bQ2mZ7cd"),
            "uri of another realm": token(uri=LIST.replace("/app/", "/other/")),
            "uri of another endpoint": token(uri=ISSUER + "/account"),
            "status is a text": {"exp": 300, "status": "x"},
            "no exp": {"status": token()["status"]},
        }.items()
    ),
    (
        "the token expires",
        step("live", ok("none revoked")),
        step("live", ok("none revoked"), claims=token(exp=3), later=2_999),
        step("expired", claims=token(exp=3), later=3_000),
    ),
    ("the token has expired", step("expired", None, claims=token(exp=0), requests=0)),
]

keys = [
    public(first, "first", "RS256"),
    public(second, "second", "ES256"),
    *(public(key, name, algorithm) for name, (algorithm, key) in OTHERS.items()),
    public(larger, "larger", "ES256"),
    public(first, "encryption", "RS256", "enc"),
]
document = {
    "description": "Decisions by token status lists that every client makes alike. See README.md beside this file.",
    "now": NOW * 1000,
    "issuer": ISSUER,
    "keys": {"keys": keys},
    "lists": LISTS,
    "cases": [{"name": name, "steps": all} for name, *all in CASES],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
