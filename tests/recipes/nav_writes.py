"""What NAV writes to doctors of its own accord: summons to meetings, and notes, each with the letter as a PDF."""

from __future__ import annotations

import uuid

from recipes.base import GP, IDS, NAV, PATIENT, Table, recipe, refers_to, written

CASE = str(uuid.uuid5(IDS, "NAV/samtale om møte"))
LETTER = {"file": "attachments/funksjonsvurdering.pdf", "description": "Brev fra NAV"}


def _from_nav(payload: Table, conversation: Table) -> Table:
    return {
        "kind": "dialogmelding",
        "version": "1.0",
        "ack": "J Ja",
        "generated": "2026-03-02T10:00:00.000000000",
        "conversation": conversation,
        "sender": NAV,
        "receiver": GP,
        "patient": PATIENT,
        "dialogmelding": payload,
        "attachments": [LETTER],
    }


def _summons(name: str, theme: str, text: str) -> None:
    asked = {"kind": theme, "question": text, "document_id": str(uuid.uuid5(IDS, f"NAV/{theme}"))}
    recipe(name)(lambda made: written(made, _from_nav({"foresporsler": [asked]}, refers_to(CASE))))


def _note(name: str, theme: str, text: str) -> None:
    note = {"theme": theme, "text": text}
    recipe(name)(lambda made: written(made, _from_nav({"notater": [note]}, refers_to(CASE))))


_summons("dialogmelding-1.0-nav-innkalling-til-mote.xml", "8125:1", "Du innkalles til dialogmøte 13.04.2026 kl. 12.00.")
_summons("dialogmelding-1.0-nav-endring-av-mote.xml", "8125:2", "Dialogmøtet er flyttet til 20.04.2026 kl. 12.00.")
_note("dialogmelding-1.0-nav-oppfolgingsplan.xml", "8127:1", "Åpne PDF-vedlegg")
_note("dialogmelding-1.0-nav-friskmelding.xml", "8127:2", "Pasienten er friskmeldt til arbeidsformidling.")
_note("dialogmelding-1.0-nav-retur-av-legeerklaering.xml", "8127:3", "Legeerklæringen mangler opplysninger.")
_note("dialogmelding-1.0-nav-avlysning-av-mote.xml", "8127:4", "Dialogmøtet er avlyst.")
_note("dialogmelding-1.0-nav-referat.xml", "8127:9", "Referat fra dialogmøtet ligger ved.")
