"""Adresseregisteret is asked, its answers are kept, and not being able to ask is an answer of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from agreements import agreement
from hypothesis import given
from hypothesis import strategies as st
from pki import NOW

from adapter.partner import cpa
from adapter.partner.address import Entry, Presence
from adapter.partner.address_cache import AddressCache, Kept
from adapter.partner.address_register import SILENCE, AddressRegister
from adapter.partner.fetch import Reply
from adapter.partner.http_get import HttpGet
from adapter.partner.snapshot import Snapshot, Use
from adapter.partner.snapshot_file import save
from adapter.simulate.address_register import SimulatedAddressRegister, answer

DAY = timedelta(days=1)
URL = "https://register.example"
#: A service below a municipality, as the register writes one.
SERVICE: dict[str, Any] = {
    "herId": 8990301,
    "name": "Frisklivssentralen TEST",
    "displayName": "Friskliv",
    "type": "Service",
    "serviceDetails": {
        "serviceType": {"codeListId": "8663", "value": "KX04"},
        "parentOrganization": {"herId": 8990300, "name": "TEST kommune", "organizationNumber": "999888777"},
    },
    "currentSigningCertificate": {"thumbprint": "ab12"},
    "currentEncryptionCertificate": None,
    "ediAddress": "friskliv@testedi.nhn.no",
    "validFrom": "2022-02-08T00:00:00+00:00",
    "validTo": "2050-12-31T00:00:00",
}


_KEYS = ("herId", "name", "type", "serviceDetails", "serviceType", "parentOrganization", "value", "validTo")
_BODIES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
)


class Server:
    """Answers as it is told, and counts."""

    def __init__(self, *replies: Reply | OSError) -> None:
        self.replies = list(replies)
        self.asked: list[str] = []

    def __call__(self, url: str) -> Reply:
        self.asked.append(url)
        reply = self.replies.pop(0)
        if isinstance(reply, OSError):
            raise reply
        return reply


def listed(**changes: Any) -> Reply:
    return Reply(200, json.dumps(SERVICE | changes).encode())


GONE = Reply(404, b"")
DOWN = ConnectionRefusedError(111, "Connection refused")
Make = Callable[..., tuple[AddressRegister, Server]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return what makes registers that share one cache, each with the answers of its server."""

    def run(*replies: Reply | OSError, url: str | None = URL) -> tuple[AddressRegister, Server]:
        server = Server(*replies)
        return AddressRegister(url, AddressCache(tmp_path / "cache"), server, fresh_for=DAY), server

    return run


def test_a_service_is_read_with_what_is_above_it(make: Make) -> None:
    register, server = make(listed())

    found = register.ask("8990301", NOW)

    assert server.asked == [f"{URL}/api/v1/communicationparty/8990301"]
    assert (found.presence, found.asked_at, found.is_stale, found.failure) == (Presence.LISTED, NOW, False, "")
    assert found.entry == Entry(
        her_id="8990301",
        name="Friskliv",
        type="Service",
        parent_her_id="8990300",
        organisation_number="999888777",
        service_type="KX04",
        edi_address="friskliv@testedi.nhn.no",
        signing_thumbprint="AB12",
        valid_from=datetime(2022, 2, 8, tzinfo=UTC),
        valid_until=datetime(2050, 12, 31, tzinfo=UTC),
    )


def test_an_organisation_has_a_number_of_its_own(make: Make) -> None:
    register, _ = make(
        listed(type="Organization", serviceDetails=None, organizationDetails={"organizationNumber": "889640782"})
    )

    entry = register.ask("8990301", NOW).entry

    assert entry is not None
    assert (entry.organisation_number, entry.parent_her_id, entry.service_type) == ("889640782", None, None)


def test_a_fresh_answer_is_not_asked_for_again_by_any_process(make: Make) -> None:
    make(listed())[0].ask("8990301", NOW)
    register, server = make()

    assert register.ask("8990301", NOW + DAY).presence is Presence.LISTED
    assert server.asked == []


def test_an_old_answer_is_asked_for_again(make: Make) -> None:
    register, _ = make(listed(), GONE)
    register.ask("8990301", NOW)

    found = register.ask("8990301", NOW + DAY + timedelta(seconds=1))

    assert (found.presence, found.entry, found.is_stale) == (Presence.GONE, None, False)


def test_while_nobody_answers_the_old_answer_holds_and_says_so(make: Make) -> None:
    register, _ = make(listed(), DOWN)
    register.ask("8990301", NOW)

    found = register.ask("8990301", NOW + 2 * DAY)

    assert (found.presence, found.is_stale, found.failure) == (Presence.LISTED, True, "Connection refused")
    assert found.age(NOW + 2 * DAY) == 2 * DAY


def test_who_was_never_asked_about_is_not_gone(make: Make) -> None:
    register, _ = make(DOWN)

    assert register.known("8990301", NOW).failure == "it was never asked"
    found = register.ask("8990301", NOW)
    assert (found.presence, found.asked_at, found.age(NOW)) == (Presence.UNASKED, None, None)


def test_a_silent_register_is_left_alone_for_a_while(make: Make) -> None:
    register, server = make(DOWN, listed())

    assert register.ask("8990301", NOW).failure == "Connection refused"
    assert register.ask("8990301", NOW + SILENCE / 2).failure == "it did not answer a moment ago"
    assert len(server.asked) == 1
    assert register.ask("8990301", NOW + SILENCE).presence is Presence.LISTED


def test_nobody_is_asked_where_no_register_is_configured(make: Make) -> None:
    register, server = make(url=None)

    assert not register.is_configured
    assert register.ask("8990301", NOW).failure == "none is configured"
    assert server.asked == []


@pytest.mark.parametrize(("until", "presence"), [(NOW, Presence.GONE), (NOW + DAY, Presence.LISTED)])
def test_an_entry_that_is_over_is_gone(make: Make, until: datetime, presence: Presence) -> None:
    register, _ = make(listed(validTo=until.isoformat()))

    assert register.ask("8990301", NOW).presence is presence


def test_an_answer_in_doubt_is_asked_for_again(make: Make) -> None:
    register, server = make(listed(), GONE)
    register.doubt("8990301")  # of which nothing is known
    register.ask("8990301", NOW)
    register.doubt("8990301")

    assert register.known("8990301", NOW).is_stale
    assert [found.presence for found in register.refresh_due(["8990301"], NOW)] == [Presence.GONE]
    assert len(server.asked) == 2


def test_only_what_is_due_is_renewed_up_to_the_first_failure(make: Make) -> None:
    register, server = make(listed(), listed(herId=8990302), DOWN)
    register.ask("8990301", NOW)

    answers = register.refresh_due(["8990301", "8990302", "8990303", "8990304"], NOW)

    assert [(found.her_id, found.failure) for found in answers] == [("8990302", ""), ("8990303", "Connection refused")]
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b""),
        Reply(200, b"[]"),
        Reply(200, b"[" * 100_000),
        Reply(200, b'{"herId": 1}'),
        listed(validFrom="yesterday"),
        listed(validFrom="0001-01-01T00:00:00+02:00"),
        Reply(500, b""),
        Reply(401, b""),
    ],
)
def test_an_answer_that_is_none_changes_nothing(make: Make, reply: Reply) -> None:
    register, _ = make(listed(), reply)
    register.ask("8990301", NOW)

    found = register.refresh("8990301", NOW)

    assert found.presence is Presence.LISTED
    assert found.failure in {"its answer cannot be read", "it answered with HTTP status 500"} | {
        "it answered with HTTP status 401"
    }


@given(_BODIES)
def test_whatever_comes_is_an_answer_or_none(tmp_path_factory: pytest.TempPathFactory, body: object) -> None:
    cache = AddressCache(tmp_path_factory.mktemp("cache"))
    data = {"herId": 1, **body} if isinstance(body, dict) else body
    register = AddressRegister(URL, cache, lambda _: Reply(200, json.dumps(data).encode()), fresh_for=DAY)

    found = register.ask("1", NOW)

    assert found.failure or found.entry is not None


def test_an_answer_that_cannot_be_kept_is_an_answer_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, where the folder should be")
    register = AddressRegister(URL, AddressCache(tmp_path / "cache"), Server(listed()), fresh_for=DAY)

    assert register.ask("8990301", NOW).presence is Presence.LISTED
    assert register.known("8990301", NOW).presence is Presence.UNASKED


def test_a_torn_file_in_the_cache_was_never_there(tmp_path: Path) -> None:
    cache = AddressCache(tmp_path)
    cache.put("8990301", Kept(asked_at=NOW))
    (tmp_path / "8990301.json").write_text("{")

    assert cache.get("8990301") is None


def test_what_is_no_her_id_never_becomes_a_file(tmp_path: Path) -> None:
    cache = AddressCache(tmp_path / "cache")

    assert cache.get("../8990301") is None
    with pytest.raises(ValueError, match="digits only"):
        cache.put("../8990301", Kept(asked_at=NOW))


# against a server on this machine

NAVS = replace(cpa.read(agreement(), source="cpa.xml", at=NOW).snapshots[1], service_type="KX04", parent_her_id="79767")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return what the simulated register knows."""
    save(NAVS, tmp_path / "known")
    return tmp_path / "known"


def over_http(url: str, tmp_path: Path, get: HttpGet | None = None) -> AddressRegister:
    return AddressRegister(url, AddressCache(tmp_path / "cache"), get or HttpGet(timeout=60), fresh_for=DAY)


def test_over_http_a_party_is_there_until_it_is_not(folder: Path, tmp_path: Path) -> None:
    with SimulatedAddressRegister(folder) as server:
        register = over_http(f"{server.url}/", tmp_path)
        there = register.refresh("79768", NOW)
        for file in folder.iterdir():
            file.unlink()
        gone = register.refresh("79768", NOW)
    silent = register.refresh("79768", NOW)

    assert there.entry is not None
    assert (there.entry.name, there.entry.service_type, there.entry.parent_her_id) == ("NAV TEST", "KX04", "79767")
    assert there.entry.signing_thumbprint == NAVS.credentials[0].thumbprint
    assert gone.presence is Presence.GONE
    assert silent.presence is Presence.GONE
    assert silent.failure


def test_a_snapshot_is_made_of_an_entry_and_its_certificates(folder: Path, tmp_path: Path) -> None:
    with SimulatedAddressRegister(folder) as server:
        register = over_http(server.url, tmp_path)
        found = register.snapshot("79768", NOW)
        nobody = register.snapshot("1", NOW)

    assert isinstance(found, Snapshot)
    assert found.credentials == NAVS.credentials
    assert [link.endpoints[0].address for link in found.links] == ["edi@example.org"]
    assert nobody is None
    with pytest.raises(OSError, match="could not be asked"):
        register.snapshot("79768", NOW)


def test_a_party_may_have_no_certificate_but_not_a_broken_one(make: Make) -> None:
    register, _ = make(listed(ediAddress=None), GONE, GONE)
    bare = register.snapshot("8990301", NOW)
    assert bare is not None
    assert (bare.credentials, bare.links) == ((), ())

    register, _ = make(listed(), Reply(200, b'{"certificateValue": "AAAA"}'))
    with pytest.raises(OSError, match=f"{Use.SIGNING} certificate of 8990301 cannot be read"):
        register.snapshot("8990301", NOW)


def test_the_token_is_read_anew_and_sent(folder: Path, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("wrong\n")
    with SimulatedAddressRegister(folder, token="right") as server:  # noqa: S106 - for the test
        get = HttpGet(timeout=60, token_file=token)
        refused = over_http(server.url, tmp_path, get).refresh("79768", NOW)
        token.write_text("right\n")
        taken = over_http(server.url, tmp_path, get).refresh("79768", NOW)
        token.write_text("ri ght\n")
        none = over_http(server.url, tmp_path, get).refresh("79768", NOW)

    assert refused.failure == "it answered with HTTP status 401"
    assert taken.failure == ""
    assert none.failure == "the token file holds no token"


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/communicationparty", "/api/v1/certificate/79768/sealing", "/api/v2/x/1"]
)
def test_the_simulated_register_has_nothing_at_other_paths(folder: Path, path: str) -> None:
    assert answer(folder, path) is None


def test_a_simulated_register_with_a_broken_file_has_a_fault(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.json").write_text("{")
    with SimulatedAddressRegister(folder) as server:
        assert over_http(server.url, tmp_path).refresh("79768", NOW).failure == "it answered with HTTP status 500"
