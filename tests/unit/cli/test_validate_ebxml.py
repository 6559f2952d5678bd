"""`validate` knows ebXML files, and holds them to the rules of HITS 1172."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import envelopes
import pytest

Budstikke = Callable[..., Any]


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """Return a mail that breaks no rule."""
    path = tmp_path / "message.eml"
    path.write_bytes(envelopes.sent())
    return path


def test_a_right_mail_is_accepted(budstikke: Budstikke, mail: Path) -> None:
    ran = budstikke("validate", mail)

    assert ran.exit_code == 0
    assert ran.out.splitlines() == [f"accept      {mail}  ebxml", "1 file: 1 accept"]


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
