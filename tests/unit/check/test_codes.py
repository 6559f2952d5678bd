"""Unknown codes are remarks, one for each place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapter.check import codes
from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Severity
from adapter.check.policy import Policy
from adapter.message import Code, Document, Message, coded
from adapter.message.henvisning import InformationItem, Medication, Reason, RequestedService

Build = Callable[..., Message]


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_known_codes_pass(referral: Build, codelists: CodeLists, version: str) -> None:
    assert list(codes.check(referral(version), codelists, Policy())) == []


def test_the_codes_of_a_dialogue_message_pass(dialogue: Build, codelists: CodeLists) -> None:
    assert list(codes.check(dialogue(), codelists, Policy())) == []


@pytest.mark.parametrize(
    ("version", "changes", "path"),
    [
        ("1.1", {"service_type": Code("Q")}, "/Message/ServReq/ServType"),
        ("1.1", {"requested": RequestedService(priority=Code("Q"))}, "/Message/ServReq/ReqServ/Priority"),
        (
            "1.1",
            {"reasons": (Reason(heading=Code("Q")), Reason(heading=Code("R")))},
            "/Message/ServReq/ReasonAsText/Heading",
        ),
        ("1.0", {"payment_category": Code("GR")}, "/Message/ServReq/PaymentCat"),
        ("1.1", {"sex": Code("7")}, "/Message/ServReq/Patient/Sex"),
        ("1.1", {"status": Code("Q")}, "/Message/Status"),
        (
            "1.1",
            {"requested": RequestedService(service_type=Code("Q"), priority=Code("N"))},
            "/Message/ServReq/ReqServ/ServType",
        ),
        (
            "1.1",
            {"information": (InformationItem(content=Medication(status=Code("3q"))),)},
            "/Message/ServReq/Patient/InfItem/Medication/Status",
        ),
        (
            "2.0",
            {"information": (InformationItem(content=Medication(status=Code("6"))),)},
            "/MsgHead/Document/RefDoc/Content/Henvisning/InfItem/Medication/Status",
        ),
        ("2.0", {"sex": Code("7")}, "/MsgHead/MsgInfo/Patient/Sex"),
        ("2.0", {"type": Code("HENVISNING_QQ")}, "/MsgHead/MsgInfo/Type"),
    ],
)
def test_an_unknown_code_is_one_remark_for_its_place(
    referral: Build, codelists: CodeLists, version: str, changes: dict[str, object], path: str
) -> None:
    (finding,) = codes.check(referral(version, **changes), codelists, Policy())

    assert (finding.rule, finding.severity, finding.path) == ("MSG-16", Severity.INFO, path)


def test_the_payment_categories_of_1_1_are_not_unknown(referral: Build, codelists: CodeLists) -> None:
    """Version 1.0 has a list of its own (8426)."""
    assert list(codes.check(referral("1.1", payment_category=Code("GR")), codelists, Policy())) == []


def test_an_unknown_kind_of_reference_is_a_remark(referral: Build, codelists: CodeLists) -> None:
    message = referral("1.0")
    strange = replace(message, documents=(*message.documents, Document(kind=Code("Q"), id="1")))

    (finding,) = codes.check(strange, codelists, Policy())

    assert finding.path == "/Message/ServReq/RefDoc/MsgType"


def test_a_sender_is_warned_of_an_unknown_code(referral: Build, codelists: CodeLists) -> None:
    (finding,) = codes.check(referral(service_type=Code("Q")), codelists, Policy(direction=Direction.OUTBOUND))

    assert finding.severity is Severity.WARN


def test_a_list_that_is_not_at_hand_is_no_remark(referral: Build, codelists: CodeLists) -> None:
    strange = referral(description=coded(99999, "Q"))

    assert list(codes.check(strange, codelists, Policy())) == []


def test_a_code_of_a_partners_own_list_is_no_remark(referral: Build, codelists: CodeLists) -> None:
    """A code with an OID of its own is not one of the national list that stands in its place otherwise."""
    own = Reason(heading=Code("X1", "Eget", "2.16.578.1.34.10.1"), text="tekst")

    assert list(codes.check(referral("2.0", reasons=(own,)), codelists, Policy())) == []


def test_an_unknown_code_is_not_quoted(referral: Build, codelists: CodeLists) -> None:
    (finding,) = codes.check(referral(service_type=Code("Vakker Blomst")), codelists, Policy())

    assert "Blomst" not in repr(finding)
