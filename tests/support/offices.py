"""Message servers that exchange ebXML over mail: each with its keys, its store, and the folders of its EPJ."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pki
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from ports import free_ports
from running import Home, with_chosen_schemas

from adapter.trust.pki import Authority, Pair, Purpose, organisation_name

#: The folder channel of an office's own EPJ, and the mail channel to everyone else.
EPJ, EDI = "epj", "edi"
_PROTOCOLS = ("smtp", "imap", "pop3")
_PURPOSES = (Purpose.SIGNING, Purpose.ENCRYPTION)


@dataclass(frozen=True, kw_only=True)
class Office:
    """An organisation with a message server of its own."""

    #: Its folder, its mail account, and the first part of its address.
    name: str
    #: The party, and its role.
    role: str
    organisation: str
    number: str
    her_id: str
    parent: str | None = None
    profile: str | None = None
    receipts: str = "adapter"

    @property
    def address(self) -> str:
        return f"{self.name}@edi.example"

    def party(self, *, is_own: bool) -> str:
        """Return the party as its own server, or another's, is told of it."""
        lines = [
            "[[party]]",
            f'id = "{self.role}"',
            f'role = "{self.role}"',
            f'name = "{self.organisation}"',
            f'her_ids = ["{self.her_id}"]',
            f'organisation_number = "{self.number}"',
            f'receipts = "{self.receipts if is_own else "system"}"',
            f'channel = "{EPJ}"' if is_own else f'channel = "{EDI}"\naddress = "{self.address}"',
        ]
        if self.parent:
            lines.append(f'parent_her_id = "{self.parent}"')
        if self.profile:
            lines.append(f'profiles = ["{self.profile}"]')
        return "\n".join(lines)


GP = Office(
    name="referrer",
    role="referrer",
    organisation="Vakker Blomst legekontor TEST",
    number="310000205",
    her_id="8990201",
    parent="8990200",
)
CLINIC = Office(
    name="clinic",
    role="clinic",
    organisation="Syntetisk sykehus TEST",
    number="310000108",
    her_id="8990101",
    parent="8990100",
    profile="amo",
)
NAV = Office(
    name="nav",
    role="nav",
    organisation="NAV TEST",
    number="889640782",
    her_id="79768",
    profile="navt",
    receipts="system",
)


@dataclass(frozen=True, kw_only=True)
class Servers:
    """The mail servers between offices, whoever runs them."""

    #: Where each office reads its mail, by its name.
    inboxes: Mapping[str, str]
    outbox: str
    #: What their certificates are trusted by.
    ca_file: Path
    password_file: Path


@cache
def _authorities() -> tuple[Authority, Authority]:
    """Return a root, and who issues below it; processes live by the real clock, and so do these."""
    since = datetime.now(UTC) - timedelta(days=1)
    root = Authority.root("Budstikke TEST Root", pki.key("root"), since=since)
    return root, root.intermediate("Budstikke TEST CA 1", pki.key("issuing"), since=since)


@cache
def _pairs(office: Office) -> dict[Purpose, Pair]:
    """Return what an office signs with and opens with: one key, since making one is slow."""
    now, (_, issuing) = datetime.now(UTC), _authorities()
    subject = organisation_name(office.organisation, office.number)
    return {
        purpose: issuing.issue(
            subject, pki.key(office.role), purpose, since=now - timedelta(hours=1), until=now + timedelta(days=365)
        )
        for purpose in _PURPOSES
    }


def open_office(
    path: Path,
    office: Office,
    others: Iterable[Office],
    servers: Servers,
    *,
    workers: int = 2,
    attempts: int = 1000,
    mail: Mapping[str, str | int] = {},
) -> Home:
    """Write an office's configuration and keys into a new folder; `mail` sets keys of its mail channel.

    It tries again after a second whatever fails, at most so many `attempts`.
    """
    others = tuple(others)
    home = Home(path=path, channels=(EPJ,))
    home.store.parent.mkdir(parents=True)
    home.inbox(EPJ).mkdir(parents=True)
    home.outbox(EPJ).mkdir()
    _write_keys(path, office, others)
    channel: dict[str, str | int] = {
        "id": EDI,
        "type": "mail",
        "address": office.address,
        "inbox": servers.inboxes[office.name],
        "outbox": servers.outbox,
        "user": office.name,
        "password_file": str(servers.password_file),
        "ca_file": str(servers.ca_file),
        "poll": "every 1s",
        **mail,
    }
    parts = [
        _CONFIG.format(name=office.organisation, workers=workers, attempts=attempts),
        office.party(is_own=True),
        *(other.party(is_own=False) for other in others),
        _FOLDERS,
        "\n".join(["[[channel]]", *(f"{key} = {_toml(value)}" for key, value in channel.items())]),
    ]
    home.config.write_text(with_chosen_schemas("\n\n".join(parts) + "\n"), encoding="utf-8")
    return home


_CONFIG = """[adapter]
name = "{name}"
environment = "test"
workers = {workers}

[store]
url = "sqlite:///store/budstikke.db"
busy_timeout = "30s"

[retries]
attempts = {attempts}
first_wait = "1s"
factor = 1
longest_wait = "1s"

[trust]
roots = "roots"
own = "own"
partners = "partners"
unverifiable = "hold" """

_FOLDERS = f"""[[channel]]
id = "{EPJ}"
type = "folder"
inbox = "{EPJ}/to-adapter"
outbox = "{EPJ}/from-adapter"
poll = "every 1s"
quiet = "0s"
patience = "0s" """


def _toml(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _write_keys(path: Path, office: Office, others: Iterable[Office]) -> None:
    for folder in ("roots", "own", "partners"):
        (path / folder).mkdir()
    for number, authority in enumerate(_authorities()):
        (path / "roots" / f"{number}.pem").write_bytes(pki.pem(authority.pair.certificate))
    for purpose, pair in _pairs(office).items():
        secret = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (path / "own" / f"{purpose.name.lower()}.pem").write_bytes(secret + pki.pem(pair.certificate))
    for other in others:
        for purpose, pair in _pairs(other).items():
            (path / "partners" / f"{other.role}-{purpose.name.lower()}.pem").write_bytes(pki.pem(pair.certificate))


@dataclass(kw_only=True)
class MailProcess:
    """The simulated mail server as a process, that can be killed and comes back where it was."""

    command: Path
    folder: Path
    offices: tuple[Office, ...]
    environment: Mapping[str, str]
    ports: dict[str, int] = field(
        default_factory=lambda: dict(zip(_PROTOCOLS, free_ports(len(_PROTOCOLS)), strict=True))
    )
    process: subprocess.Popen[bytes] | None = None

    def servers(self, protocols: Mapping[str, str]) -> Servers:
        """Return where it is, to offices that read their mail by "imap" or "pop3", by their names."""
        password_file = self.folder / "password"
        password_file.parent.mkdir(parents=True, exist_ok=True)
        password_file.write_text("synthetic\n")
        return Servers(
            inboxes={name: f"{protocol}s://localhost:{self.ports[protocol]}" for name, protocol in protocols.items()},
            outbox=f"smtps://localhost:{self.ports['smtp']}",
            ca_file=self.folder / "ca.pem",
            password_file=password_file,
        )

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, faults: str = "") -> None:
        """Start it, with what is to go wrong; return when it listens."""
        (self.folder / "faults.toml").write_text(faults)
        with (self.folder / "mail.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(self.command, "simulate", "mail", "--tls", "--folder", self.folder),
                    *("--password-file", self.folder / "password", "--faults", self.folder / "faults.toml"),
                    *(word for one in self.offices for word in ("--account", f"{one.name}:{one.address}")),
                    *(word for name, port in self.ports.items() for word in (f"--{name}", str(port))),
                ],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        said = [self.process.stdout.readline() for _ in _PROTOCOLS]
        assert all(b"listens" in line for line in said), said

    def kill(self) -> None:
        """Kill it, if it lives."""
        if self.process is not None:
            self.process.kill()
            with self.process:
                self.process = None
