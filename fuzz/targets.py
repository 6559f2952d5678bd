"""Every reader of bytes from outside: what it may refuse them with, and honest bytes to begin from.

Anything else that a reader raises is a finding. The tests change the honest bytes a little (tests/security), and
`make fuzz` lets atheris search.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import envelopes
import returned
from agreements import agreement, profile
from answering import DAY, Office, Server, reply
from pki import NOW, pem, world
from sealing import Craft, sealed

from adapter import resources
from adapter.channel.mail import report
from adapter.check.codelists import CodeLists
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.schema import SchemaSet
from adapter.config import load as load_settings
from adapter.envelope import mime, package
from adapter.envelope.rules import checker
from adapter.envelope.sniff import is_ebxml
from adapter.errors import (
    AgreementUnreadable,
    CertificateUnreadable,
    ConfigError,
    EnvelopeError,
    FormError,
    PackageUnreadable,
    SnapshotUnreadable,
    SpecError,
    TrustError,
    Undecryptable,
)
from adapter.partner import cpa, snapshot_file
from adapter.partner.address_cache import AddressCache
from adapter.partner.address_register import AddressRegister
from adapter.partner.fetch import Reply
from adapter.trust import cms, crl, ocsp, payload, signature
from adapter.trust.certificate import certificates_in
from adapter.trust.statement import Unreliable
from adapter.wire import read, rescue, write
from adapter.wire.spec import load_spec

HER_ID = "8990101"
#: Searching goes faster in little.
_SMALL = 20_000
_NONCE = b"\1" * 16


@dataclass(frozen=True)
class Target:
    """One reader."""

    read: Callable[[bytes], object]
    #: What it may raise.
    refusals: tuple[type[Exception], ...]
    #: Bytes that it takes, and some that it does not.
    seeds: Callable[[], list[bytes]]

    def ask(self, data: bytes) -> None:
        """Have bytes read; whatever is raised then is a finding."""
        with suppress(*self.refusals):
            self.read(data)


@cache
def messages() -> list[bytes]:
    """Return the synthetic messages that are small."""
    found = (path.read_bytes() for path in sorted((resources.fixtures() / "messages").glob("*.xml")))
    return [data for data in found if len(data) < _SMALL]


@cache
def signed() -> list[bytes]:
    """Return one that is signed here, and those that have a signature, right or wrong."""
    pair = world().signing
    head = next(data for data in messages() if b"MsgHead" in data and b"SignatureValue" not in data)
    own = signature.sign(head, pair.key, pair.certificate.x509)
    return [own, *(data for data in messages() if b"SignatureValue" in data)]


@cache
def mails() -> list[bytes]:
    """Return an ebXML message of every sort."""
    return [envelopes.sent(), envelopes.receipt(), envelopes.error()]


@cache
def sealings() -> list[bytes]:
    """Return contents that are encrypted in every way that is met."""
    crafts = (
        Craft(),
        Craft(cipher="des-ede3-cbc", is_open_ended=True, piece=7, is_nested=True),
        Craft(by_key_identifier=True, transport="oaep-sha256", has_other_recipients=True, has_attributes=True),
    )
    return [sealed(b"<a>content</a>", world().encryption, craft) for craft in crafts]


@cache
def packings() -> list[bytes]:
    """Return a document in every packing."""
    quoted = b"Content-Type: text/xml\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<a b=3D'c'/>=\r\n"
    return [payload.pack(b"<a/>", packing) for packing in ((), ("gzip",), ("mime",), ("mime", "gzip"))] + [quoted]


@cache
def office() -> Office:
    """Return an authority whose server nobody asks."""
    return Office(Server(port=1))


@cache
def lists() -> list[bytes]:
    """Return a list of revoked certificates."""
    return [office().authority.revocation_list([office().holder.certificate], at=NOW, lasts=DAY)]


@cache
def replies() -> list[bytes]:
    """Return answers of a responder, by the issuer itself and by whom it appointed."""
    one = office()
    question = ocsp.question(one.holder.certificate, one.authority.pair.certificate, _NONCE)
    return [reply(one.authority, one.holder, question, by=by) for by in (None, one.delegate)]


def certificates() -> list[bytes]:
    """Return certificates of every holder."""
    pairs = (world().signing, world().person, world().root.pair)
    return [pairs[0].certificate.der, pairs[1].certificate.der, b"".join(pem(one.certificate) for one in pairs)]


def agreements() -> list[bytes]:
    """Return an agreement with a little of everything."""
    return [agreement(), profile()]


def snapshots() -> list[bytes]:
    """Return a party of the register as a file."""
    found = cpa.read(agreements()[0], source="fuzz", at=NOW).snapshots
    return [snapshot_file.write(one) for one in found]


def entries() -> list[bytes]:
    """Return what Adresseregisteret answers."""
    unit = {
        "herId": int(HER_ID),
        "name": "Syntetisk klinikk",
        "type": "Service",
        "parent": {"herId": 8990100, "organizationNumber": "999888777"},
        "service": {"serviceType": {"value": "1"}},
        "ediAddress": "klinikk@testedi.nhn.no",
        "validFrom": "2020-01-01T00:00:00",
        "validTo": None,
        "currentSigningCertificate": {"thumbprint": "AB"},
        "certificateValue": "AAAA",
    }
    return [json.dumps(unit).encode(), b"[]", b"{}"]


def specifications() -> list[bytes]:
    """Return what people write for `build`."""
    return [path.read_bytes() for path in sorted((resources.fixtures() / "specs").glob("*.toml"))]


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="budstikke-fuzz-"))


def _file(data: bytes, name: str) -> Path:
    path = _scratch() / name
    path.write_bytes(data)
    return path


@cache
def _checker() -> Checker:
    return Checker(SchemaSet.load(), CodeLists.load(), explain=False)


def _judge(data: bytes) -> None:
    _checker().check(data, Policy(), now=NOW)


def _verify(data: bytes) -> None:
    signature.verify(data, allows_weak=True)


def _unseal(data: bytes) -> None:
    package.read_fault(data)
    package.unseal(package.read(data), allows_weak=True)


def _rules(data: bytes) -> None:
    is_ebxml(data)
    checker.check(data)


def _decrypt(data: bytes) -> None:
    cms.addressees(data)
    cms.decrypt(data, [world().encryption, world().foreign])


def _list(data: bytes) -> None:
    crl.read_list(data, office().authority.pair.certificate).standing(office().holder.certificate, NOW, NOW)


def _reply(data: bytes) -> None:
    ocsp.check_nonce(data, _NONCE)
    ocsp.read_reply(data, office().holder.certificate, office().authority.pair.certificate)


def _certificates(data: bytes) -> None:
    for one in certificates_in(data):
        _ = (one.subject, one.issuer, one.holder, one.usages, crl.addresses(one), ocsp.addresses(one))
        cms.may_encrypt(one)


def _agreement(data: bytes) -> None:
    for snapshot in cpa.read(data, source="fuzz", at=NOW).snapshots:
        assert snapshot_file.read_file(_file(snapshot_file.write(snapshot), "agreed.json")) == snapshot


def _snapshot(data: bytes) -> None:
    for name in ("party.json", "party.toml"):
        with suppress(SnapshotUnreadable):
            snapshot_file.read_file(_file(data, name))


def _entry(data: bytes) -> None:
    cache = AddressCache(_scratch() / "register")
    register = AddressRegister("https://register", cache, lambda _: Reply(200, data), fresh_for=timedelta(days=1))
    register.refresh(HER_ID, NOW)
    register.known(HER_ID, NOW)
    _file(data, f"{HER_ID}.json")
    AddressCache(_scratch()).get(HER_ID)
    with suppress(OSError):
        register.snapshot(HER_ID, NOW)


def _specification(data: bytes) -> None:
    for name in ("message.json", "message.toml"):
        with suppress(SpecError):
            write(load_spec(_file(data, name), now=NOW))


def _settings(data: bytes) -> None:
    load_settings(_file(data, "budstikke.toml"))


TARGETS = {
    "document": Target(read, (FormError,), messages),
    "wreck": Target(rescue, (), lambda: [data[: len(data) // 2] for data in messages()[::9]]),
    "verdict": Target(_judge, (), messages),
    "signature": Target(_verify, (FormError, TrustError), signed),
    "parts": Target(mime.read, (PackageUnreadable,), mails),
    "envelope": Target(_unseal, (EnvelopeError, FormError, TrustError), mails),
    "rules": Target(_rules, (), mails),
    "delivery-report": Target(lambda data: report.read(data, 1_000_000), (), lambda: [returned.report()]),
    "encrypted": Target(_decrypt, (Undecryptable,), sealings),
    "packed": Target(payload.unpack, (Undecryptable,), packings),
    "certificates": Target(_certificates, (CertificateUnreadable,), certificates),
    "revocation-list": Target(_list, (Unreliable,), lists),
    "status-answer": Target(_reply, (Unreliable,), replies),
    "agreement": Target(_agreement, (AgreementUnreadable,), agreements),
    "snapshot": Target(_snapshot, (), snapshots),
    "register-answer": Target(_entry, (), entries),
    "specification": Target(_specification, (), specifications),
    "settings": Target(_settings, (ConfigError,), lambda: [resources.example_config().read_bytes()]),
}
