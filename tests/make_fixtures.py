"""Make `fixtures/messages/`: every synthetic message, the same bytes each time.

    python tests/make_fixtures.py            writes what is missing or different, removes what no recipe makes
    python tests/make_fixtures.py --check    changes nothing; exit code 1 where something differs

A recipe starts from a specification in `fixtures/specs/`, changes some fields, writes the message with
`adapter.wire.write`, and where the message shall be broken edits the bytes. Each edit must find its text exactly
once, so that a recipe cannot silently make a message that is not broken.
`fixtures/index.toml` says, by hand, what each message is and what it must come to.
"""

from __future__ import annotations

import argparse
import base64
import copy
import itertools
import sys
import tomllib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.message import Message
from adapter.wire import write
from adapter.wire.spec import from_spec

Table = dict[str, Any]
Recipe = Callable[[], bytes]

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
#: Ids of fixtures are derived from their names, so that they never change.
_IDS = uuid.UUID("8b0f6c1e-4d57-5c6e-9d0a-3f2f5a0c7e11")
SPECS = resources.fixtures() / "specs"
TARGET = resources.fixtures() / "messages"

RECIPES: dict[str, Recipe] = {}
_LISTS = CodeLists.load()


def recipe(name: str) -> Callable[[Callable[[str], bytes]], Callable[[str], bytes]]:
    """Register a function that makes the message of a name."""

    def register(make: Callable[[str], bytes]) -> Callable[[str], bytes]:
        if name in RECIPES:
            message = f"two recipes make {name}"
            raise ValueError(message)
        RECIPES[name] = lambda: make(name)
        return make

    return register


# --- building ---------------------------------------------------------------------------------------------------


def spec(name: str) -> Table:
    """Return a specification of `fixtures/specs/`, to be changed."""
    return tomllib.loads((SPECS / f"{name}.toml").read_text("utf-8"))


def built(name: str, data: Table, **top: object) -> Message:
    """Return the message of a specification, with ids derived from the fixture's name."""
    numbers = itertools.count(1)
    table = {**data, **top}
    return from_spec(
        table,
        now=NOW,
        new_id=lambda: str(uuid.uuid5(_IDS, f"{name}/{next(numbers)}")),
        name_of=_LISTS.name_of,
        folder=SPECS,
    )


def msg_id(name: str) -> str:
    """Return the MsgId of another fixture."""
    return str(uuid.uuid5(_IDS, f"{name}/1"))


def document_id(name: str) -> str:
    """Return the document id of another fixture that is a referral."""
    return str(uuid.uuid5(_IDS, f"{name}/2"))


def edited(data: bytes, *edits: tuple[str, str]) -> bytes:
    """Return bytes with each text, which must stand there exactly once, replaced."""
    for old, new in edits:
        found = data.count(old.encode())
        if found != 1:
            message = f"{old!r} stands {found} times in the message"
            raise ValueError(message)
        data = data.replace(old.encode(), new.encode())
    return data


def moved(data: bytes, element: str, before: str) -> bytes:
    """Return bytes with the first whole element of a name moved to before another one."""
    start = data.index(f"<{element}>".encode())
    end = data.index(f"</{element}>".encode()) + len(f"</{element}>")
    whole = data[start:end]
    return edited(data[:start] + data[end:], (before, whole.decode() + before))


def without(table: Table, *path: str | int) -> Table:
    """Return a table without one of its keys."""
    changed = copy.deepcopy(table)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return changed


def with_(table: Table, value: object, *path: str | int) -> Table:
    """Return a table with one of its keys changed."""
    changed = copy.deepcopy(table)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def without_information(table: Table, *kinds: str) -> Table:
    """Return a referral without the clinical facts of some kinds."""
    kept = [item for item in table["henvisning"]["information"] if item["kind"].split()[0] not in kinds]
    return with_(table, kept, "henvisning", "information")


def referral(version: str) -> Table:
    """Return the complete referral of a version."""
    return spec("henvisning-2.0-ny-tilstand" if version == "2.0" else f"henvisning-{version}")


def plain(version: str = "1.1") -> Table:
    """Return the complete referral without its attachment."""
    table = referral(version)
    table.pop("attachments", None)
    return table


def written(name: str, data: Table, **top: object) -> bytes:
    """Return the bytes of a specification's message."""
    return write(built(name, data, **top))


# --- parties ----------------------------------------------------------------------------------------------------

CLINIC = {
    "organisation": {
        "name": "Syntetisk sykehus HF",
        "her_id": "8990100",
        "unit": {"name": "Fysikalsk medisin og rehabilitering", "her_id": "8990101"},
    }
}
GP = {
    "organisation": {
        "name": "Syntetisk legesenter",
        "her_id": "8990200",
        "professional": {"name": "Grønn Vits", "her_id": "8990201"},
    }
}
CENTRE = {
    "organisation": {
        "name": "Syntetisk kommune",
        "her_id": "8990300",
        "unit": {"name": "Frisklivssentralen", "her_id": "8990301"},
    }
}
NAV = {"organisation": {"name": "NAV", "organisation_number": "889640782", "her_id": "79768"}}
PATIENT = {"name": "Vakker Blomst", "identity_number": "14838400052"}
AUTHOR = {"name": "Grønn Vits", "profession": "LE Lege", "hpr": "565501872", "phone": "77000001"}
CLINICIAN = {"name": "Rolig Skog", "profession": "FT Fysioterapeut", "hpr": "565501872", "phone": "77000003"}


def refers_to(parent: str, conversation: str | None = None) -> Table:
    """Return the references to earlier messages, by their MsgId."""
    return {"parent": parent, "conversation": conversation or parent}


# --- referrals that are right -----------------------------------------------------------------------------------


def _complete(version: str) -> Callable[[str], bytes]:
    return lambda name: written(name, referral(version))


recipe("henvisning-1.0-komplett.xml")(_complete("1.0"))
recipe("henvisning-1.1-komplett.xml")(_complete("1.1"))
recipe("henvisning-2.0-komplett.xml")(_complete("2.0"))


@recipe("henvisning-1.1-uten-sykmeldingsstatus.xml")
def _(name: str) -> bytes:
    return written(name, without_information(plain(), "SYKM"))


@recipe("henvisning-2.0-uten-sykmeldingsstatus.xml")
def _(name: str) -> bytes:
    return written(name, without_information(plain("2.0"), "SYKM"))


@recipe("henvisning-1.1-uten-telefon.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "patient", "phone"))


@recipe("henvisning-1.1-uten-sykmeldingsstatus-og-telefon.xml")
def _(name: str) -> bytes:
    return written(name, without(without_information(plain(), "SYKM"), "patient", "phone"))


@recipe("henvisning-1.1-feil-profesjon.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "FT Fysioterapeut", "henvisning", "referrer", "profession"))


@recipe("henvisning-1.1-uten-henviser.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "henvisning", "referrer"))


@recipe("henvisning-1.1-uten-hpr.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "henvisning", "referrer", "hpr"))


@recipe("henvisning-1.1-uten-problemstilling.xml")
def _(name: str) -> bytes:
    return written(name, without(without(plain(), "henvisning", "information"), "henvisning", "reasons"))


@recipe("henvisning-1.1-uten-arbeidsforhold.xml")
def _(name: str) -> bytes:
    table = without(plain(), "henvisning", "contact_persons")
    reasons = {
        "PROB": "Langvarige smerter i nedre del av ryggen.",
        "UTRED": "Arbeidsrettet mestringsopphold.",
    }
    return written(name, with_(table, reasons, "henvisning", "reasons"))


@recipe("henvisning-1.1-sammenslatt-tekst.xml")
def _(name: str) -> bytes:
    text = (
        "Aktuell problemstilling:\r\nLangvarige smerter i nedre del av ryggen.\r\n\r\n"
        "Arbeidsforhold:\r\nRenholder i 80 % stilling.\r\n\r\n"
        "Sykemeldingsstatus:\r\nGradert sykmeldt 50 % siden 5. januar.\r\n\r\n"
        "Tidligere utredning og behandling:\r\nFysioterapi ti ganger.\r\n\r\n"
        "Ønsket undersøkelse/behandling:\r\nArbeidsrettet mestringsopphold"
    )
    table = without(without(plain(), "henvisning", "contact_persons"), "henvisning", "information")
    return written(name, with_(table, {"PROB": text}, "henvisning", "reasons"))


@recipe("henvisning-1.1-umerket.xml")
def _(name: str) -> bytes:
    table = without(plain(), "henvisning", "request_comment")
    return written(name, with_(table, "Vurdering og tverrfaglig tilbud.", "henvisning", "reasons", "UTRED"))


@recipe("henvisning-1.1-merket-hia.xml")
def _(name: str) -> bytes:
    table = with_(plain(), "HIA", "henvisning", "request_comment")
    return written(name, with_(table, "HelseIArbeid: vurdering.", "henvisning", "reasons", "UTRED"))


@recipe("henvisning-1.1-raskere-tilbake.xml")
def _(name: str) -> bytes:
    text = "Raskere tilbake. Arbeidsrettet mestringsopphold"
    return written(name, with_(plain(), text, "henvisning", "request_comment"))


@recipe("henvisning-1.1-oyeblikkelig-hjelp.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "0 Øyeblikkelig hjelp", "henvisning", "requested", "priority"))


@recipe("henvisning-1.1-oyeblikkelig-hjelp-ukjent-pasient.xml")
def _(name: str) -> bytes:
    table = with_(plain(), "0 Øyeblikkelig hjelp", "henvisning", "requested", "priority")
    return written(name, with_(table, {"name": "Ukjent Pasient"}, "patient"))


@recipe("henvisning-1.1-utilstrekkelig-pasient.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), {"name": "Vakker Blomst", "phone": "90000001"}, "patient"))


@recipe("henvisning-2.0-utilstrekkelig-pasient.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain("2.0"), {"name": "Vakker Blomst", "phone": "90000001"}, "patient"))


@recipe("henvisning-1.1-fodselsdato-og-kjonn.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "patient", "identity_number"))


@recipe("henvisning-1.1-d-nummer.xml")
def _(name: str) -> bytes:
    patient = {
        "name": "Sindig Fjord",
        "identity_number": "49869000085",
        "date_of_birth": "1990-06-09",
        "sex": "2 Kvinne",
        "phone": "90000001",
    }
    return written(name, with_(plain(), patient, "patient"))


@recipe("henvisning-1.1-feil-kontrollsiffer.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "14838400053", "patient", "identity_number"))


@recipe("henvisning-1.1-feil-pasient.xml")
def _(name: str) -> bytes:
    table = with_(plain(), "1971-11-02", "patient", "date_of_birth")
    return written(name, with_(table, "1 Mann", "patient", "sex"))


@recipe("henvisning-1.1-ukjent-kode.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "Q7 Egen hastegrad", "henvisning", "requested", "priority"))


@recipe("henvisning-1.1-kopimottaker.xml")
def _(name: str) -> bytes:
    return written(name, plain(), other_receivers=[{"role": "COP Kopimottaker", **CENTRE}])


@recipe("henvisning-1.1-testmelding.xml")
def _(name: str) -> bytes:
    return written(name, plain(), status="TEST Melding til testformål")


# --- change and cancellation --------------------------------------------------------------------------------------


def _follow_up(version: str, service_type: str, comment: str) -> Callable[[str], bytes]:
    original = f"henvisning-{version}-komplett.xml"

    def make(name: str) -> bytes:
        table = with_(plain(version), service_type, "henvisning", "service_type")
        table = with_(table, document_id(original), "henvisning", "document_id")
        table = with_(table, comment, "henvisning", "request_comment")
        if service_type.startswith("C"):
            table["henvisning"].pop("information")
            table["henvisning"].pop("contact_persons", None)
        references = {"conversation": refers_to(msg_id(original))} if version == "2.0" else {}
        return written(name, table, **references)

    return make


for _version in ("1.1", "2.0"):
    recipe(f"henvisning-{_version}-endring.xml")(
        _follow_up(_version, "M Endring", "Arbeidsrettet mestringsopphold. Nytt telefonnummer.")
    )
    recipe(f"henvisning-{_version}-kansellering.xml")(
        _follow_up(_version, "C Kansellering", "Pasienten ønsker ikke tilbudet.")
    )


# --- addresses ----------------------------------------------------------------------------------------------------


@recipe("henvisning-1.1-ukjent-virksomhet.xml")
def _(name: str) -> bytes:
    other = {"name": "Et annet sykehus HF", "her_id": "8990900", "unit": {"name": "Ortopedi", "her_id": "8990901"}}
    return written(name, plain(), receiver={"organisation": other})


@recipe("henvisning-1.1-ukjent-tjeneste.xml")
def _(name: str) -> bytes:
    unit = {"name": "Nedlagt tjeneste", "her_id": "8990199"}
    return written(name, with_(plain(), unit, "receiver", "organisation", "unit"))


@recipe("henvisning-1.1-mottatt-for.xml")
def _(_name: str) -> bytes:
    return RECIPES["henvisning-1.1-komplett.xml"]()


@recipe("henvisning-1.1-samme-dokument-id.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), document_id("henvisning-1.1-komplett.xml"), "henvisning", "document_id"))


# --- attachments --------------------------------------------------------------------------------------------------


@recipe("henvisning-1.1-vedlegg-pdf-og-png.xml")
def _(name: str) -> bytes:
    files = [{"file": "attachments/funksjonsvurdering.pdf"}, {"file": "attachments/skisse.png"}]
    return written(name, referral("1.1"), attachments=files)


@recipe("henvisning-1.1-vedlegg-ukjent-type.xml")
def _(name: str) -> bytes:
    data = base64.b64encode(b"Syntetisk regneark").decode()
    sheet = {"base64": data, "mime_type": "application/vnd.ms-excel", "description": "regneark"}
    return written(name, referral("1.1"), attachments=[sheet])


@recipe("henvisning-1.1-vedlegg-lyver-om-type.xml")
def _(name: str) -> bytes:
    data = base64.b64encode(b"<html><body>Ikke en PDF</body></html>").decode()
    page = {"base64": data, "mime_type": "application/pdf", "description": "notat"}
    return written(name, referral("1.1"), attachments=[page])


# --- form -----------------------------------------------------------------------------------------------------------


def _broken(source: Callable[[], Table], *edits: tuple[str, str]) -> Callable[[str], bytes]:
    return lambda name: edited(written(name, source()), *edits)


recipe("henvisning-1.1-feil-dato.xml")(
    _broken(plain, ('<DateOfBirth V="1984-03-14"/>', '<DateOfBirth V="14.03.1984"/>'))
)
recipe("henvisning-1.1-mangler-obligatorisk.xml")(_broken(plain, ('<MsgDescr V="10" DN="Utredning/behandling"/>', "")))
recipe("henvisning-1.1-ukjent-element.xml")(_broken(plain, ("<ReqServ>", "<EgetFelt>x</EgetFelt><ReqServ>")))


@recipe("henvisning-1.1-feil-rekkefolge.xml")
def _(name: str) -> bytes:
    return moved(written(name, plain()), "ReqServ", "<ServProvider>")


@recipe("henvisning-1.1-oyeblikkelig-hjelp-feil-dato.xml")
def _(name: str) -> bytes:
    table = with_(plain(), "0 Øyeblikkelig hjelp", "henvisning", "requested", "priority")
    return edited(written(name, table), ('<DateOfBirth V="1984-03-14"/>', '<DateOfBirth V="14.03.1984"/>'))


@recipe("henvisning-2.0-mangler-obligatorisk.xml")
def _(name: str) -> bytes:
    data = written(name, plain("2.0"))
    start = data.index(b"<ReqServ>")
    return data[:start] + data[data.index(b"</ReqServ>") + len(b"</ReqServ>") :]


@recipe("henvisning-1.1-ikke-velformet.xml")
def _(name: str) -> bytes:
    return edited(written(name, plain()), ("</ReqServ>", ""))


@recipe("henvisning-1.1-ikke-velformet-uten-msgid.xml")
def _(name: str) -> bytes:
    data = written(name, plain())
    start, end = data.index(b"<MsgId>"), data.index(b"</MsgId>") + len(b"</MsgId>")
    return edited(data[:start] + data[end:], ("</ReqServ>", ""))


@recipe("henvisning-1.1-avkortet.xml")
def _(name: str) -> bytes:
    data = written(name, plain())
    return data[: data.index(b"</Requester>") + 200]


@recipe("henvisning-1.1-avkortet-for-avsender.xml")
def _(name: str) -> bytes:
    data = written(name, plain())
    return data[: data.index(b"<Requester>")]


@recipe("tom-fil.xml")
def _(_name: str) -> bytes:
    return b""


@recipe("henvisning-1.1-doctype-xxe.xml")
def _(name: str) -> bytes:
    data = written(name, plain())
    doctype = '<!DOCTYPE Message [<!ENTITY fil SYSTEM "file:///etc/hostname">]>\n<Message '
    return edited(data, ("<Message ", doctype), (">Eksempelbedriften AS<", ">&fil;<"))


@recipe("henvisning-1.1-milliard-latter.xml")
def _(name: str) -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE Message [<!ENTITY l0 "ha">{laughs}]>\n<Message '
    return edited(written(name, plain()), ("<Message ", doctype), (">Eksempelbedriften AS<", ">&l9;<"))


def _encoded(encoding: str, declared: str, mark: bytes = b"") -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        text = written(name, plain()).decode().replace('encoding="UTF-8"', f'encoding="{declared}"', 1)
        return mark + text.encode(encoding)

    return make


recipe("henvisning-1.1-utf-16.xml")(_encoded("utf-16", "UTF-16"))
recipe("henvisning-1.1-bom.xml")(_encoded("utf-8", "UTF-8", b"\xef\xbb\xbf"))
recipe("henvisning-1.1-feil-tegnsett.xml")(_encoded("iso-8859-1", "UTF-8"))


@recipe("henvisning-1.0-iso-8859-1.xml")
def _(name: str) -> bytes:
    text = written(name, plain("1.0")).decode().replace('encoding="UTF-8"', 'encoding="ISO-8859-1"', 1)
    return text.encode("iso-8859-1")


@recipe("henvisning-1.1-msgid-store-bokstaver.xml")
def _(name: str) -> bytes:
    return written(name, plain(), msg_id=str(uuid.uuid5(_IDS, name)).upper())


@recipe("henvisning-1.1-msgid-ikke-uuid.xml")
def _(name: str) -> bytes:
    return written(name, plain(), msg_id="1901162157lege21826.1")


@recipe("henvisning-1.1-20-kb.xml")
def _(name: str) -> bytes:
    table = plain()
    for number in range(1, 60):
        table["henvisning"]["information"].append(
            {
                "kind": "MEDB Legemiddelopplysning" if number % 2 else "FUNN Funn og undersøkelsesresultat",
                "start": "2025-11-01",
                **(
                    {
                        "medication": {
                            "drug": {"value": "N02BE01", "name": f"Paracetamol, kur {number}", "list": "7180"},
                            "status": "6 Benyttes regelmessig",
                            "dosage": "1 g inntil fire ganger daglig ved behov",
                        }
                    }
                    if number % 2
                    else {"text": f"Undersøkelse {number}: fingre til gulv {number} cm, Schobers test 10-14 cm."}
                ),
            }
        )
    return written(name, table)


# --- wrappers, foreign content --------------------------------------------------------------------------------------


def _body(data: bytes) -> str:
    return data.decode().split("?>\n", 1)[1]


@recipe("dialogmelding-1.0-fellesformat.xml")
def _(name: str) -> bytes:
    inner = _body(written(name, spec("dialogmelding-1.0-nav") | {"attachments": []}))
    block = (
        '<MottakenhetBlokk avsender="test" ediLoggId="2603020915lege00001.1" ebAction="Henvendelse" '
        'ebRole="Sykmelder" ebService="HenvendelseFraLege" mottattDatotid="2026-03-02T09:15:05" partnerReferanse="1"/>'
    )
    return f'<EI_fellesformat xmlns="http://www.nav.no/xml/eiff/2/">{inner}{block}</EI_fellesformat>\n'.encode()


@recipe("dialogmelding-1.0-hodemelding-i-hodemelding.xml")
def _(name: str) -> bytes:
    data = written(name, spec("dialogmelding-1.0-nav") | {"attachments": []})
    inner = _body(data)
    start, end = data.index(b"<Content>") + len(b"<Content>"), data.index(b"</Content>")
    return data[:start] + inner.encode() + data[end:]


@recipe("ukjent-innhold-i-hodemelding.xml")
def _(name: str) -> bytes:
    data = written(name, spec("dialogmelding-1.1-helsefaglig"), type="PLO_ORIENTERING Orientering om tjenestetilbud")
    start, end = data.index(b"<Content>") + len(b"<Content>"), data.index(b"</Content>")
    return (
        data[:start] + b'<Orientering xmlns="urn:syntetisk:orientering"><Tekst>Hei</Tekst></Orientering>' + data[end:]
    )


@recipe("ukjent-rot.xml")
def _(_name: str) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<Brev xmlns="urn:syntetisk:brev"><Tekst>Hei</Tekst></Brev>\n'


@recipe("henvisning-2.0-med-signatur.xml")
def _(name: str) -> bytes:
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        '<ds:Reference URI=""><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        "<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></MsgHead>"
    )
    return edited(written(name, plain("2.0")), ("</MsgHead>", signature))


# --- dialogue between clinic and referrer ---------------------------------------------------------------------------

REFERRAL = msg_id("henvisning-2.0-komplett.xml")
QUESTION = msg_id("dialogmelding-1.1-helsefaglig-sporsmal.xml")


@recipe("dialogmelding-1.1-helsefaglig-sporsmal.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.1-helsefaglig"), conversation=refers_to(REFERRAL))


@recipe("dialogmelding-1.1-helsefaglig-svar.xml")
def _(name: str) -> bytes:
    table = spec("dialogmelding-1.1-helsefaglig")
    note = table["dialogmelding"]["notater"][0]
    note["text"] = "Pasienten er gradert sykmeldt 50 % fra 2. februar; første fraværsdag 5. januar."
    note["roles"] = [{"role_to_patient": "6 Fastlege", "person": AUTHOR}]
    return written(name, table, sender=GP, receiver=CLINIC, conversation=refers_to(QUESTION, REFERRAL))


@recipe("dialogmelding-1.1-henvisning-sendt-som-dialog.xml")
def _(name: str) -> bytes:
    table = without(spec("dialogmelding-1.1-helsefaglig"), "conversation")
    note = table["dialogmelding"]["notater"][0]
    note["subject"] = "Arbeidsrettet mestringsopphold"
    note["text"] = "Henviser pasienten til Arbeidsrettet mestringsopphold. Ryggsmerter, renholder, sykmeldt."
    note["roles"] = [{"role_to_patient": "24 Kontakt hos mottaker", "person": {"profession": "LE Lege"}}]
    return written(name, table, sender=GP, receiver=CLINIC)


@recipe("dialogmelding-1.1-xhtml.xml")
def _(name: str) -> bytes:
    table = spec("dialogmelding-1.1-helsefaglig")
    table["dialogmelding"]["notater"][0]["text"] = {
        "markup": [
            '<div xmlns="http://www.w3.org/1999/xhtml"><h1>Svar</h1><p>Pasienten er <b>gradert</b> sykmeldt.</p></div>'
        ]
    }
    return written(name, table, sender=GP, receiver=CLINIC)


@recipe("dialogmelding-1.1-20-kb.xml")
def _(name: str) -> bytes:
    table = spec("dialogmelding-1.1-helsefaglig")
    lines = [f"{day}. dag: gruppesamling om mestring, trening i sal og samtale med veileder." for day in range(1, 240)]
    table["dialogmelding"]["notater"][0]["text"] = "\r\n".join(lines)
    return written(name, table, sender=GP, receiver=CLINIC)


_STATUS_TEXTS = {
    "1": "Pasienten innkalles 13.04.2026 kl. 09.00, Fysikalsk medisin og rehabilitering. Ansiennitetsdato 02.03.2026.",
    "2": "Henvisningen er vurdert. Ansiennitetsdato 02.03.2026. Frist for oppstart 01.06.2026. Tidspunkt kommer.",
    "3": "Henvisningen er sendt videre til Et annet sykehus HF, som har tilbudet.",
    "4": "Henvisningen er avvist: tilbudet passer ikke for pasientens plager. Pasienten har fått brev med klageadgang.",
}


def _status(code: str) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        table = without(spec("dialogmelding-1.1-status"), "other_receivers")
        note = table["dialogmelding"]["notater"][0]
        note["theme"] = f"9148:{code}"
        note["text"] = _STATUS_TEXTS[code]
        return written(name, table, conversation=refers_to(REFERRAL))

    return make


for _code in _STATUS_TEXTS:
    recipe(f"dialogmelding-1.1-status-{_code}.xml")(_status(_code))


@recipe("dialogmelding-1.1-status-med-kopi.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.1-status"), conversation=refers_to(REFERRAL))


@recipe("dialogmelding-1.0-avvik.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.0-avvik"), conversation=refers_to(REFERRAL))


@recipe("dialogmelding-1.0-foresporsel.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.0-foresporsel"))


@recipe("dialogmelding-1.0-svar.xml")
def _(name: str) -> bytes:
    asked = msg_id("dialogmelding-1.0-foresporsel.xml")
    return written(name, spec("dialogmelding-1.0-svar"), conversation=refers_to(asked))


# --- NAV --------------------------------------------------------------------------------------------------------------

CASE = str(uuid.uuid5(_IDS, "NAV/samtale"))


def _nav_asks(theme: str, question: str | None) -> Table:
    asked: Table = {"kind": theme, "document_id": str(uuid.uuid5(_IDS, f"NAV/{theme}"))}
    if question:
        asked["question"] = question
    return {
        "kind": "dialogmelding",
        "version": "1.0",
        "ack": "J Ja",
        "generated": "2026-03-02T10:00:00.000000000",
        "conversation": refers_to(CASE),
        "sender": NAV,
        "receiver": GP,
        "patient": PATIENT,
        "dialogmelding": {"foresporsler": [asked]},
    }


_NAV_QUESTION = "Spørsmål om tilleggsopplysninger vedrørende pasient. Svar honoreres med takst L8."


@recipe("dialogmelding-1.0-nav-behov-for-tiltak.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.0-nav") | {"attachments": []})


@recipe("dialogmelding-1.0-nav-foresporsel.xml")
def _(name: str) -> bytes:
    return written(name, _nav_asks("8129:1", _NAV_QUESTION))


@recipe("dialogmelding-1.0-nav-paminnelse.xml")
def _(name: str) -> bytes:
    return written(name, _nav_asks("8129:2", None))


@recipe("dialogmelding-1.0-nav-svar.xml")
def _(name: str) -> bytes:
    table = spec("dialogmelding-1.0-nav") | {"attachments": []}
    question = {
        "kind": "8129:1",
        "question": _NAV_QUESTION,
        "document_id": str(uuid.uuid5(_IDS, "NAV/8129:1")),
    }
    note = table["dialogmelding"]["notater"][0]
    note["theme"] = "9069:5"
    note["text"] = {"text": "Pasienten er henvist til Arbeidsrettet mestringsopphold.", "is_typed": True}
    note["foresporsel"] = question
    parent = msg_id("dialogmelding-1.0-nav-foresporsel.xml")
    return written(name, table, conversation=refers_to(parent, CASE))


@recipe("dialogmelding-1.0-nav-melding.xml")
def _(name: str) -> bytes:
    table = without(_nav_asks("8129:1", None), "dialogmelding")
    note = {"theme": "8127:8", "text": "NAV har vurdert behovet for tiltak og kaller inn pasienten til samtale."}
    return written(name, table | {"dialogmelding": {"notater": [note]}})


@recipe("dialogmelding-1.0-nav-omvendte-referanser.xml")
def _(name: str) -> bytes:
    data = written(name, _nav_asks("8129:1", _NAV_QUESTION))
    parent, conversation = f"<RefToParent>{CASE}</RefToParent>", f"<RefToConversation>{CASE}</RefToConversation>"
    return edited(data, (parent + conversation, conversation + parent))


@recipe("dialogmelding-1.0-nav-uten-virksomhetsnavn.xml")
def _(name: str) -> bytes:
    return edited(
        written(name, _nav_asks("8129:1", _NAV_QUESTION)),
        ("<OrganisationName>Syntetisk legesenter</OrganisationName>", ""),
    )


# --- receipts ---------------------------------------------------------------------------------------------------------


def _receipt(version: str, answers: str, **receipt: object) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        table = spec(f"apprec-{version}")
        old = answers.startswith("henvisning-1.0")
        original = {
            "kind": "HENVISNING Henvisning",
            "issued": "2026-03-02T09:15:00+01:00",
            "id": document_id(answers) if old else msg_id(answers),
        }
        return written(name, table | {"receipt": {"original": original, **receipt}})

    return make


def _error(value: str, detail: str) -> Table:
    return {"value": value, "list": "8221", "text": detail}


recipe("apprec-1.0-positiv-henvisning-1.0.xml")(_receipt("1.0", "henvisning-1.0-komplett.xml", status="1 OK"))
recipe("apprec-1.1-positiv.xml")(_receipt("1.1", "henvisning-1.1-komplett.xml", status="1 OK"))
recipe("apprec-1.1-negativ-to-feil.xml")(
    _receipt(
        "1.1",
        "henvisning-1.1-utilstrekkelig-pasient.xml",
        status="2 Avvist",
        errors=[
            _error("E36", "Fødselsnummer mangler."),
            _error("E21", "HER-id 8990199 er ikke en tjeneste hos oss."),
        ],
    )
)
recipe("apprec-1.1-ukjent-original.xml")(_receipt("1.1", "finnes-ikke.xml", status="1 OK"))


def _from_nav(answers: str, number: str, *reasons: str) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        table = spec("apprec-1.0")
        receipt: Table = {
            "status": "2 Avvist" if reasons else "1 OK",
            "errors": [{"value": "X99", "list": "8221", "name": reason} for reason in reasons],
            "original": {"kind": "DIALOG_NOTAT Notat", "issued": "2026-03-02T09:15:00", "id": msg_id(answers)},
        }
        return written(name, table, sender=NAV, msg_id=number, receipt=receipt)

    return make


_NEED = "dialogmelding-1.0-nav-behov-for-tiltak.xml"
recipe("apprec-1.0-nav-positiv.xml")(_from_nav(_NEED, "2603020920lege00002.1"))
recipe("apprec-1.0-nav-avvist.xml")(
    _from_nav(
        _NEED,
        "2603020921lege00003.1",
        "Behandler har ikke gyldig autorisasjon i HPR",
        "Behandler er suspendert av NAV på konsultasjonstidspunkt",
    )
)
recipe("apprec-1.0-nav-duplikat.xml")(
    _from_nav(
        _NEED,
        "2603020922lege00004.1",
        "Duplikat! - Dialogmeldingen fra 02-03-2026 09:15 har vi tidligere mottatt den 02-03-2026 09:15. "
        "Skal ikke sendes på nytt.",
    )
)


@recipe("apprec-1.0-nav-byttet-v-og-s.xml")
def _(name: str) -> bytes:
    data = _from_nav(_NEED, "2603020923lege00005.1", "Pasienten er ikkje registrert i folkeregisteret")(name)
    oid = "2.16.578.1.12.4.1.1.8221"
    return edited(data, (f'V="X99" S="{oid}"', f'V="{oid}" S="X99"'))


# --- the command ------------------------------------------------------------------------------------------------------


def messages() -> dict[str, bytes]:
    """Return every message by its file name."""
    return {name: make() for name, make in sorted(RECIPES.items())}


def main(arguments: list[str] | None = None) -> int:
    """Write the messages, or tell which differ from the ones that lie there."""
    parser = argparse.ArgumentParser(description="Make the synthetic messages.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 where something differs")
    only_check = parser.parse_args(arguments).check
    made = messages()
    TARGET.mkdir(exist_ok=True)
    there = {path.name: path.read_bytes() for path in TARGET.iterdir() if path.is_file()}
    different = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    for name in different:
        sys.stdout.write(f"{'differs' if only_check else 'written' if name in made else 'removed'}: {name}\n")
        if not only_check:
            _put(TARGET / name, made.get(name))
    return 1 if only_check and different else 0


def _put(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
