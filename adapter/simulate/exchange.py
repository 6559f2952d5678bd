"""The folder that the demo of ebXML plays in: three message servers, each with its own keys, and a mail server.

    mail/                 the mail server's mailboxes and its certificate
    legekontor/           a message server, as at a GP's office; klinikk/ and nav/ are the same for the others
        budstikke.toml    its configuration
        own/              its certificates with their keys, for signing and for encryption
        partners/         the certificates of those it exchanges messages with
        roots/            the issuers it trusts
        var/              its store, and the folders that its EPJ writes to and reads from

All keys are made anew each time, by an issuer whose own key nobody keeps.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adapter.config import load
from adapter.simulate.mail.certificate import CA_FILE, identity
from adapter.simulate.mail.host import LOOPBACK
from adapter.simulate.stage import CONFIG, LOGS, Stage, cleared, players_of, visible
from adapter.trust.certificate import Certificate
from adapter.trust.pki import Authority, Pair, Purpose, new_key, organisation_name
from adapter.values import value_class

_MAIL, _PASSWORD = "mail", "mail-password.txt"
_PURPOSES = (Purpose.SIGNING, Purpose.ENCRYPTION)
_LIFETIME = timedelta(days=365)
#: The least that a certificate may have: keys are made while people wait.
_BITS: Final = 2_048


@value_class
class House:
    """An organisation with a message server of its own."""

    #: Its folder, its mail account, and the first part of its mail address.
    name: str
    #: The organisation in its certificates.
    organisation: str
    number: str
    #: The party that its EPJ belongs to.
    party: str
    role: str
    #: What its EPJ plays: one of the fixtures.
    script: str
    title: str
    her_id: str
    parent_her_id: str | None = None
    profiles: tuple[str, ...] = ()
    #: Who answers what its EPJ receives.
    receipts: str = "adapter"
    #: Who answers for what its adapter writes.
    contact: str = ""

    @property
    def address(self) -> str:
        """Return its mail address."""
        return f"{self.name}@edi.example"


HOUSES: Final = (
    House(
        name="legekontor",
        organisation="Lille Bakke legekontor TEST",
        number="310000205",
        party="referrer",
        role="referrer",
        script="referrer",
        title="Lille Bakke legekontor",
        her_id="8990201",
        parent_her_id="8990200",
    ),
    House(
        name="klinikk",
        organisation="Syntetisk sykehus TEST",
        number="310000108",
        party="clinic",
        role="clinic",
        script="clinic",
        title="Fysikalsk medisin og rehabilitering",
        her_id="8990101",
        parent_her_id="8990100",
        profiles=("amo",),
        contact='{ name = "Rolig Skog", profession = "FT", hpr = "565501872", phone = "77000003" }',
    ),
    House(
        name="nav",
        organisation="NAV TEST",
        number="889640782",
        party="nav",
        role="nav",
        script="nav",
        title="NAV",
        her_id="79768",
        profiles=("navt",),
        receipts="system",
    ),
)


@value_class
class Ports:
    """Where the mail server listens."""

    smtp: int
    imap: int


@value_class
class Exchange:
    """Three message servers and a mail server, ready to be started."""

    folder: Path
    logs: Path
    ports: Ports
    #: Each house with its installation, and its only player.
    stages: tuple[tuple[House, Stage], ...]

    def waiting(self, house: str) -> int:
        """Return how many mails lie in the mailbox of a house."""
        box = self.folder / _MAIL / house
        return sum(len(visible(box / name)) for name in ("new", "cur") if (box / name).is_dir())

    @property
    def mail(self) -> tuple[str | Path, ...]:
        """Return the command of the mail server."""
        accounts = [part for house in HOUSES for part in ("--account", f"{house.name}:{house.address}")]
        ports = ("--smtp", str(self.ports.smtp), "--imap", str(self.ports.imap))
        password = ("--password-file", self.folder / _PASSWORD)
        return ("simulate", "mail", "--folder", self.folder / _MAIL, *accounts, *password, "--tls", *ports)


@contextmanager
def set_up(folder: Path) -> Iterator[Exchange]:
    """Make a folder ready; the mail server gets ports that are free.

    Raises:
        NoStage: it holds something else than an earlier demo, or one plays in it now.
    """
    with cleared(folder, (*(house.name for house in HOUSES), _MAIL, _PASSWORD, LOGS)):
        logs = folder / LOGS
        logs.mkdir()
        (folder / _MAIL).mkdir(mode=0o700)
        identity(folder / _MAIL)
        _write_secret(folder / _PASSWORD, secrets.token_urlsafe().encode())
        _give_keys(folder)
        ports = _free()
        stages = tuple((house, _installed(folder / house.name, house, ports, logs)) for house in HOUSES)
        yield Exchange(folder=folder, logs=logs, ports=ports, stages=stages)


def configuration(house: House, ports: Ports) -> str:
    """Return the configuration of a house's message server, as people would write it."""
    parties = [_party(house, is_own=True), *(_party(other) for other in HOUSES if other is not house)]
    return "\n\n".join((_GENERAL.format(house=house), *parties, _CHANNELS.format(house=house, ports=ports)))


def _installed(folder: Path, house: House, ports: Ports, logs: Path) -> Stage:
    config = folder / CONFIG
    config.write_text(configuration(house, ports), "utf-8")
    settings = load(config)
    players = players_of(settings, {house.role: house.script})
    return Stage(folder=folder, config=config, logs=logs, settings=settings, players=players)


def _party(house: House, *, is_own: bool = False) -> str:
    lines = [
        "[[party]]",
        f'id = "{house.party}"',
        f'role = "{house.role}"',
        f'name = "{house.title}"',
        f'her_ids = ["{house.her_id}"]',
    ]
    if house.parent_her_id:
        lines.append(f'parent_her_id = "{house.parent_her_id}"')
    lines.append(f'organisation_number = "{house.number}"')
    if is_own:
        lines += ['channel = "epj"', f'receipts = "{house.receipts}"']
        lines.append(f"profiles = {json.dumps(house.profiles)}")
        lines += [f"contact = {house.contact}"] if house.contact else []
    else:
        lines += ['channel = "edi"', 'receipts = "system"               # its own message server answers']
        lines.append(f'address = "{house.address}"')
    return "\n".join(lines)


def _give_keys(folder: Path) -> None:
    """Give each house its pairs, the others' certificates, and the issuers to trust."""
    since = datetime.now(UTC) - timedelta(days=1)
    wanted = [(house, purpose) for house in HOUSES for purpose in _PURPOSES]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        root_key, issuing_key, *keys = pool.map(lambda _: new_key(_BITS), range(2 + len(wanted)))
    root = Authority.root("Budstikke demo TEST Root", root_key, since=since)
    issuing = root.intermediate("Budstikke demo TEST CA", issuing_key, since=since)
    for house in HOUSES:
        for name in ("own", "partners", "roots"):
            (folder / house.name / name).mkdir(parents=True, mode=0o700)
        for name, authority in (("root", root), ("issuing", issuing)):
            _pem(folder / house.name / "roots" / f"{name}.pem", authority.pair.certificate)
    for (house, purpose), key in zip(wanted, keys, strict=True):
        subject = organisation_name(house.organisation, house.number)
        pair = issuing.issue(subject, key, purpose, since=since, until=since + _LIFETIME)
        name = purpose.name.lower()
        _write_secret(folder / house.name / "own" / f"{name}.pem", _with_key(pair))
        for other in HOUSES:
            if other is not house:
                _pem(folder / other.name / "partners" / f"{house.name}-{name}.pem", pair.certificate)


def _with_key(pair: Pair) -> bytes:
    secret = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + pair.certificate.x509.public_bytes(Encoding.PEM)


def _pem(path: Path, certificate: Certificate) -> None:
    path.write_bytes(certificate.x509.public_bytes(Encoding.PEM))


def _write_secret(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _free() -> Ports:
    """Return ports of this machine that nobody listens at."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(2)]
        for one in held:
            one.bind((LOOPBACK, 0))
        smtp, imap = (one.getsockname()[1] for one in held)
    return Ports(smtp=smtp, imap=imap)


_GENERAL: Final = """\
# Written by `budstikke demo --ebxml`: the message server of {house.title}. Its waits are short.

[adapter]
name = "{house.title}"
environment = "test"

[store]
url = "sqlite:///var/budstikke.db"

[trust]
own = "own"                       # our certificates with their keys: one that signs, one that opens
partners = "partners"             # the certificates of the others: who has signed, and whom to encrypt for
roots = "roots"                   # the issuers we trust
unverifiable = "hold"             # what cannot be checked waits for a person

[retries]
first_wait = "1s"                 # a mail server that is away is asked again soon"""

_CHANNELS: Final = f"""\
[[channel]]                       # our EPJ: two folders
id = "epj"
type = "folder"
inbox = "var/epj/to-adapter"
outbox = "var/epj/from-adapter"
poll = "every 1s"
quiet = "0s"
patience = "1s"

[[channel]]                       # everyone else: ebXML, signed and encrypted, by mail
id = "edi"
type = "mail"
address = "{{house.address}}"
inbox = "imaps://localhost:{{ports.imap}}"
outbox = "smtps://localhost:{{ports.smtp}}"
user = "{{house.name}}"
password_file = "../{_PASSWORD}"
ca_file = "../{_MAIL}/{CA_FILE}"
poll = "every 1s"
"""
