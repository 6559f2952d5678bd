"""New certificates and agreements are taken into use without a restart."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pki import NOW, pem, world
from posting import CLINIC_KEYS, snapshot
from signing import BODY
from structlog.testing import capture_logs

from adapter.config import Settings
from adapter.config.models import PartnersTable, TrustTable
from adapter.errors import KeyUnusable
from adapter.partner import snapshot_file
from adapter.partner.snapshot import Credential, Use
from adapter.service.renewal import PAUSE, Renewal
from adapter.service.worker import Recover, Worker
from adapter.trust.pki import Pair
from adapter.trust.signature import sign

CONFIG = """
[trust]
own = "{0}/own"
partners = "{0}/partners"

[partners]
folder = "{0}/agreed"

[[channel]]
id = "edi"
type = "mail"
address = "kontor@edi.example"
inbox = "imap://localhost:1"
outbox = "smtp://localhost:1"

[[party]]
id = "office"
role = "referrer"
name = "Syntetisk legekontor TEST"
her_ids = ["8990301"]
channel = "edi"
address = "fastlege@edi.example"
"""


@dataclass
class Time:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float = PAUSE) -> None:
        self.now += seconds


def put(folder: Path, name: str, pair: Pair) -> None:
    private = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.pem").write_bytes(private + pem(pair.certificate))


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("own", "partners", "agreed"):
        (tmp_path / name).mkdir()
    put(tmp_path / "own", "opening", world().encryption)
    return tmp_path


@pytest.fixture
def renewal(folder: Path, clock: Time) -> Renewal:
    trust = TrustTable(own=folder / "own", partners=folder / "partners")
    settings = Settings.model_construct(trust=trust, partners=PartnersTable(folder=folder / "agreed"))
    # by their own time all files are new, however long a busy machine takes from one line of a test to the next
    return Renewal(settings, clock, wall_clock=lambda: 0.0)


def looks(renewal: Renewal, clock: Time, number: int = 4) -> list[bool]:
    """Return what comes of so many looks, each when it is time."""
    found = []
    for _ in range(number):
        clock.pass_()
        found.append(renewal.is_due())
    return found


# --- What is noticed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["own", "partners", "agreed"])
def test_a_new_file_is_noticed_once_it_stands_still(renewal: Renewal, clock: Time, folder: Path, name: str) -> None:
    assert looks(renewal, clock) == [False] * 4
    (folder / name / "new.pem").write_bytes(b"a")

    assert looks(renewal, clock) == [False, True, False, False]


def test_a_file_that_is_being_copied_is_waited_for(renewal: Renewal, clock: Time, folder: Path) -> None:
    for number in range(3):
        (folder / "own" / "new.pem").write_bytes(b"a" * number)
        assert looks(renewal, clock, 1) == [False]

    assert looks(renewal, clock, 2) == [True, False]


def test_a_worker_that_had_nothing_to_do_notices_before_its_first_task(
    renewal: Renewal, clock: Time, folder: Path
) -> None:
    renewal._wall_clock = lambda: time.time() + 2 * PAUSE
    (folder / "own" / "new.pem").write_bytes(b"a")
    assert looks(renewal, clock, 2) == [True, False]
    (folder / "own" / "new.pem").unlink()
    assert looks(renewal, clock, 2) == [True, False]


def test_a_folder_that_is_gone_is_noticed_when_it_stays_away(renewal: Renewal, clock: Time, folder: Path) -> None:
    renewal._wall_clock = lambda: time.time() + 2 * PAUSE
    (folder / "own").rename(folder / "away")

    assert looks(renewal, clock, 3) == [False, True, False]


def test_a_file_that_is_replaced_or_taken_away_is_noticed(renewal: Renewal, clock: Time, folder: Path) -> None:
    path = folder / "own" / "opening.pem"
    os.utime(path, (1, 1))
    assert looks(renewal, clock) == [False, True, False, False]
    path.unlink()
    assert looks(renewal, clock) == [False, True, False, False]


def test_what_is_put_back_as_it_was_is_not_read_anew(renewal: Renewal, clock: Time, folder: Path) -> None:
    aside = (folder / "own" / "opening.pem").rename(folder / "aside.pem")
    assert looks(renewal, clock, 1) == [False]
    aside.rename(folder / "own" / "opening.pem")

    assert looks(renewal, clock) == [False] * 4


def test_it_looks_no_more_often_than_it_should(renewal: Renewal, clock: Time, folder: Path) -> None:
    looks(renewal, clock, 1)
    (folder / "own" / "new.pem").write_bytes(b"a")
    looks(renewal, clock, 1)
    for _ in range(3):
        clock.pass_(PAUSE / 4)
        assert not renewal.is_due()
    clock.pass_(PAUSE / 4)
    assert renewal.is_due()


def test_one_file_may_take_the_place_of_a_folder(folder: Path, clock: Time) -> None:
    path = folder / "own" / "opening.pem"
    renewal = Renewal(Settings.model_construct(trust=TrustTable(own=path), partners=PartnersTable()), clock)
    os.utime(path, (1, 1))

    assert looks(renewal, clock, 2) == [False, True]


def test_without_folders_there_is_nothing_to_notice(clock: Time) -> None:
    renewal = Renewal(Settings.model_construct(trust=TrustTable(), partners=PartnersTable()), clock)

    assert looks(renewal, clock) == [False] * 4


# --- What comes of it ---------------------------------------------------------------------------------------------


@dataclass
class Office:
    """A worker of an installation with mail."""

    worker: Worker
    clock: Time

    def works(self) -> list[str]:
        """Let it do something, twice; return what it says."""
        with capture_logs() as logs:
            for _ in range(2):
                self.clock.pass_()
                self.worker.do(Recover())
        return [line["action"] for line in logs]

    @property
    def keys(self) -> Any:
        return self.worker._parts.mail_room.courier._sealer._keys


@pytest.fixture
def office(make_bench: Callable[[str], Any], folder: Path, renewal: Renewal, clock: Time) -> Office:
    bench = make_bench(CONFIG.format(folder))
    return Office(Worker(bench.parts, "worker-1", lambda: NOW, renewal=renewal), clock)


def test_a_new_certificate_signs_and_opens(office: Office, folder: Path) -> None:
    before = office.worker._parts
    with pytest.raises(KeyUnusable):
        office.keys.seal(NOW)
    put(folder / "own", "signing", world().signing)

    assert office.works() == ["renewed"]
    assert office.keys.seal(NOW).certificate == world().signing.certificate.x509
    receiver = office.worker._parts.mail_room.receiver
    assert len(receiver._standards["edi"].pairs) == 1
    assert office.worker._parts == replace(
        before,
        context=office.worker._parts.context,
        judge=office.worker._parts.judge,
        desk=office.worker._parts.desk,
        mail=office.worker._parts.mail,
    )
    assert office.works() == []


def test_what_is_agreed_anew_holds_for_messages_and_envelopes(office: Office, folder: Path) -> None:
    agreed = snapshot(CLINIC_KEYS, name="Syntetisk legekontor TEST", her_ids=("8990301",))
    (folder / "agreed" / "8990301.json").write_bytes(snapshot_file.write(agreed))

    assert office.works() == ["renewed"]
    parts = office.worker._parts
    party = parts.context.register.by_id("office")
    assert party is not None
    assert party.snapshots == (agreed,)
    assert parts.desk._context is parts.judge._policies._context is parts.context
    assert parts.mail_room.courier._sealer._register is parts.context.register
    assert office.keys.encryption(party, NOW) == CLINIC_KEYS.certificate


def test_a_signer_is_named_by_what_is_agreed_anew(office: Office, folder: Path) -> None:
    data = sign(BODY, world().signing.key, world().signing.certificate.x509)

    def her_ids() -> tuple[str, ...]:
        signer = office.worker._parts.witness.judge(data, at=NOW).signer
        assert signer is not None
        return signer.her_ids

    assert her_ids() == ()
    listed = (Credential(Use.SIGNING, world().signing.certificate.der),)
    (folder / "agreed" / "8990301.json").write_bytes(
        snapshot_file.write(replace(snapshot(her_ids=("8990301",)), credentials=listed))
    )

    assert office.works() == ["renewed"]
    assert her_ids() == ("8990301",)


@pytest.mark.parametrize("name", ["own/new.pem", "partners/new.pem", "agreed/new.json"])
def test_a_file_that_cannot_be_used_leaves_what_was_before(office: Office, folder: Path, name: str) -> None:
    before = office.worker._parts
    (folder / name).write_bytes(b"-----BEGIN CERTIFICATE-----")

    assert office.works() == ["not_renewed"]
    assert office.worker._parts is before
    assert office.works() == []

    (folder / name).unlink()
    assert office.works() == ["renewed"]


def test_an_installation_without_mail_takes_what_is_agreed_anew(
    make_bench: Callable[[str], Any], folder: Path, clock: Time
) -> None:
    bench = make_bench(f'[partners]\nfolder = "{folder}/agreed"\n')
    office = Office(Worker(bench.parts, "worker-1", lambda: NOW, renewal=Renewal(bench.settings, clock)), clock)
    agreed = snapshot(her_ids=("8990101",))
    (folder / "agreed" / "8990101.json").write_bytes(snapshot_file.write(agreed))

    assert office.works() == ["renewed"]
    assert office.worker._parts.mail is None
    assert [party.id for party in office.worker._parts.context.register if party.snapshots] == ["clinic"]
