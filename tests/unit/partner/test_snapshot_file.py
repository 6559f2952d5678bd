"""Snapshots are written and read as files, and a mistake in one is told with its place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from agreements import agreement
from hypothesis import given
from hypothesis import strategies as st
from pki import NOW

from adapter.errors import SnapshotUnreadable
from adapter.partner.cpa import read
from adapter.partner.snapshot import Capability, Endpoint, Link, Reliability, Snapshot, Way
from adapter.partner.snapshot_file import file_name, read_file, read_folder, save, write

OURS, NAVS = read(agreement(), source="cpa.xml", at=NOW).snapshots

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_LENGTHS = st.integers(0, 10**7).map(lambda seconds: timedelta(seconds=seconds))
_MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone
_LINKS = st.builds(
    Link,
    id=_TEXT,
    protocol=_TEXT,
    endpoints=st.tuples(st.builds(Endpoint, address=_TEXT, purpose=_TEXT)),
    reliability=st.none()
    | st.builds(Reliability, retries=st.integers(0, 99), retry_interval=_LENGTHS, persist=st.none() | _LENGTHS),
    signature=st.none() | _TEXT,
    is_acknowledged=st.booleans(),
)
_CAPABILITIES = st.builds(
    Capability,
    way=st.sampled_from(Way),
    service=_TEXT,
    action=_TEXT,
    role=_TEXT,
    documents=st.lists(_TEXT, max_size=2).map(tuple),
    is_compressed=st.booleans(),
)
_SNAPSHOTS = st.builds(
    Snapshot,
    name=_TEXT,
    her_ids=st.lists(st.from_regex(r"[1-9][0-9]{0,9}", fullmatch=True), min_size=1, max_size=2).map(tuple),
    taken_at=_MOMENTS,
    agreement=st.none() | _TEXT,
    valid_until=st.none() | _MOMENTS,
    credentials=st.just(NAVS.credentials) | st.just(()),
    links=st.lists(_LINKS, max_size=2).map(tuple),
    capabilities=st.lists(_CAPABILITIES, max_size=2).map(tuple),
    sha1_until=st.none() | st.dates(),
    triple_des_until=st.none() | st.dates(),
    tolerance=st.none() | st.just(()) | st.just(("*",)),
)


@given(_SNAPSHOTS)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, snapshot: Snapshot) -> None:
    file = tmp_path_factory.mktemp("snapshot") / "a.json"
    file.write_bytes(write(snapshot))

    assert read_file(file) == snapshot


def test_a_folder_is_read_in_the_order_of_its_names_and_nothing_hidden_in_it(tmp_path: Path) -> None:
    assert read_folder(tmp_path) == ()
    paths = [save(snapshot, tmp_path / "partners") for snapshot in (OURS, NAVS)]
    (tmp_path / "partners" / ".79768.json.tmp").write_text("half")
    (tmp_path / "partners" / "README.md").write_text("ours")

    assert [path.name for path in paths] == ["8990101-nav-test-1.json", "79768-nav-test-1.json"]
    assert read_folder(tmp_path / "partners") == (NAVS, OURS)


def test_a_snapshot_is_written_in_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    save(NAVS, tmp_path)
    later = replace(NAVS, taken_at=NOW + timedelta(days=1))
    save(later, tmp_path)

    assert read_folder(tmp_path) == (later,)


def test_no_name_from_outside_becomes_a_path() -> None:
    assert file_name(replace(NAVS, agreement="../../etc/passwd")) == "79768-etc-passwd.json"
    assert file_name(replace(NAVS, agreement="../")) == "79768.json"


def test_people_may_write_toml(tmp_path: Path) -> None:
    (tmp_path / "by-hand.toml").write_text(
        'name = "NAV"\nher_ids = ["79768"]\ntaken_at = 2026-03-01\nsha1_until = 2026-12-31\n'
        '[[links]]\nid = "mail"\nprotocol = "SMTP"\nreliability = { retries = 5, retry_interval = "12h" }\n',
        "utf-8",
    )

    (found,) = read_folder(tmp_path)
    assert found.sha1_until == date(2026, 12, 31)
    assert found.taken_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert found.links[0].reliability == Reliability(retries=5, retry_interval=timedelta(hours=12))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"her_ids": []}, "her_ids should name at least one HER-id"),
        ({"her_ids": ["79 768"]}, "her_ids should name at least one HER-id"),
        ({"her_ids": "79768"}, "her_ids should be a list"),
        ({"her_ids": [79768]}, r"her_ids\[0\] should be text"),
        ({"name": None}, "name should be text"),
        ({"nam": "NAV"}, "the file has the unknown key nam"),
        ({"taken_at": "yesterday"}, "taken_at: Invalid isoformat"),
        ({"taken_at": 7}, "taken_at should be text"),
        ({"sha1_until": "2026-13-01"}, "sha1_until: "),
        ({"triple_des_until": "2026-13-01"}, "triple_des_until: "),
        ({"links": [{"id": "a"}]}, r"links\[0\] lacks protocol"),
        ({"links": ["a"]}, r"links\[0\] should be a table"),
        (
            {"links": [{"id": "a", "protocol": "SMTP", "reliability": {"retries": True, "retry_interval": "1h"}}]},
            r"links\[0\].reliability.retries should be a whole number",
        ),
        (
            {"links": [{"id": "a", "protocol": "SMTP", "reliability": {"retries": 1, "retry_interval": "1 h"}}]},
            r"links\[0\].reliability.retry_interval: .* no duration",
        ),
        ({"credentials": [{"use": "hiding", "der": ""}]}, r"credentials\[0\].use: 'hiding' is not a valid Use"),
        ({"credentials": [{"use": "signing", "der": "AAAA"}]}, r"credentials\[0\].der: "),
        ({"credentials": [{"use": "signing", "der": "?"}]}, r"credentials\[0\].der: "),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    data = {"name": "NAV", "her_ids": ["79768"], "taken_at": "2026-03-01T00:00:00Z"} | change
    file = tmp_path / "nav.json"
    file.write_text(json.dumps(data))

    with pytest.raises(SnapshotUnreadable, match=said):
        read_file(file)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b'{"name": "NAV"}'])
def test_what_is_no_snapshot_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "nav.json"
    file.write_bytes(data)

    with pytest.raises(SnapshotUnreadable, match=r"nav\.json"):
        read_file(file)
