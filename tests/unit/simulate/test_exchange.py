from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Self

import pki
import pytest

from adapter.config import Settings, build
from adapter.partner.review import review
from adapter.simulate import exchange, rehearsal
from adapter.simulate.exchange import HOUSES, Exchange, set_up
from adapter.simulate.mail.certificate import identity
from adapter.simulate.rehearsal import PartnerEnded, rehearse
from adapter.simulate.stage import NoStage


@pytest.fixture(autouse=True)
def _keys_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the same keys each time, each to one holder: making them takes long."""
    given = count()
    monkeypatch.setattr(exchange, "new_key", lambda _bits: pki.key(f"demo {next(given)}"))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Exchange]:
    with set_up(tmp_path / "edi") as ready:
        yield ready


def _settings(made: Exchange, name: str) -> Settings:
    return next(stage.settings for house, stage in made.stages if house.name == name)


def test_each_house_has_an_installation_with_one_player(made: Exchange) -> None:
    assert [(house.name, [player.party for player in stage.players]) for house, stage in made.stages] == [
        ("legekontor", ["referrer"]),
        ("klinikk", ["clinic"]),
        ("nav", ["nav"]),
    ]
    assert len({stage.settings.store.url for _, stage in made.stages}) == 3


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.name)
def test_each_can_sign_and_open_and_is_known_to_the_others(made: Exchange, house: exchange.House) -> None:
    settings = _settings(made, house.name)
    certificates = build.certificates(settings)
    now = datetime.now(UTC)

    pair = certificates.signing(now)
    assert pair is not None
    assert pair.certificate.organisation_number == house.number
    assert len(certificates.opening()) == 1
    assert sorted((entry.certificate.organisation_number, entry.uses) for entry in certificates.partners) == sorted(
        (other.number, (use,)) for other in HOUSES if other is not house for use in ("signing", "encryption")
    )
    judged = [build.verifier(settings).judge_certificate(entry.certificate, at=now) for entry in certificates.partners]
    assert [verdict.trusted for verdict in judged] == [True] * 4
    assert [remark for party in build.register(settings) for remark in review(party, [], now)] == []


def test_secrets_are_for_their_owner_only(made: Exchange) -> None:
    secret = [made.folder / "mail-password.txt", *made.folder.glob("*/own/*.pem")]

    assert len(secret) == 7
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}


def test_the_mail_server_and_the_configurations_say_the_same(made: Exchange) -> None:
    words = [str(word) for word in made.mail]
    accounts = [words[place + 1] for place, word in enumerate(words) if word == "--account"]
    mailboxes = {house.name: _settings(made, house.name).mailboxes()[0] for house in HOUSES}

    assert accounts == [f"{mailbox.user}:{mailbox.address}" for mailbox in mailboxes.values()]
    assert "--tls" in words
    assert words[words.index("--smtp") + 1] == str(made.ports.smtp)
    assert words[words.index("--imap") + 1] == str(made.ports.imap)
    for mailbox in mailboxes.values():
        assert mailbox.inbox == f"imaps://localhost:{made.ports.imap}"
        assert mailbox.outbox == f"smtps://localhost:{made.ports.smtp}"
        assert mailbox.ca_file is not None
        assert mailbox.ca_file.read_bytes() == identity(made.folder / "mail").ca_file.read_bytes()


def test_the_ports_are_free(made: Exchange) -> None:
    ports = (made.ports.smtp, made.ports.imap)

    assert len(set(ports)) == 2
    for port in ports:
        with socket.socket() as free:
            free.bind(("127.0.0.1", port))


def test_an_earlier_demo_is_replaced_and_what_lies_beside_it_stays(made: Exchange, tmp_path: Path) -> None:
    with pytest.raises(NoStage, match="Another demo"), set_up(made.folder):
        pass
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(NoStage, match="something else"), set_up(tmp_path / "other"):
        pass


@dataclass
class _Ended:
    """A process that lives for some looks."""

    looks: int

    def poll(self) -> int | None:
        self.looks -= 1
        return 3 if self.looks < 0 else None


class _Stop:
    """Is set after some looks."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def wait(self, _seconds: float) -> bool:
        self._looks -= 1
        return self._looks < 0


class _Started:
    """Starts nothing, and notes what it should have."""

    def __init__(self, looks: int) -> None:
        self.begun: list[tuple[str, str]] = []
        self.ended = 0
        self._looks = looks

    def __call__(self, _logs: Path) -> _Started:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_about: object) -> None:
        return

    def start(self, name: str, verb: str, *_arguments: object) -> _Ended:
        self.begun.append((name, verb))
        return _Ended(self._looks)

    def stop(self, *processes: _Ended) -> list[int]:
        self.ended += len(processes)
        return [0] * len(processes)


def test_a_rehearsal_runs_all_but_one_until_it_is_told_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, told = _Started(looks=9), list[str]()
    monkeypatch.setattr(rehearsal, "Processes", started)
    rehearse(tmp_path / "edi", "legekontor", _Stop(looks=3), told.append)

    assert started.begun == [("mail", "simulate"), ("klinikk", "run"), ("nav", "run")]
    assert started.ended == 3
    assert told[0].startswith("mail, klinikk, nav run in ")
    assert str(tmp_path / "edi" / "legekontor") in told[1]


def test_a_rehearsal_ends_when_one_of_them_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "Processes", _Started(looks=1))

    with pytest.raises(PartnerEnded, match=r"The process of mail ended; .*mail\.log tells why"):
        rehearse(tmp_path / "edi", "nav", _Stop(looks=9), lambda _: None)
