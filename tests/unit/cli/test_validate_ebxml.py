"""`validate` knows ebXML files, and holds them to the rules of HITS 1172."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import envelopes
import knowing
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pki import NOW, pem, world

from adapter import resources
from adapter.envelope.rules.table import load
from adapter.partner.address import Entry
from adapter.partner.address_cache import AddressCache, Kept
from adapter.partner.snapshot import Credential, Snapshot, Use
from adapter.partner.snapshot_file import save

Budstikke = Callable[..., Any]


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """Return a mail that breaks no rule."""
    path = tmp_path / "message.eml"
    path.write_bytes(envelopes.sent())
    return path


def test_a_right_mail_is_accepted(budstikke: Budstikke, mail: Path) -> None:
    ran = budstikke("validate", mail)

    first, *_, last = ran.out.splitlines()
    assert ran.exit_code == 0
    assert (first, last) == (f"accept      {mail}  ebxml", "1 file: 1 accept")


def test_what_was_not_checked_is_told_with_what_it_takes(budstikke: Budstikke, mail: Path) -> None:
    _, *lines, _ = budstikke("validate", mail).out.splitlines()
    needing = load().needing

    assert lines == [
        "  not checked: EB-029, EB-054",
        f"      It takes {needing['029', ''].reason}.",
        "  not checked: EB-030, EB-054",
        f"      It takes {needing['030', ''].reason}.",
        "  not checked: EB-261, EB-262",
        f"      It takes {needing['261', ''].reason}.",
        "  not checked: EB-079, EB-044",
        f"      It takes {needing['079', ''].reason}.",
        "  not checked: EB-5.15, EB-264, EB-5.15.1, EB-259",
        f"      It takes {needing['264', ''].reason}.",
    ]


def test_with_a_configuration_that_knows_everything_everything_is_checked(
    budstikke: Budstikke, with_mail: Callable[..., Path], mail: Path
) -> None:
    config = _all_known(with_mail())
    mail.write_bytes(knowing.agreed())

    told = json.loads(budstikke("validate", "--json", "--config", config, mail).out)

    assert (told["verdict"], told["findings"], told["not_checked"]) == ("accept", [], [])


def test_with_a_configuration_what_is_wrong_by_it_is_told(
    budstikke: Budstikke, with_mail: Callable[..., Path], mail: Path
) -> None:
    config = _all_known(with_mail(), edi_address="annen@testedi.nhn.no", type="Organization")
    mail.write_bytes(knowing.agreed(knowing.sealed(b"<MsgHead/>")))

    told = json.loads(budstikke("validate", "--json", "--config", config, mail).out)

    assert [finding["rule"] for finding in told["findings"]] == ["EB-030", "EB-261", "EB-5.15.1"]
    assert told["not_checked"] == []


@pytest.mark.usefixtures("config")
def test_a_configuration_that_lies_here_is_used(budstikke: Budstikke, mail: Path) -> None:
    told = json.loads(budstikke("validate", "--json", mail).out)

    assert "EB-029" not in {one["rule"] for one in told["not_checked"]}
    assert told["findings"] == []


def test_other_messages_are_not_said_to_be_unchecked(budstikke: Budstikke, tmp_path: Path) -> None:
    path = tmp_path / "message.xml"
    path.write_bytes(b"<MsgHead/>")

    assert "not_checked" not in json.loads(budstikke("validate", "--json", path).out)
    assert "not checked" not in budstikke("validate", path).out


def test_for_other_messages_nothing_of_ebxml_is_imported(config: Path) -> None:
    rooms = ["adapter.envelope.rules", "adapter.cli.knowledge", "adapter.trust.cms"]
    message = resources.fixtures() / "messages" / "henvisning-2.0-med-signatur.xml"
    code = (
        "import sys\nfrom adapter.cli.main import main\n"
        f"try:\n    main(['validate', '--config', {str(config)!r}, {str(message)!r}])\n"
        f"except SystemExit:\n    print(*sorted(set({rooms}) & set(sys.modules)), 'imported')"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines()[-1] == "imported"
    assert str(message) in ran.stdout


def _all_known(config: Path, **of_the_sender: str) -> Path:
    """Write all that is known of a message into a configuration: answers, an agreement and the receiver's key."""
    pair, signing = world().encryption, Credential(Use.SIGNING, world().signing.certificate.der)
    own = config.parent / "own"
    own.mkdir()
    secret = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (own / "encryption.pem").write_bytes(secret + pem(pair.certificate))
    (sender, receiver), answers = (envelopes.SENDER, envelopes.RECEIVER), AddressCache(config.parent / "answers")
    for her_id, address in ((sender, envelopes.mail().sender), (receiver, envelopes.mail().receiver)):
        entry = Entry(her_id=her_id, name="Part", type="Service", edi_address=address)
        changes = of_the_sender if her_id == sender else {}
        answers.put(her_id, Kept(asked_at=NOW, entry=replace(entry, **changes)))
    agreed = Snapshot(
        name="Legekontoret",
        her_ids=(sender,),
        counterparts=(receiver,),
        agreement=knowing.AGREEMENT,
        taken_at=NOW,
        credentials=(signing,),
    )
    save(agreed, config.parent / "partners")
    tables = '\n[addresses]\ncache = "answers"\n\n[partners]\nfolder = "partners"\n'
    config.write_text(config.read_text("utf-8") + tables, "utf-8")
    return config


def test_a_broken_rule_is_told_with_its_number_and_what_to_do(budstikke: Budstikke, mail: Path) -> None:
    mail.write_bytes(envelopes.sent().replace(b'"ebXML"', b"ebXML"))

    ran = budstikke("validate", mail)

    assert ran.exit_code == 0
    assert '  EB-051 warn: SOAPAction in the head of the message is not "ebXML".' in ran.out.splitlines()


def test_what_would_be_sent_must_break_no_rule(budstikke: Budstikke, mail: Path) -> None:
    mail.write_bytes(envelopes.sent().replace(b'"ebXML"', b"ebXML"))

    assert budstikke("validate", "--as", "outbound", mail).exit_code == 1


def test_a_changed_envelope_is_rejected_without_a_receipt(budstikke: Budstikke, mail: Path) -> None:
    path = "SOAP:Header/eb:MessageHeader/eb:Action"
    mail.write_bytes(envelopes.changed(envelopes.sent(), envelopes.text(path, "EPIKRISE")))

    ran = budstikke("validate", "--json", mail)

    told = json.loads(ran.out)
    assert ran.exit_code == 1
    assert (told["kind"], told["verdict"], told["apprec"]) == ("ebxml", "reject", None)
    assert [finding["rule"] for finding in told["findings"]] == ["EB-050"]


def test_an_envelope_alone_is_known_by_its_root(budstikke: Budstikke, tmp_path: Path) -> None:
    path = tmp_path / "envelope.xml"
    path.write_bytes(b"<SOAP:Envelope xmlns:SOAP='http://schemas.xmlsoap.org/soap/envelope/'/>")

    ran = budstikke("validate", path)

    assert ran.exit_code == 1
    assert "EB-002" in ran.out
