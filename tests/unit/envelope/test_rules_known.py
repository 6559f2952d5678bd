"""Each rule of HITS 1172 that needs a register of parties or a key is broken once here, and holds once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import envelopes
import pytest
import sealing
from envelopes import RECEIVER, SENDER
from knowing import (
    AGREEMENT,
    PART,
    RULES,
    Book,
    agreed,
    book,
    knowledge,
    sealed,
    the_agreement,
    the_receiver,
    the_sender,
)
from pki import NOW, world

from adapter.check.finding import Verdict
from adapter.envelope.addressing import NAV
from adapter.envelope.rules.checker import EnvelopeReport, check
from adapter.envelope.rules.knowledge import Knowledge, KnownParty
from adapter.envelope.rules.table import code, load
from adapter.trust.pki import Pair

Case = Callable[[], tuple[bytes, Knowledge]]
NOBODY = frozenset[bytes]()


def by(register: Callable[[], Book], make: Callable[[], bytes] = agreed) -> Case:
    """Return a message, and the register that it is held against."""
    return lambda: (make(), knowledge(register()))


def holding(content: bytes) -> Case:
    """Return a message with a content inside, and the key for it."""
    return lambda: (agreed(sealed(content)), knowledge())


def to_nav() -> bytes:
    return agreed(receiver=NAV)


def cut_off(*, by_key_identifier: bool = False) -> tuple[bytes, Knowledge]:
    """Return a message for a key of ours, of which the encrypted content is not whole."""
    craft = sealing.Craft(cut=1, by_key_identifier=by_key_identifier)
    return agreed(sealing.sealed(PART, world().encryption, craft)), knowledge()


BROKEN: dict[tuple[str, str], Case] = {
    ("029", ""): by(lambda: book(sender=the_sender(is_listed=False))),
    ("029", "unknown"): by(lambda: book(sender=the_sender(is_listed=None))),
    ("054", ""): by(lambda: book(receiver=the_receiver(is_listed=False))),
    ("054", "unknown"): by(lambda: book(receiver=the_receiver(is_listed=None))),
    ("030", ""): by(lambda: book(sender=the_sender(is_level_two=False))),
    ("030", "nav"): by(lambda: book(sender=the_sender(is_level_two=False)), to_nav),
    ("054", "type"): by(lambda: book(receiver=the_receiver(is_level_two=False))),
    ("054", "nav"): by(lambda: book(nav=the_receiver(is_level_two=False)), to_nav),
    ("110", ""): by(book, lambda: agreed(cpa_id=envelopes.CONVERSATION)),
    ("111", ""): by(lambda: book(agreement=the_agreement(her_ids=frozenset({RECEIVER})))),
    ("112", ""): by(lambda: book(agreement=the_agreement(her_ids=frozenset({SENDER})))),
    ("113", ""): by(lambda: book(agreement=the_agreement(valid_from=NOW + timedelta(seconds=1)))),
    ("114", ""): by(lambda: book(agreement=the_agreement(valid_until=NOW - timedelta(seconds=1)))),
    ("261", ""): by(lambda: book(sender=the_sender(addresses=frozenset({"annen@testedi.nhn.no"})))),
    ("262", ""): by(lambda: book(receiver=the_receiver(addresses=frozenset({"annen@testedi.nhn.no"})))),
    ("079", ""): by(lambda: book(sender=the_sender(certificates=NOBODY))),
    ("044", ""): by(lambda: book(sender=the_sender(certificates=frozenset({world().foreign.certificate.der})))),
    ("5.15", ""): cut_off,
    ("5.15.1", "bare"): holding(b'<?xml version="1.0"?>\n<MsgHead/>'),
    ("264", ""): holding(PART.replace(b"Content-Transfer-Encoding: 8bit\r\n", b"")),
    ("5.15.1", "missing"): holding(PART.replace(b"Content-Type: application/xml\r\n", b"")),
    ("5.15.1", "xml"): holding(PART.replace(b"application/xml", b"application/gzip")),
    ("259", "inside"): holding(PART.replace(b"8bit", b"7bit")),
}


def found(report: EnvelopeReport) -> list[str]:
    return [finding.rule for finding in report.findings]


def unchecked(report: EnvelopeReport) -> set[str]:
    return {one.id for one in report.unchecked}


@pytest.mark.parametrize("rule", list(BROKEN), ids=["-".join(filter(None, rule)) for rule in BROKEN])
def test_where_a_rule_is_broken_it_is_told_and_no_other(rule: tuple[str, str]) -> None:
    data, known = BROKEN[rule]()

    report = check(data, knowledge=known)

    number, _ = rule
    assert [(finding.rule, finding.text) for finding in report.findings] == [(code(number), load().rules[rule].text)]
    assert not report.unchecked


def test_every_rule_that_needs_more_than_the_message_is_broken_once() -> None:
    assert set(BROKEN) == RULES
    assert set(load().needing) <= RULES


@pytest.mark.parametrize("rule", list(load().needing), ids=["-".join(filter(None, rule)) for rule in load().needing])
def test_a_rule_holds_where_what_it_needs_is_known_and_is_not_checked_where_nothing_is(rule: tuple[str, str]) -> None:
    data = agreed()

    alone, informed = check(data), check(data, knowledge=knowledge())

    assert load().needing[rule] in alone.unchecked
    assert load().needing[rule] not in informed.unchecked
    assert code(rule[0]) not in found(informed)


def test_a_message_of_which_everything_is_known_and_right_is_accepted_whole() -> None:
    report = check(agreed(), knowledge=knowledge())

    assert (report.findings, report.unchecked, report.verdict) == ((), (), Verdict.ACCEPT)


def test_what_needs_more_than_the_message_says_what() -> None:
    assert all(one.title and one.reason for one in load().needing.values())
    assert {one.id for one in load().unchecked} == {"EB-269", "EB-270"}


def test_a_register_that_has_heard_of_nobody_breaks_no_rule_but_those_on_who_is_known() -> None:
    report = check(agreed(), knowledge=Knowledge(register=Book(), pairs=(world().encryption,)))

    assert found(report) == ["EB-029", "EB-054"]
    assert unchecked(report) == {
        *("EB-030", "EB-054", "EB-110", "EB-111", "EB-112", "EB-113", "EB-114"),
        *("EB-261", "EB-262", "EB-079", "EB-044"),
    }


def test_a_party_that_nobody_has_is_of_no_kind() -> None:
    nobody = KnownParty(is_listed=False)

    report = check(agreed(), knowledge=knowledge(book(receiver=nobody)))

    assert found(report) == ["EB-054"]
    assert unchecked(report) == {"EB-262"}


def test_with_nav_either_level_is_right() -> None:
    report = check(agreed(receiver=NAV), knowledge=knowledge(book(nav=the_receiver(is_level_two=None))))

    assert (report.findings, report.unchecked) == ((), ())


def test_a_message_without_an_agreement_is_asked_for_none() -> None:
    data = agreed(cpa_id=f"{RECEIVER}_{SENDER}")

    alone, informed = check(data), check(data, knowledge=knowledge())

    assert not {f"EB-{number}" for number in range(110, 115)} & {*unchecked(alone), *found(informed)}
    assert not informed.unchecked


def test_an_agreement_named_by_its_maker_is_looked_up_too() -> None:
    named = "nav:qass:35065"
    register = Book(book().parties, {named: the_agreement(valid_until=NOW - timedelta(days=1))})

    report = check(agreed(cpa_id=named), knowledge=knowledge(register))

    assert found(report) == ["EB-012", "EB-114"]


def test_an_agreement_of_which_nothing_is_known_is_not_checked() -> None:
    report = check(agreed(), knowledge=knowledge(Book(book().parties)))

    assert report.findings == ()
    assert unchecked(report) == {f"EB-{number}" for number in range(110, 115)}


def test_an_agreement_holds_from_its_first_moment_to_its_last() -> None:
    momentary = the_agreement(valid_from=NOW, valid_until=NOW)

    assert found(check(agreed(), knowledge=knowledge(book(agreement=momentary)))) == []


def test_an_agreement_without_end_never_ends() -> None:
    open_ended = the_agreement(valid_from=None, valid_until=None)

    assert found(check(agreed(), knowledge=knowledge(book(agreement=open_ended)))) == []


def test_a_register_that_tells_no_more_of_a_certificate_than_its_sha1_is_believed() -> None:
    der = world().signing.certificate.der
    thumbprint = hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()
    right = the_sender(certificates=NOBODY, thumbprint=thumbprint)
    wrong = replace(right, thumbprint="0" * 40)

    assert found(check(agreed(), knowledge=knowledge(book(sender=right)))) == []
    assert found(check(agreed(), knowledge=knowledge(book(sender=wrong)))) == ["EB-044"]


def test_what_is_no_certificate_is_compared_with_none() -> None:
    path = "SOAP:Header/ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate"
    data = envelopes.changed(agreed(), envelopes.text(path, "AAAA"))

    report = check(data, knowledge=knowledge())

    assert "EB-046" in found(report)
    assert "EB-044" not in found(report)


def test_addresses_are_the_same_in_capitals_and_with_a_name() -> None:
    data = agreed().replace(b"From: fastlege@testedi.nhn.no", b"From: Legekontoret <FASTLEGE@testedi.nhn.no>")
    data = data.replace(b"To: klinikk@testedi.nhn.no", b"To: arkiv@testedi.nhn.no, klinikk@testedi.nhn.no")

    assert found(check(data, knowledge=knowledge())) == []


@pytest.mark.parametrize("written", [b"(" * 30_000, b"<" * 30_000, b"," * 30_000])
def test_a_sender_that_is_no_address_is_told_of(written: bytes) -> None:
    data = agreed().replace(b"From: fastlege@testedi.nhn.no", b"From: " + written)

    assert found(check(data, knowledge=knowledge())) == ["EB-261"]


def test_an_envelope_alone_is_not_asked_for_the_addresses_of_its_mail() -> None:
    data = base64.b64decode(agreed().split(b"\r\n\r\n")[2].partition(b"\r\n--")[0])

    report = check(data, knowledge=knowledge())

    assert found(report) == ["EB-050"]
    assert not report.unchecked


def test_a_party_without_a_right_her_id_is_looked_up_nowhere() -> None:
    path = "SOAP:Header/eb:MessageHeader/eb:From/eb:PartyId"
    data = envelopes.changed(agreed(), envelopes.text(path, "899.0201"))

    report = check(data, knowledge=knowledge())

    assert set(found(report)) == {"EB-031", "EB-050", "EB-111"}
    assert not report.unchecked


def test_a_signal_is_held_against_the_register_too() -> None:
    both = the_sender().addresses | the_receiver().addresses
    gone, there = the_receiver(is_listed=False, addresses=both), the_sender(addresses=both)

    assert found(check(envelopes.receipt(), knowledge=knowledge(book(there, gone)))) == ["EB-029"]


def test_an_attachment_for_somebody_else_is_not_checked_inside() -> None:
    others = Pair(world().signing.key, world().signing.certificate)

    report = check(agreed(), knowledge=Knowledge(register=book(), pairs=(others,)))

    assert report.findings == ()
    assert {one.reason for one in report.unchecked} == {load().needing["264", ""].reason}


def test_an_attachment_that_is_not_encrypted_is_told_of_once() -> None:
    report = check(agreed(b"<MsgHead/>"), knowledge=knowledge())

    assert (found(report), report.unchecked) == (["EB-263"], ())


def test_an_attachment_marked_by_its_key_is_known_to_be_ours() -> None:
    whole = agreed(sealing.sealed(PART, world().encryption, sealing.Craft(by_key_identifier=True)))
    cut, known = cut_off(by_key_identifier=True)

    assert found(check(whole, knowledge=known)) == []
    assert found(check(cut, knowledge=known)) == ["EB-5.15"]


def test_a_document_that_is_only_compressed_stands_alone() -> None:
    data = agreed(sealed(b"\x1f\x8b\x08\x00: not looked into"))

    assert [finding.severity.value for finding in check(data, knowledge=knowledge()).findings] == ["info"]


def test_the_older_name_of_xml_is_as_good() -> None:
    data = agreed(sealed(PART.replace(b"application/xml", b"text/xml; charset=utf-8")))

    assert found(check(data, knowledge=knowledge())) == []


def test_a_head_that_is_larger_than_any_is_none() -> None:
    data = agreed(sealed(b"X: y\r\n" * 2_000 + PART))

    assert found(check(data, knowledge=knowledge())) == ["EB-5.15.1"]


def test_a_message_that_cannot_be_read_is_told_so_and_nothing_else() -> None:
    report = check(b'Content-Type: multipart/related; boundary="x"\r\n\r\nnothing', knowledge=knowledge())

    assert (found(report), report.unchecked) == (["EB-5.6"], ())


def test_what_was_not_checked_is_part_of_the_report_for_machines() -> None:
    report = check(agreed(), knowledge=Knowledge(register=book()))
    inside = [("5.15", ""), ("264", ""), ("5.15.1", "missing"), ("5.15.1", "xml"), ("259", "inside")]
    needing = [load().needing[rule] for rule in inside]

    told = report.as_dict()

    assert told["verdict"] == "accept"
    assert told["not_checked"] == [{"rule": one.id, "title": one.title, "needs": one.reason} for one in needing]


def test_the_agreement_of_the_message_is_the_one_that_is_known() -> None:
    assert AGREEMENT.encode() in base64.b64decode(agreed().split(b"\r\n\r\n")[2].partition(b"\r\n--")[0])
