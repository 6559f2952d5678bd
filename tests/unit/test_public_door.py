"""What other programs may use of the package: adding a name is a decision, removing one a broken promise."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

import adapter
from adapter import errors, resources

DOOR = {
    *("read", "write", "validate", "sign", "verify", "coded"),
    *("Direction", "Finding", "Report", "Severity", "Verdict", "Partner"),
    *("Anchors", "SignatureVerdict"),
    *("BudstikkeError", "FormError", "NotWellFormed", "DocumentTypeRefused", "LimitExceeded", "SpecError"),
    *("ConfigError", "StoreError", "StoreLocked", "StoreFull", "StoreTooNew"),
    *("ChannelError", "ChannelUnavailable", "UnsafeName"),
    *("EnvelopeError", "PackageUnreadable", "EnvelopeUnreadable"),
    *("PartnerError", "AgreementUnreadable", "SnapshotUnreadable"),
    *("TrustError", "SignatureMissing", "SignatureInvalid", "SignatureUnverifiable"),
    *("CertificateUnreadable", "KeyUnusable", "Undecryptable"),
    *("Message", "Kind", "Envelope", "ConversationRef", "Party", "Organisation", "Person", "Patient"),
    *("HealthcareProfessional", "Identifier", "Address", "Telecom", "Code", "Moment", "Quantity"),
    *("Epikrise", "Sykmelding", "Legeerklaering", "Audience", "ToNav"),
    *("Henvisning", "Dialogmelding", "Notat", "Foresporsel", "FreeText", "RelatedRole", "RelatedUnit"),
    *("Receipt", "OriginalMessage", "Document", "Base64Data", "Opaque", "PatientReport"),
}


def test_the_door_lists_what_other_programs_may_use() -> None:
    assert set(adapter.__all__) == DOOR
    assert len(adapter.__all__) == len(DOOR)


@pytest.mark.parametrize("name", sorted(DOOR))
def test_every_listed_name_is_there(name: str) -> None:
    assert getattr(adapter, name) is not None
    assert name in dir(adapter)


def test_the_whole_exception_tree_is_at_the_door() -> None:
    tree = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}

    assert tree <= DOOR


def test_a_name_that_is_not_listed_is_refused() -> None:
    with pytest.raises(AttributeError, match="sing"):
        adapter.sing  # noqa: B018 - the access is what is tested


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "{'lxml', 'cryptography', 'sqlalchemy', 'pydantic', 'xmlschema'}"
    code = f"import adapter, sys; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_bytes_that_are_no_message_give_a_report() -> None:
    report = adapter.validate(b"not XML")

    assert report.verdict in {adapter.Verdict.REJECT, adapter.Verdict.QUARANTINE}
    assert report.findings


def test_a_partner_brings_its_own_measure() -> None:
    fixture = resources.fixtures() / "messages" / "dialogmelding-1.0-nav-omvendte-referanser.xml"
    partner = adapter.Partner(
        id="nav", role="nav", name="NAV", her_ids=("79768",), channel="nav", tolerance=frozenset()
    )
    now = datetime(2026, 3, 9, tzinfo=UTC)

    assert adapter.validate(fixture.read_bytes(), now=now).verdict is adapter.Verdict.TOLERATED
    assert adapter.validate(fixture.read_bytes(), partner=partner, now=now).verdict is adapter.Verdict.REJECT


def test_what_is_written_is_read_again() -> None:
    fixture = resources.fixtures() / "messages" / "henvisning-1.1-komplett.xml"
    message = adapter.read(fixture.read_bytes())

    assert adapter.read(adapter.write(message)) == message
