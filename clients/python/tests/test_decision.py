"""Pure parts: options, URLs, numbers, keys, memory (C1)."""

from __future__ import annotations

from typing import Any

import pytest

from bulwark_revocation import Connection, Options, RevocationChecker, Verdict
from bulwark_revocation._connect import RedisUrl
from bulwark_revocation._decision import Reading, parse_time
from bulwark_revocation._keys import is_jti, lowest_slots, tag_of_slot
from bulwark_revocation._memory import Memory, NearCache, Unconfirmed
from bulwark_revocation._watermarks import Mark, Watermarks


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prefix", "a b"),
        ("prefix", "é"),
        ("prefix", "x" * 65),
        ("feed_max_age", 2.9),
        ("feed_max_age", 3601),
        ("staleness", 0.5),
        ("staleness", 3601),
        ("remembered_tokens", 0),
        ("retry_interval", 0.01),
        ("near_cache_size", -1),
        ("near_cache_max_age", 0.01),
        ("near_cache_max_age", float("nan")),
    ],
)
def test_an_option_out_of_range_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        Options(**{name: value})


def test_options_that_contradict_each_other() -> None:
    with pytest.raises(ValueError, match="staleness needs feed_max_age"):
        Options(feed_max_age=None, staleness=60)
    with pytest.raises(ValueError, match="near_cache_max_age must be shorter"):
        Options(feed_max_age=5, near_cache_size=10, near_cache_max_age=5)


@pytest.mark.parametrize(
    ("url", "topology", "tls", "hosts", "group", "database"),
    [
        ("redis://redis", "standalone", False, (("redis", 6379),), "", 0),
        ("rediss://redis:6380/3", "standalone", True, (("redis", 6380),), "", 3),
        ("redis://[::1]:7000", "standalone", False, (("::1", 7000),), "", 0),
        ("redis-sentinel://a,b:7/main?db=2", "sentinel", False, (("a", 26379), ("b", 7)), "main", 2),
        ("rediss-cluster://u:p@a:1,b:2", "cluster", True, (("a", 1), ("b", 2)), "", 0),
    ],
)
def test_urls_of_keycloaks_option(
    url: str, topology: str, tls: bool, hosts: tuple[tuple[str, int], ...], group: str, database: int
) -> None:
    read = RedisUrl.parse(url)
    assert (read.topology, read.tls, read.hosts, read.group, read.database) == (topology, tls, hosts, group, database)


@pytest.mark.parametrize(
    "url",
    [
        "redis",
        "http://:secret@redis",
        "redis://:secret@",
        "redis://:secret@a,b",
        "redis://secret@a",
        "redis://:secret@a:0",
        "redis://:secret@a:70000",
        "redis://:secret@a/x",
        "redis://:secret@a/65536",
        "redis://:secret@a?db=1",
        "redis-sentinel://:secret@a",
        "redis-sentinel://:secret@a/m?x=1",
        "redis-cluster://:secret@a/1",
    ],
)
def test_a_bad_url_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(ValueError, match="The Redis URL cannot be read") as refused:
        RevocationChecker.from_url(url)
    assert "secret" not in str(refused.value)


def test_passwords_are_decoded_and_never_shown() -> None:
    read = RedisUrl.parse("redis://us%40er:p%3A+w@redis")
    assert (read.username, read.password) == ("us@er", "p:+w")
    assert "p:+w" not in repr(read)
    assert "hush" not in repr(Connection(password="hush", sentinel_password="hush"))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        (b"1800000000000", 1800000000000),
        ("-5", -5),
        ("+5", 5),
        (b"9223372036854775807", 2**63 - 1),
        (b"9223372036854775808", None),
        (b"-9223372036854775808", None),
        (b"99999999999999999999", None),
        (b"", None),
        (b"-", None),
        (b" 5", None),
        (b"5\n", None),
        (b"1_0", None),
        (b"\xd9\xa1", None),
        ("\u0661", None),
        (b"\xff", None),
        (None, None),
    ],
)
def test_a_time_is_a_plain_number(text: bytes | str | None, time: int | None) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize("jti", [None, 5, True, b"a", ["a"], {"a": 1}])
def test_an_id_that_is_no_text(jti: object) -> None:
    assert not is_jti(jti)


def test_tags_of_slots() -> None:
    assert [tag_of_slot(slot) for slot in (0, 5461, 10923)] == [3560, 18403, 18948]
    with pytest.raises(ValueError, match="slot must be"):
        tag_of_slot(16384)


def test_the_lowest_slot_of_each_primary() -> None:
    assert lowest_slots(lambda slot: "b" if slot < 100 or slot > 9000 else "a") == [0, 100]
    with pytest.raises(LookupError, match="slot 7"):
        lowest_slots(lambda slot: None if slot == 7 else "a")


def test_memory_is_bounded_and_keeps_the_better_answer() -> None:
    memory = Memory(2)
    memory.note("a", Reading(False, 5, 5, None))
    memory.note("a", Reading(False, 4, 4, None))
    memory.note("a", Reading(False, None, None, None))
    assert memory.of("a") == Reading(False, 5, 5, None)
    memory.note("a", Reading(True, None, None, None))
    memory.note("a", Reading(False, 9, 9, None))
    assert memory.of("a") == Reading(True, None, None, None)
    memory.note("b", Reading(False, 5, 5, None))
    memory.of("a")
    memory.note("c", Reading(False, 5, 5, None))
    assert memory.of("b") is None
    assert memory.of("a") is not None


def test_the_near_cache_is_bounded() -> None:
    near = NearCache(2, 60)
    reading = Reading(False, 5, 5, None)
    for jti in ("a", "b", "c"):
        near.note(jti, reading, 1e12)
    assert [near.of(jti) is not None for jti in ("a", "b", "c")] == [False, True, True]
    near.note("b", reading, -1e12)
    assert near.of("b") is None, "too old"


def test_an_answer_is_remembered_only_if_no_primary_has_lost_anything_since() -> None:
    memory = Memory(10)
    unconfirmed = Unconfirmed(memory, 10)
    reading = Reading(False, 5, 5, None)
    unconfirmed.note("kept", reading, unconfirmed.losses())
    unconfirmed.begin()
    unconfirmed.note("next", reading, unconfirmed.losses())
    unconfirmed.confirm()
    assert memory.of("kept") == reading
    assert memory.of("next") is None, "only the next reading tells"
    before = unconfirmed.losses()
    unconfirmed.begin()
    unconfirmed.lose()
    unconfirmed.note("late", reading, before)
    unconfirmed.begin()
    unconfirmed.confirm()
    assert memory.of("next") is None
    assert memory.of("late") is None


@pytest.mark.parametrize(
    ("before", "after", "continues"),
    [
        (Mark(5, b"e", {}), Mark(5, b"e", {}), True),
        (Mark(5, b"e", {}), Mark(6, b"e", {}), True),
        (Mark(5, b"e", {}), Mark(4, b"e", {}), False),
        (Mark(5, b"e", {}), Mark(6, b"f", {}), False),
        (Mark(5, b"e", {}), Mark(None, b"e", {}), False),
        (Mark(None, b"e", {}), Mark(5, b"e", {}), True),
    ],
)
def test_a_primary_that_has_lost_something(before: Mark, after: Mark, continues: bool) -> None:
    assert Watermarks({"a": after}).continues(Watermarks({"a": before})) is continues
    assert not Watermarks({"a": after, "b": after}).continues(Watermarks({"a": before}))


def test_only_live_tokens_are_accepted() -> None:
    assert {verdict for verdict in Verdict if verdict.accepted} == {Verdict.LIVE, Verdict.LIVE_STALE}


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"exp": "2000000000"},
        {"exp": True},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"exp": 4e9, "iat": "now"},
        {"exp": 4e9, "iat": []},
        {"exp": 4e9, "jti": 5},
    ],
)
def test_claims_of_the_wrong_kind(claims: dict[str, Any]) -> None:
    with RevocationChecker.from_url("redis://127.0.0.1:1") as checker:
        assert checker.check(claims) is Verdict.MALFORMED
