"""NAV's messages and messages to NAV."""

from __future__ import annotations

import uuid

from recipes.base import GP, IDS, NAV, PATIENT, Table, edited, msg_id, recipe, refers_to, spec, without, written

CASE = str(uuid.uuid5(IDS, "NAV/samtale"))


def _nav_asks(theme: str, question: str | None) -> Table:
    asked: Table = {"kind": theme, "document_id": str(uuid.uuid5(IDS, f"NAV/{theme}"))}
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
        "document_id": str(uuid.uuid5(IDS, "NAV/8129:1")),
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
