"""Messages to NAV, each wrong in one way: what the profile NAVT stops, and what NAV itself would reject or lose."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable

from recipes.base import IDS, Table, edited, msg_id, recipe, refers_to, spec, with_, without, written

CASE = str(uuid.uuid5(IDS, "NAV/samtale"))
ASKED = msg_id("dialogmelding-1.0-nav-foresporsel.xml")

#: Where things stand in the specification.
_NOTE = ("dialogmelding", "notater", 0)
_TEXT = (*_NOTE, "text", "text")
_DOCTOR = ("sender", "organisation", "professional")
_PATIENT = ("patient", "identity_number")


def inquiry() -> Table:
    """Return a doctor's inquiry, with nothing attached."""
    return spec("dialogmelding-1.0-nav") | {"attachments": []}


def _changed(value: object, *path: str | int) -> Callable[[str], bytes]:
    return lambda name: written(name, with_(inquiry(), value, *path))


def _said(text: str) -> Callable[[str], bytes]:
    return _changed(text, *_TEXT)


def _attached(*files: Table) -> Callable[[str], bytes]:
    return lambda name: written(name, inquiry(), attachments=list(files))


def _file(data: bytes, mime_type: str, description: str) -> Table:
    return {"base64": base64.b64encode(data).decode(), "mime_type": mime_type, "description": description}


def _answer(theme: str = "9069:5", asked: str | None = "8129:1 Forespørsel om pasient") -> Table:
    table = with_(inquiry(), theme, *_NOTE, "theme")
    table = with_(table, "Pasienten er henvist til Arbeidsrettet mestringsopphold.", *_TEXT)
    if asked:
        question = {"kind": asked, "question": "Ber om opplysninger.", "document_id": CASE}
        table = with_(table, question, *_NOTE, "foresporsel")
    return table | {"conversation": refers_to(ASKED, CASE)}


# --- NAVT-01 to NAVT-04: what it is and what it says ------------------------------------------------------------

recipe("dialogmelding-1.0-nav-feil-type.xml")(_changed("DIALOG_AVVIK Tilbakemelding om feil i mottatt melding", "type"))
recipe("dialogmelding-1.0-nav-svar-plo-kode.xml")(lambda name: written(name, _answer("9069:3")))
recipe("dialogmelding-1.0-nav-svar-ekko.xml")(
    lambda name: written(name, _answer("8129:1"), type="DIALOG_SVAR Svar på forespørsel")
)
recipe("dialogmelding-1.0-nav-svar-til-mote-feil-kode.xml")(
    lambda name: written(name, _answer(asked="8125:1 Innkalling dialogmøte 2"))
)
recipe("dialogmelding-1.0-nav-moterespons.xml")(
    lambda name: written(name, _answer("8126:2", asked="8125:1 Innkalling dialogmøte 2"))
)
recipe("dialogmelding-1.0-nav-to-notater.xml")(
    lambda name: written(name, with_(inquiry(), inquiry()["dialogmelding"]["notater"] * 2, "dialogmelding", "notater"))
)


@recipe("dialogmelding-1.0-nav-feil-kodenavn.xml")
def _(name: str) -> bytes:
    data = written(name, inquiry())
    return edited(data, ('DN="Henvendelse om sykefraværsoppfølging"', 'DN="Henvendelse fra lege"'))


recipe("dialogmelding-1.0-nav-sykmeldt-uten-a-si-det.xml")(_said("Pasienten trenger hjelp til å beholde arbeidet."))


@recipe("dialogmelding-1.0-nav-ikke-sykmeldt.xml")
def _(name: str) -> bytes:
    table = with_(inquiry(), "8128:2", *_NOTE, "theme")
    return written(name, with_(table, "Pasienten er ikke sykmeldt, men står i fare for å bli det.", *_TEXT))


@recipe("dialogmelding-1.0-nav-sykmeldt-med-feil-kode.xml")
def _(name: str) -> bytes:
    return written(name, with_(inquiry(), "8128:2", *_NOTE, "theme"))


recipe("dialogmelding-1.0-nav-uten-tekst.xml")(_said(" \n "))
recipe("dialogmelding-1.0-nav-utypet-tekst.xml")(_changed("Pasienten er sykmeldt og trenger tiltak.", *_NOTE, "text"))
recipe("dialogmelding-1.0-nav-lang-tekst.xml")(_said("Pasienten er sykmeldt og trenger tiltak. " * 60))
recipe("dialogmelding-1.0-nav-spesialtegn.xml")(_said("Pasienten er sykmeldt – trenger «tiltak» → raskt."))

# --- NAVT-05 to NAVT-08: about whom, from whom, to whom ---------------------------------------------------------

recipe("dialogmelding-1.0-nav-fh-nummer.xml")(_changed("80005045804", *_PATIENT))
recipe("dialogmelding-1.0-nav-feil-kontrollsiffer.xml")(_changed("14838400053", *_PATIENT))
recipe("dialogmelding-1.0-nav-nummer-fra-2032.xml")(_changed("30847800182", *_PATIENT))
recipe("dialogmelding-1.0-nav-legen-selv.xml")(_changed("05898597468", *_PATIENT))
recipe("dialogmelding-1.0-nav-uten-hpr.xml")(lambda name: written(name, without(inquiry(), *_DOCTOR, "hpr")))
recipe("dialogmelding-1.0-nav-sykepleier.xml")(_changed("SP Sykepleier", *_DOCTOR, "profession"))
recipe("dialogmelding-1.0-nav-uten-legens-nummer.xml")(
    lambda name: written(name, without(inquiry(), *_DOCTOR, "identity_number"))
)


@recipe("dialogmelding-1.0-nav-flere-feil.xml")
def _(name: str) -> bytes:
    table = with_(inquiry(), "SP Sykepleier", *_DOCTOR, "profession")
    return written(name, with_(with_(table, "05898597469", *_DOCTOR, "identity_number"), "14838400053", *_PATIENT))


@recipe("dialogmelding-1.0-nav-signert.xml")
def _(name: str) -> bytes:
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        '<ds:Reference URI=""><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        "<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></MsgHead>"
    )
    return edited(written(name, inquiry()), ("</MsgHead>", signature))


recipe("dialogmelding-1.0-nav-feil-organisasjon.xml")(
    _changed("310000205", "receiver", "organisation", "organisation_number")
)

# --- NAVT-09: what comes with it --------------------------------------------------------------------------------

recipe("dialogmelding-1.0-nav-med-vedlegg.xml")(_attached({"file": "attachments/funksjonsvurdering.pdf"}))
recipe("dialogmelding-1.0-nav-vedlegg-ukjent-type.xml")(
    _attached(_file(b"Syntetisk notat", "application/msword", "notat"))
)
recipe("dialogmelding-1.0-nav-vedlegg-ikke-pdf.xml")(
    _attached(_file(b"<html><body>Ikke en PDF</body></html>", "application/pdf", "notat"))
)


@recipe("dialogmelding-1.0-nav-vedlegg-umerket.xml")
def _(name: str) -> bytes:
    data = written(name, inquiry(), attachments=[{"file": "attachments/funksjonsvurdering.pdf"}])
    return edited(data, ('<MsgType V="A" DN="Vedlegg"/>', '<MsgType V="REF" DN="Referanse"/>'))


# --- NAVT-10 to NAVT-12: the conversation, and secrecy ----------------------------------------------------------


@recipe("dialogmelding-1.0-nav-med-foresporsel.xml")
def _(name: str) -> bytes:
    question = {"kind": "8129:1", "question": "Kan NAV hjelpe pasienten?", "document_id": CASE}
    table = with_(inquiry(), question, *_NOTE, "foresporsel")
    return written(name, table)


recipe("dialogmelding-1.0-nav-ukjent-samtale.xml")(
    lambda name: written(name, inquiry(), conversation=refers_to(str(uuid.uuid5(IDS, "NAV/ukjent samtale"))))
)
recipe("dialogmelding-1.0-nav-svar-uten-referanse.xml")(lambda name: written(name, without(_answer(), "conversation")))
recipe("dialogmelding-1.0-nav-svar-feil-referanse.xml")(
    lambda name: written(name, _answer(), conversation=refers_to(ASKED, "sak 17"))
)
recipe("dialogmelding-1.0-nav-svar-uten-foresporsel.xml")(lambda name: written(name, _answer(asked=None)))
recipe("dialogmelding-1.0-nav-samme-innhold.xml")(lambda name: written(name, inquiry()))
recipe("dialogmelding-1.0-nav-annet-nummer.xml")(_said("Pasienten er sykmeldt. Se også 029171 00171."))
recipe("dialogmelding-1.0-nav-hele-henvisningen.xml")(
    _attached({"file": "attachments/funksjonsvurdering.pdf", "description": "Henvisning"})
)
