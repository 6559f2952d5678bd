"""Messages that each show one rule of a profile: referrals to the stay, and messages to a frisklivssentral."""

from __future__ import annotations

import base64
from typing import Any

from recipes.base import (
    AUTHOR,
    CENTRE,
    CLINIC,
    GP,
    PATIENT,
    Table,
    plain,
    recipe,
    referral,
    spec,
    with_,
    without,
    without_information,
    written,
)

# --- Arbeidsrettet mestringsopphold -----------------------------------------------------------------------------


@recipe("henvisning-1.1-uten-tidligere-behandling.xml")
def _(name: str) -> bytes:
    return written(name, without_information(plain(), "TB", "US"))


@recipe("henvisning-1.1-uten-fastlege.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "henvisning", "gp"))


@recipe("henvisning-1.1-uten-diagnose.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "henvisning", "diagnoses"))


@recipe("henvisning-1.1-uten-telefon-til-henviser.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "henvisning", "referrer", "phone"))


@recipe("henvisning-1.1-ber-om-rad.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "11 Råd til henviser", "henvisning", "description"))


@recipe("henvisning-2.0-flere-mottakere.xml")
def _(name: str) -> bytes:
    return written(name, plain("2.0"), other_receivers=[{"role": "COP Kopimottaker", **CENTRE}])


@recipe("henvisning-1.1-annen-diagnose.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), ["7170:K86 Hypertensjon ukomplisert"], "henvisning", "diagnoses"))


@recipe("henvisning-1.1-lang-sykmelding.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "2025-08-04", "henvisning", "information", 0, "origin"))


@recipe("henvisning-1.1-sykmelding-datoer-i-strid.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "2026-01-04", "henvisning", "information", 0, "end"))


def _wish(name: str) -> dict[str, Any]:
    wanted = {"name": name, "identifiers": [{"value": "8990400", "kind": {"value": "HER", "name": "HER-id"}}]}
    return {
        "relation": {"value": "OES", "name": "Ønsket behandlingssted"},
        "party": {"organisation": wanted},
    }


@recipe("henvisning-1.1-onsket-behandlingssted.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), [_wish("Et annet sykehus HF")], "henvisning", "care_relations"))


@recipe("henvisning-2.0-onsket-behandlingssted.xml")
def _(name: str) -> bytes:
    unit = {"organisation": {"name": "Et annet sykehus HF", "her_id": "8990400"}, "note": "Ønsket behandlingssted"}
    return written(name, with_(plain("2.0"), [unit], "henvisning", "units"))


@recipe("henvisning-1.1-psykisk-diagnose.xml")
def _(name: str) -> bytes:
    diagnoses = ["7170:L84 Ryggsyndrom uten smerteutstråling", "7170:P76 Depressiv lidelse"]
    return written(name, with_(plain(), diagnoses, "henvisning", "diagnoses"))


# --- Base rules -------------------------------------------------------------------------------------------------


@recipe("henvisning-1.1-smittet-vedlegg.xml")
def _(name: str) -> bytes:
    data = base64.b64encode(b"%PDF-1.4 Dette vedlegget melder viruskontrollen i testene om.").decode()
    return written(name, plain(), attachments=[{"base64": data, "mime_type": "application/pdf", "description": "x"}])


@recipe("henvisning-1.1-endring-uten-original.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "M Endring", "henvisning", "service_type"))


# --- Frisklivssentral -------------------------------------------------------------------------------------------

_THEMES = "fysisk aktivitet, kosthold, snus, søvn og alkohol, og om kursene KiB og KiD"


def _dialogue(text: str | None = "Pasienten ønsker en frisklivssamtale.") -> Table:
    """Return a Helsefaglig dialog that refers to the centre."""
    table = without(spec("dialogmelding-1.1-helsefaglig"), "conversation")
    note = table["dialogmelding"]["notater"][0]
    note["subject"] = "Henvisning til frisklivssentralen"
    note["text"] = text
    if text is None:
        del note["text"]
    at_receiver = {"role_to_patient": "24 Kontakt hos mottaker", "person": {"profession": "XX Ukjent"}}
    note["roles"] = [{"role_to_patient": "6 Fastlege", "person": AUTHOR}, at_receiver]
    return {**table, "sender": GP, "receiver": CENTRE, "patient": {**PATIENT, "phone": "90000001"}}


@recipe("frisklivssentral-helsefaglig-dialog.xml")
def _(name: str) -> bytes:
    return written(name, _dialogue())


@recipe("frisklivssentral-temaer.xml")
def _(name: str) -> bytes:
    return written(name, _dialogue(f"Pasienten ønsker hjelp med {_THEMES}."))


@recipe("frisklivssentral-til-sykehus.xml")
def _(name: str) -> bytes:
    hospital = {"organisation": {**CENTRE["organisation"], "kind": "101 Helseforetak"}}
    return written(name, _dialogue(), receiver=hospital)


@recipe("frisklivssentral-henvisning-1.1.xml")
def _(name: str) -> bytes:
    table = without(without(referral("1.1"), "henvisning", "diagnoses"), "attachments")
    reasons = {"PROB": "Ønsker å komme i gang med trening.", "UTRED": "Frisklivssamtale."}
    table = with_(without(table, "henvisning", "information"), reasons, "henvisning", "reasons")
    return written(name, with_(table, "Frisklivsresept", "henvisning", "request_comment"), receiver=CENTRE)


@recipe("frisklivssentral-henvisning-2.0.xml")
def _(name: str) -> bytes:
    table = without(without(plain("2.0"), "henvisning", "diagnoses"), "henvisning", "information")
    table = without(table, "henvisning", "referrer", "profession")
    return written(name, with_(table, "Frisklivsresept", "henvisning", "request_comment"), receiver=CENTRE)


@recipe("frisklivssentral-foresporsel.xml")
def _(name: str) -> bytes:
    table = spec("dialogmelding-1.0-foresporsel")
    question = table["dialogmelding"]["foresporsler"][0]
    question["kind"] = "9152:99 Annen henvendelse"
    question["question"] = "Pasienten ønsker hjelp til å slutte å røyke."
    question["roles"] = [{"role_to_patient": "6 Fastlege", "person": AUTHOR}]
    return written(name, table, sender=GP, receiver=CENTRE, patient={**PATIENT, "phone": "90000001"})


@recipe("frisklivssentral-uten-begrunnelse.xml")
def _(name: str) -> bytes:
    return written(name, _dialogue(None))


@recipe("frisklivssentral-uten-telefon.xml")
def _(name: str) -> bytes:
    return written(name, _dialogue(), patient=PATIENT)


@recipe("frisklivssentral-uten-helsepersonell.xml")
def _(name: str) -> bytes:
    table = _dialogue()
    table["dialogmelding"]["notater"][0]["roles"] = table["dialogmelding"]["notater"][0]["roles"][1:]
    return written(name, table, sender=CLINIC)


@recipe("frisklivssentral-annen-kommune.xml")
def _(name: str) -> bytes:
    home = {"kind": "H Bostedsadresse", "county": {"value": "5503", "name": "Harstad"}}
    return written(name, _dialogue(), patient={**PATIENT, "phone": "90000001", "address": home})
