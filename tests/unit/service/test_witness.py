"""Whose signature a message has, and what an issuer said when it was judged, stays in the message's record."""

from __future__ import annotations

import base64
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from answering import DAY, Office, serving
from cryptography.x509 import ocsp
from pki import NOW, UNTIL, World, world
from signing import BODY

from adapter import resources
from adapter.config.models import TrustTable
from adapter.partner.signers import Signers
from adapter.partner.snapshot import Credential, Snapshot, Use
from adapter.service import parts as parts_module
from adapter.service.parts import Parts, checker
from adapter.service.witness import LARGEST, Witness
from adapter.service.worker import Fetch, Worker
from adapter.trust.signature import sign
from adapter.trust.standing import Answer, Standing
from adapter.trust.verifier import Verifier

MESSAGE = resources.fixtures() / "messages" / "henvisning-2.0-komplett.xml"


class Saying:
    """Says the same of every certificate."""

    def __init__(self, proof: bytes | None) -> None:
        self._answer = Answer(standing=Standing.GOOD, evidence="All is well.", proof=proof)

    def ask(self, *_: Any) -> Answer:
        return self._answer


@pytest.fixture
def keys() -> World:
    return world()


def _witness(keys: World, proof: bytes | None) -> Witness:
    return Witness(Verifier(anchors=keys.anchors, revocations=Saying(proof)))


def _signed(keys: World, body: bytes = BODY) -> bytes:
    return sign(body, keys.signing.key, keys.signing.certificate.x509)


def test_a_statement_is_written_down_once(keys: World) -> None:
    witness = _witness(keys, b"statement")
    data = _signed(keys)
    assert witness.judge(data, at=NOW).is_verified
    judged, first, second = witness.events([(7, data), (8, b"another")])

    assert (judged.name, judged.message_id) == ("signature_judged", 7)
    assert (first.name, first.message_id) == ("revocation_checked", 7)
    assert first.data == {
        "said": "All is well.",
        "sha256": sha256(b"statement").hexdigest(),
        "statement": base64.b64encode(b"statement").decode(),
    }
    # one for the signer, one for the issuer
    assert second == first
    assert list(witness.events([(7, data)])) == []


def test_a_list_of_all_certificates_is_named_only(keys: World) -> None:
    witness = _witness(keys, b"x" * (LARGEST + 1))
    data = _signed(keys)
    witness.judge(data, at=NOW)

    _, *statements = witness.events([(7, data)])
    assert len(statements) == 2
    assert all("statement" not in event.data for event in statements)


def test_where_nothing_was_said_the_verdict_alone_is_written_down(keys: World) -> None:
    witness = _witness(keys, None)
    data = _signed(keys)
    witness.judge(data, at=NOW)
    (judged,) = witness.events([(7, data)])

    assert judged.data == {
        "intact": True,
        "trusted": True,
        "fault": None,
        "holder": "organisation",
        "organisation_number": "999888777",
    }


def test_of_what_nobody_signed_nothing_is_written_down(keys: World) -> None:
    witness = _witness(keys, b"statement")
    witness.judge(BODY, at=NOW)

    assert list(witness.events([(7, BODY)])) == []


def _register(her_id: str) -> Signers:
    snapshot = Snapshot(
        name="a",
        her_ids=(her_id,),
        source="a.json",
        taken_at=NOW,
        credentials=(Credential(Use.SIGNING, world().signing.certificate.der),),
    )
    return Signers((), (snapshot,))


def test_the_her_ids_of_the_signer_are_those_of_the_newest_register(keys: World) -> None:
    witness = _witness(keys, None)
    data = _signed(keys)
    found = []
    for her_id in ("8990101", "8990102"):
        witness.knowing(_register(her_id))
        witness.judge(data, at=NOW)
        found += [(event.data["her_ids"], event.data["her_ids_by"]) for event in witness.events([(7, data)])]

    assert found == [
        (["8990101"], "The certificate is listed for HER-id 8990101 in a.json."),
        (["8990102"], "The certificate is listed for HER-id 8990102 in a.json."),
    ]


def test_what_waits_to_be_written_down_holds_no_message(keys: World) -> None:
    witness = _witness(keys, b"statement")
    assert witness.judge(_signed(keys), at=NOW).signed is not None

    assert [verdict.signed for verdict in witness._heard.values()] == [None]


def test_nothing_of_a_person_is_written_down(keys: World) -> None:
    witness = _witness(keys, None)
    data = sign(BODY, keys.person.key, keys.person.certificate.x509)
    witness.judge(data, at=NOW)
    (judged,) = witness.events([(7, data)])

    assert judged.data["holder"] == "person"
    assert "Vits" not in repr(judged.data)
    assert keys.person.certificate.serial not in repr(judged.data)


def test_what_is_never_written_down_is_forgotten(keys: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapter.service.witness._MOST", 1)
    witness = _witness(keys, b"statement")
    first, second = _signed(keys), _signed(keys, BODY.replace(b"Hei", b"Hallo"))
    for data in (first, second):
        witness.judge(data, at=NOW)

    assert list(witness.events([(1, first)])) == []
    assert len(list(witness.events([(2, second)]))) == 3


def test_the_daemon_writes_it_with_the_decision(
    bench: Any, keys: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts_module, "checker", checker)
    with serving() as server:
        office = Office(server)
        office.respond(since=NOW, until=UNTIL)
        roots = keys.write_anchors(tmp_path / "roots")
        lists = tmp_path / "lists"
        lists.mkdir()
        (lists / "root.crl").write_bytes(keys.root.revocation_list([], at=NOW, lasts=10_000 * DAY))
        trust = TrustTable(roots=roots, revocation=("ocsp", "crl"), revocation_lists=lists)
        settings = bench.settings.model_copy(update={"trust": trust})
        data = sign(MESSAGE.read_bytes(), office.holder.key, office.holder.certificate.x509)
        bench.home.put("referrer", "signed.xml", data)
        parts = Parts.build(settings, store=bench.parts.store)
        (item,) = parts.channels["referrer"].listing(10, bench.now)
        Worker(replace(parts, post=bench.parts.post), "w", lambda: bench.now).do(Fetch("referrer", (item,)))

    with bench.parts.store.reading() as query:
        told = query.events(message_id=1)
    events = [event for event in told if event.name == "revocation_checked"]
    (judged,) = [event.data for event in told if event.name == "signature_judged"]
    assert (judged["trusted"], judged["organisation_number"], judged["her_ids"]) == (True, "999888777", [])
    assert judged["her_ids_by"] == "No party lists the certificate, and none is of organisation 999888777."
    assert len(events) == 2
    answer = ocsp.load_der_ocsp_response(base64.b64decode(events[0].data["statement"]))
    assert answer.serial_number == office.holder.certificate.x509.serial_number
    assert "list of Budstikke TEST Root" in events[1].data["said"]
