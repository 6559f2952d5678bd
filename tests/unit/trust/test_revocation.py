"""Whether a certificate was taken back, asked of an authority on the loopback: honest, late, gone or false."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from answering import DAY, Office, reply, serving, signed_by_pss
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as wire
from cryptography.x509.oid import ExtendedKeyUsageOID
from pki import CLINIC, NOW, SINCE, UNTIL, World, key

from adapter.trust import crl, ocsp
from adapter.trust.certificate import Certificate
from adapter.trust.fetch import HttpFetch
from adapter.trust.pki import Pair, Purpose
from adapter.trust.revocation import PAUSE, Revocation
from adapter.trust.standing import Answer, Standing
from adapter.trust.statement import Unreliable


@pytest.fixture
def office() -> Iterator[Office]:
    with serving() as server:
        yield Office(server)


class Clock:
    """A clock that a test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def _asking(clock: Clock | None = None, **given: Any) -> Revocation:
    return Revocation(fetch=HttpFetch(timeout=60), clock=clock or Clock(), **given)


def _ask(revocation: Revocation, office: Office, at: datetime = NOW) -> Answer:
    return revocation.ask(office.holder.certificate, office.authority.pair.certificate, at)


def test_who_is_on_no_list_stands_well(office: Office) -> None:
    office.publish()
    answer = _ask(_asking(), office)

    assert (answer.standing, answer.revoked_at) == (Standing.GOOD, None)
    assert "list of Budstikke TEST CA 1" in answer.evidence
    assert answer.proof is not None
    assert x509.load_der_x509_crl(answer.proof).issuer == office.authority.pair.certificate.x509.subject
    assert office.server.asked == ["/list"]


def test_who_is_on_the_list_was_taken_back_from_then_on(office: Office) -> None:
    office.publish(office.holder)

    assert _ask(_asking(), office).standing is Standing.REVOKED
    before = _ask(_asking(), office, NOW - timedelta(hours=1))
    assert (before.standing, before.revoked_at) == (Standing.GOOD, NOW)


def test_the_reason_on_a_list_is_told(office: Office) -> None:
    issuer = office.authority.pair
    entry = x509.RevokedCertificateBuilder().serial_number(office.holder.certificate.x509.serial_number)
    entry = entry.revocation_date(NOW).add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
    office.server.pages["/list"] = lambda _body: _list(office, entries=[entry.build()])

    assert "(keyCompromise)" in _ask(_asking(), office).evidence
    assert issuer.certificate.subject in _ask(_asking(), office).evidence


def _list(
    office: Office,
    *extensions: tuple[x509.ExtensionType, bool],
    entries: list[x509.RevokedCertificate] | None = None,
    issuer: x509.Name | None = None,
    signed_by: Any = None,
    at: datetime = NOW,
) -> bytes:
    builder = x509.CertificateRevocationListBuilder().last_update(at).next_update(at + DAY)
    builder = builder.issuer_name(issuer or office.authority.pair.certificate.x509.subject)
    for entry in entries or []:
        builder = builder.add_revoked_certificate(entry)
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    return builder.sign(signed_by or office.authority.pair.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _scope(**said: Any) -> tuple[x509.ExtensionType, bool]:
    flags = dict.fromkeys(("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl"), False)
    point = x509.IssuingDistributionPoint(
        **({"full_name": None, "relative_name": None, "only_some_reasons": None} | flags)
        | {"only_contains_attribute_certs": False}
        | said
    )
    return point, True


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda _office, _world: b"rubbish", "cannot be read"),
        (lambda office, world: _list(office, issuer=world.root.pair.certificate.x509.subject), "another issuer's"),
        (lambda office, world: _list(office, signed_by=world.foreign.key), "not signed by its issuer"),
        (lambda office, _world: _list(office, _scope(indirect_crl=True)), "not the whole list"),
        (
            lambda office, _world: _list(office, _scope(only_some_reasons=frozenset({x509.ReasonFlags.superseded}))),
            "not the whole list",
        ),
        (lambda office, _world: _list(office, _scope(only_contains_ca_certs=True)), "other kinds"),
        (lambda office, _world: _list(office, (x509.DeltaCRLIndicator(1), True)), "critical extension"),
        (lambda office, _world: _list(office, at=NOW - 3 * DAY), "out of date"),
        (lambda office, _world: _list(office, at=NOW + timedelta(hours=1)), "still to come"),
    ],
)
def test_a_list_that_cannot_be_relied_on_says_nothing(office: Office, world: World, made: Any, why: str) -> None:
    office.server.pages["/list"] = lambda _body: made(office, world)
    answer = _ask(_asking(ways=("crl",)), office)

    assert (answer.standing, answer.proof) == (Standing.UNKNOWN, None)
    assert why in answer.evidence


def test_a_list_of_holders_only_is_one_to_rely_on(office: Office) -> None:
    office.server.pages["/list"] = lambda _body: _list(office, _scope(only_contains_user_certs=True))

    assert _ask(_asking(), office).standing is Standing.GOOD


def test_a_list_of_holders_says_nothing_of_an_issuer(office: Office, world: World, tmp_path: Path) -> None:
    root = world.root.pair
    data = _list(
        office, _scope(only_contains_user_certs=True), issuer=root.certificate.x509.subject, signed_by=root.key
    )
    (tmp_path / "root.crl").write_bytes(data)
    answer = _asking(lists=tmp_path).ask(world.issuing.pair.certificate, root.certificate, NOW)

    assert answer.standing is Standing.UNKNOWN


def test_a_list_younger_than_the_certificate_says_nothing(office: Office) -> None:
    clock = Clock()
    clock.now = UNTIL + DAY
    office.publish(at=clock.now)
    answer = _ask(_asking(clock, ways=("crl",)), office)

    assert answer.standing is Standing.UNKNOWN
    assert "younger" in answer.evidence


def test_an_indirect_list_is_not_even_fetched(office: Office) -> None:
    name = x509.DirectoryName(office.authority.pair.certificate.x509.subject)
    there = [x509.UniformResourceIdentifier(office.server.url("/list"))]
    points = x509.CRLDistributionPoints(
        [
            x509.DistributionPoint(there, None, None, [name]),
            x509.DistributionPoint([x509.UniformResourceIdentifier("ldap://127.0.0.1/")], None, None, None),
        ]
    )
    authority = replace(office.authority, additions=(points,))
    pair = authority.issue(CLINIC, key("holder"), Purpose.SIGNING, since=SINCE, until=UNTIL)
    answer = _asking().ask(pair.certificate, authority.pair.certificate, NOW)

    assert answer.standing is Standing.UNKNOWN
    assert "names no place to ask at" in answer.evidence
    assert office.server.asked == []


def test_lists_in_a_folder_need_no_network(office: Office, tmp_path: Path) -> None:
    data = office.authority.revocation_list([office.holder.certificate], at=NOW, lasts=DAY)
    (tmp_path / "ca.crl").write_bytes(data)
    (tmp_path / "other.crl").write_bytes(b"rubbish")
    (tmp_path / "note.txt").write_bytes(b"no list")
    revocation = _asking(lists=tmp_path)

    assert _ask(revocation, office).standing is Standing.REVOKED
    (tmp_path / "ca.crl").write_bytes(office.authority.revocation_list([], at=NOW, lasts=DAY))
    os.utime(tmp_path / "ca.crl", (1, 1))
    assert _ask(revocation, office).standing is Standing.GOOD
    assert office.server.asked == []
    assert _ask(_asking(lists=tmp_path / "missing", ways=("crl",)), office).standing is Standing.UNKNOWN


def test_a_list_is_fetched_once_and_kept_for_the_next_run(office: Office, tmp_path: Path) -> None:
    office.publish()
    first = _asking(cache=tmp_path / "kept")
    assert [_ask(first, office).standing for _ in range(3)] == [Standing.GOOD] * 3
    assert _ask(_asking(cache=tmp_path / "kept"), office).standing is Standing.GOOD

    assert office.server.asked == ["/list"]


def test_a_kept_list_that_was_changed_is_fetched_again(office: Office, tmp_path: Path) -> None:
    office.publish()
    _ask(_asking(cache=tmp_path), office)
    for path in tmp_path.iterdir():
        path.write_bytes(b"rubbish")

    assert _ask(_asking(cache=tmp_path), office).standing is Standing.GOOD
    assert len(office.server.asked) == 2


def test_a_newer_list_is_fetched_when_the_old_one_is_out_of_date(office: Office) -> None:
    clock = Clock()
    revocation = _asking(clock)
    office.publish()
    assert _ask(revocation, office).standing is Standing.GOOD
    clock.now = NOW + 2 * DAY
    office.publish(office.holder, at=clock.now)

    assert _ask(revocation, office, clock.now).standing is Standing.REVOKED


def test_what_was_good_for_the_moment_still_says_so_when_nobody_answers(office: Office) -> None:
    clock = Clock()
    revocation = _asking(clock, ways=("crl",))
    office.publish()
    _ask(revocation, office)
    office.server.pages.clear()
    clock.now = NOW + 2 * DAY

    assert _ask(revocation, office, NOW).standing is Standing.GOOD
    later = _ask(revocation, office, clock.now)
    assert later.standing is Standing.UNKNOWN
    assert "404" in later.evidence


def test_a_server_that_does_not_answer_is_left_alone_for_a_while(office: Office) -> None:
    clock = Clock()
    revocation = _asking(clock)
    answers = [_ask(revocation, office) for _ in range(3)]

    assert {answer.standing for answer in answers} == {Standing.UNKNOWN}
    assert office.server.asked == ["/list", "/ocsp"]
    clock.now = NOW + PAUSE
    office.publish()
    assert _ask(revocation, office).standing is Standing.GOOD


def test_a_server_that_was_forgotten_is_not_asked_with_every_message(office: Office) -> None:
    office.publish(at=NOW - 3 * DAY)
    revocation = _asking(ways=("crl",))
    answers = [_ask(revocation, office) for _ in range(3)]

    assert office.server.asked == ["/list"]
    assert all("out of date since 2026-02-28" in answer.evidence for answer in answers)
    assert _ask(revocation, office, NOW - 3 * DAY).standing is Standing.GOOD


def test_a_responder_that_is_silent_about_one_is_not_asked_about_another(office: Office, world: World) -> None:
    other = office.authority.issue(CLINIC, key("person"), Purpose.SIGNING, since=SINCE, until=UNTIL)
    revocation = _asking(ways=("ocsp",))
    for pair in (office.holder, other, office.holder):
        revocation.ask(pair.certificate, world.issuing.pair.certificate, NOW)

    assert office.server.asked == ["/ocsp"]


def test_a_responder_is_asked_where_the_list_cannot_be_had(office: Office) -> None:
    office.respond()
    answer = _ask(_asking(), office)

    assert answer.standing is Standing.GOOD
    assert "answer of Budstikke TEST CA 1" in answer.evidence
    assert answer.proof is not None
    assert wire.load_der_ocsp_response(answer.proof).certificate_status is wire.OCSPCertStatus.GOOD
    assert office.server.asked == ["/list", "/ocsp"]


@pytest.mark.parametrize("uses_nonce", [True, False])
def test_a_responder_says_when_and_why(office: Office, *, uses_nonce: bool) -> None:
    office.respond(revoked_at=NOW - DAY)
    revocation = _asking(ways=("ocsp",), uses_nonce=uses_nonce)
    answer = _ask(revocation, office)

    assert (answer.standing, answer.revoked_at) == (Standing.REVOKED, NOW - DAY)
    assert "(keyCompromise)" in answer.evidence
    assert _ask(revocation, office, NOW - 2 * DAY).standing is Standing.GOOD
    assert office.server.asked == ["/ocsp"]


def test_a_responder_that_the_issuer_appointed_is_believed(office: Office) -> None:
    office.respond(by=office.delegate)

    assert "answer of Budstikke TEST Responder" in _ask(_asking(ways=("ocsp",)), office).evidence


def test_a_responder_need_not_repeat_the_number(office: Office) -> None:
    office.respond(repeats=False)

    assert _ask(_asking(ways=("ocsp",), uses_nonce=True), office).standing is Standing.GOOD


def test_an_answer_without_an_end_holds_for_an_hour(office: Office) -> None:
    clock = Clock()
    revocation = _asking(clock, ways=("ocsp",))
    office.respond(until=None)
    assert _ask(revocation, office).standing is Standing.GOOD
    clock.now = NOW + timedelta(hours=2)

    assert _ask(revocation, office, clock.now).standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"status": wire.OCSPCertStatus.UNKNOWN}, "does not know"),
        ({"since": NOW - 3 * DAY, "until": NOW - 2 * DAY}, "out of date"),
        ({"since": NOW + DAY, "until": NOW + 2 * DAY}, "still to come"),
        ({"nonce": b"\1" * 16}, "another question"),
        ({"by": "stranger"}, "nor of a responder"),
        ({"by": "other purpose"}, "nor of a responder"),
        ({"by": "holder"}, "nor of a responder"),
        ({"is_forged": True}, "not signed by"),
        ({"issuer": "root"}, "another certificate"),
    ],
)
def test_an_answer_that_cannot_be_relied_on_says_nothing(
    office: Office, world: World, told: dict[str, Any], why: str
) -> None:
    stand_ins: dict[Any, Any] = {
        "stranger": office.appoint(ExtendedKeyUsageOID.OCSP_SIGNING, world.foreign_root),
        "other purpose": office.appoint(ExtendedKeyUsageOID.EMAIL_PROTECTION),
        "holder": world.person,
        "root": world.root,
    }
    office.respond(**{name: stand_ins.get(value, value) for name, value in told.items()})
    answer = _ask(_asking(ways=("ocsp",), uses_nonce=True), office)

    assert (answer.standing, answer.proof) == (Standing.UNKNOWN, None)
    assert why in answer.evidence


def _respond_by_pss(office: Office, signer: Pair | None = None, by: Pair | None = None, **scheme: Any) -> None:
    office.server.pages["/ocsp"] = lambda body: signed_by_pss(
        reply(office.authority, office.holder, body, by=by), signer or by or office.authority.pair, **scheme
    )


@pytest.mark.parametrize(
    "scheme", [{}, {"salt": 20}, {"salt": 0}, {"function": hashes.SHA384(), "salt": 48}, {"mask": hashes.SHA384()}]
)
@pytest.mark.parametrize("is_delegated", [False, True])
def test_an_answer_signed_by_rsassa_pss_is_believed(
    office: Office, scheme: dict[str, Any], *, is_delegated: bool
) -> None:
    _respond_by_pss(office, by=office.delegate if is_delegated else None, **scheme)

    assert _ask(_asking(ways=("ocsp",)), office).standing is Standing.GOOD


@pytest.mark.parametrize(
    ("scheme", "why"),
    [
        ({"function": hashes.SHA1()}, "not relied on"),  # noqa: S303 - refused
        ({"mask": hashes.SHA1()}, "not relied on"),  # noqa: S303 - refused
        ({"told_salt": 20}, "not signed by the responder"),
        ({"told_salt": 1_000_000}, "cannot be read"),
        ({"told_trailer": 2}, "cannot be read"),
    ],
)
def test_an_answer_signed_by_rsassa_pss_is_not_believed_whatever_it_says(
    office: Office, scheme: dict[str, Any], why: str
) -> None:
    _respond_by_pss(office, **scheme)
    answer = _ask(_asking(ways=("ocsp",)), office)

    assert (answer.standing, answer.proof) == (Standing.UNKNOWN, None)
    assert why in answer.evidence


def test_an_answer_signed_by_a_stranger_by_rsassa_pss_is_not_believed(office: Office, world: World) -> None:
    _respond_by_pss(office, signer=world.foreign)

    assert "not signed by the responder" in _ask(_asking(ways=("ocsp",)), office).evidence


def test_an_elliptic_key_does_not_sign_by_rsassa_pss(office: Office) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    issuer = _plain("Budstikke TEST EC", secret, secret)
    request = ocsp.question(office.holder.certificate, office.authority.pair.certificate)
    told = signed_by_pss(reply(office.authority, office.holder, request), office.holder)
    response = wire.load_der_ocsp_response(told)

    with pytest.raises(Unreliable, match="not signed by the responder"):
        ocsp._check_signature(told, response, issuer)


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (b"rubbish", "cannot be read"),
        (
            wire.OCSPResponseBuilder.build_unsuccessful(wire.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER),
            "try later",
        ),
    ],
)
def test_a_responder_that_answers_nothing_says_nothing(office: Office, page: bytes, why: str) -> None:
    office.server.pages["/ocsp"] = lambda _body: page

    assert why in _ask(_asking(ways=("ocsp",)), office).evidence


def test_an_answer_about_another_certificate_says_nothing(office: Office, world: World) -> None:
    office.server.pages["/ocsp"] = lambda body: _about(office, world, body)

    assert "another certificate" in _ask(_asking(ways=("ocsp",)), office).evidence


def _about(office: Office, world: World, body: bytes) -> bytes:
    return reply(office.authority, world.signing, body)


def test_an_issuer_with_an_elliptic_key_that_says_little_is_believed() -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    issuer, holder = _plain("Budstikke TEST EC", secret, secret), _plain("Innehaver TEST", key("holder"), secret)
    made = (
        x509.CertificateRevocationListBuilder().issuer_name(issuer.x509.subject).last_update(NOW).next_update(NOW + DAY)
    )
    only_issuers, is_critical = _scope(only_contains_ca_certs=True)
    data = made.sign(secret, hashes.SHA256()).public_bytes(Encoding.DER)
    wrong = made.add_extension(only_issuers, critical=is_critical).sign(secret, hashes.SHA256())
    reply_to = wire.OCSPResponseBuilder().add_response(
        cert=holder.x509,
        issuer=issuer.x509,
        algorithm=hashes.SHA256(),
        cert_status=wire.OCSPCertStatus.GOOD,
        this_update=NOW,
        next_update=NOW + DAY,
        revocation_time=None,
        revocation_reason=None,
    )
    signed = reply_to.responder_id(wire.OCSPResponderEncoding.NAME, issuer.x509).sign(secret, hashes.SHA256())

    assert crl.read_list(data, issuer).standing(holder, NOW, NOW).standing is Standing.GOOD
    assert ocsp.read_reply(signed.public_bytes(Encoding.DER), holder, issuer).revoked_at is None
    with pytest.raises(Unreliable, match="other kinds"):
        crl.read_list(wrong.public_bytes(Encoding.PEM), issuer).standing(holder, NOW, NOW)


def _plain(name: str, own: Any, by: Any) -> Certificate:
    """Return a certificate without extensions."""
    issuer, subject = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in ("Budstikke TEST EC", name)
    )
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(own.public_key())
    made = builder.serial_number(7).not_valid_before(SINCE).not_valid_after(UNTIL).sign(by, hashes.SHA256())
    return Certificate.of(made.public_bytes(Encoding.DER))


def test_a_list_that_cannot_be_read_or_kept_is_no_reason_to_fail(office: Office, tmp_path: Path) -> None:
    office.publish()
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder.crl").mkdir()
    answer = _ask(_asking(cache=tmp_path / "file", lists=tmp_path), office)

    assert answer.standing is Standing.GOOD


def test_how_it_is_shown_says_nothing_of_what_it_knows(office: Office) -> None:
    office.publish()
    revocation = _asking()
    _ask(revocation, office)

    assert "_kept" not in repr(revocation)
    assert "proof" not in repr(_ask(revocation, office))
