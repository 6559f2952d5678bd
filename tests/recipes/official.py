"""Messages for what the national acceptance tests ask of a receiver: Dialogmelding 1.0 and Henvisning 1.0.

Our own words for the same situations; `docs/acceptance-tests.md` tells which criterion each of them is for.
"""

from __future__ import annotations

from collections.abc import Callable

from recipes.base import CENTRE, CLINIC, GP, Table, document_id, edited, msg_id, recipe, referral, spec, written

_NAME = "<FamilyName>Blomst</FamilyName><GivenName>Vakker</GivenName>"
_KIND = '<TypeId V="FNR" S="2.16.578.1.12.4.1.1.8116" DN="Fødselsnummer"/>'
_NUMBER = f"<Ident><Id>14838400052</Id>{_KIND}</Ident>"
_OLD_NUMBER = '<OffId>14838400052</OffId><TypeOffId V="FNR" DN="Fødselsnummer"/>'
_OLD_BIRTH = '<Sex V="2" DN="Kvinne"/><DateOfBirth V="1984-03-14"/>'
#: A hospital's own help number: month + 40, and no check digits.
_HELP_NUMBER = "14438400000"


def _question(*edits: tuple[str, str]) -> Callable[[str], bytes]:
    return lambda name: edited(written(name, spec("dialogmelding-1.0-foresporsel")), *edits)


def _referral(*edits: tuple[str, str], **top: object) -> Callable[[str], bytes]:
    return lambda name: edited(written(name, referral("1.0"), **top), *edits)


def _cut(data: bytes, element: str, instead: str = "") -> bytes:
    """Return bytes with the one element of a name, and all in it, replaced."""
    start, end = data.index(f"<{element}>".encode()), data.index(f"</{element}>".encode())
    return data[:start] + instead.encode() + data[end + len(f"</{element}>") :]


recipe("dialogmelding-1.0-ikke-velformet.xml")(_question(("</Sporsmal>", "")))
recipe("dialogmelding-1.0-tomme-pasientopplysninger.xml")(
    _question(
        (_NAME, "<FamilyName></FamilyName><GivenName></GivenName>"),
        (_NUMBER, '<Ident><Id></Id><TypeId V="" S="2.16.578.1.12.4.1.1.8116" DN=""/></Ident>'),
    )
)
recipe("dialogmelding-1.0-lokalt-hjelpenummer.xml")(
    _question(
        (_NAME, f'{_NAME}<DateOfBirth>1984-03-14</DateOfBirth><Sex V="2" DN="Kvinne"/>'),
        ("14838400052", _HELP_NUMBER),
        (_KIND, '<TypeId V="HNR" S="2.16.578.1.12.4.1.1.8116" DN="H-nummer"/>'),
    )
)
recipe("dialogmelding-1.0-bare-fodselsdato.xml")(
    _question((_NUMBER, '<DateOfBirth>1984-03-14</DateOfBirth><Sex V="2" DN="Kvinne"/>'))
)
recipe("dialogmelding-1.0-tomt-fodselsnummer.xml")(_question(("<Id>14838400052</Id>", "<Id></Id>")))
recipe("dialogmelding-1.0-uten-fodselsnummer.xml")(_question(("<Id>14838400052</Id>", "")))


@recipe("dialogmelding-1.0-tomme-avsenderopplysninger.xml")
def _(name: str) -> bytes:
    kind = '<TypeId V="" S="2.16.578.1.12.4.1.1.9051" DN=""/>'
    nobody = f"<OrganisationName></OrganisationName><Ident><Id></Id>{kind}</Ident>"
    return _cut(_question()(name), "Sender", f"<Sender><Organisation>{nobody}</Organisation></Sender>")


@recipe("dialogmelding-1.0-tom-avsender.xml")
def _(name: str) -> bytes:
    return _cut(_question()(name), "Sender", "<Sender/>")


@recipe("dialogmelding-1.0-uten-avsender.xml")
def _(name: str) -> bytes:
    return _cut(_question()(name), "Sender")


@recipe("dialogmelding-1.0-notat-om-pasient.xml")
def _(name: str) -> bytes:
    author: Table = {
        "role": "1 Forfatter",
        "role_to_patient": "3 Behandlingsansvarlig lege",
        "person": {"name": "Sindig Fjord", "profession": "LE Lege", "phone": "77000004"},
    }
    note: Table = {
        "theme": "7321:1 Notat om pasient",
        "subject": "Ny behandling",
        "text": "Pasienten får ny behandling for ryggplagene fra 9. mars.",
        "roles": [author],
    }
    head = {"kind": "dialogmelding", "version": "1.0", "sender": CLINIC, "receiver": GP}
    patient = {"name": "Vakker Blomst", "identity_number": "14838400052"}
    return written(
        name, {**head, "type": "DIALOG_NOTAT Notat", "patient": patient, "dialogmelding": {"notater": [note]}}
    )


recipe("henvisning-1.0-ikke-velformet.xml")(_referral(("</ReqServ>", "")))
recipe("henvisning-1.0-uten-pasientopplysninger.xml")(
    _referral((f"{_OLD_BIRTH}<Name>Blomst, Vakker</Name>{_OLD_NUMBER}", ""))
)
recipe("henvisning-1.0-ugyldig-nummer.xml")(
    _referral((_OLD_NUMBER, '<OffId>xxx</OffId><TypeOffId V="DNR" DN="D-nummer"/>'))
)
_HELPED = (_OLD_NUMBER, f'<OffId>{_HELP_NUMBER}</OffId><TypeOffId V="HNR" DN="H-nummer"/>')
recipe("henvisning-1.0-hjelpenummer-og-fodselsdato.xml")(_referral(_HELPED))
recipe("henvisning-1.0-bare-hjelpenummer.xml")(_referral(_HELPED, (_OLD_BIRTH, "")))
recipe("henvisning-1.0-bare-d-nummer.xml")(
    _referral((_OLD_NUMBER, '<OffId>49869000085</OffId><TypeOffId V="DNR" DN="D-nummer"/>'), (_OLD_BIRTH, ""))
)
recipe("henvisning-1.0-to-numre.xml")(
    _referral(
        (
            '<Address><Type V="H"',
            f'<AdditionalId><Id>{_HELP_NUMBER}</Id><Type V="HNR" DN="H-nummer"/></AdditionalId><Address><Type V="H"',
        )
    )
)
recipe("henvisning-1.0-ukjent-avdeling.xml")(_referral(("8990101", "8990199")))
recipe("henvisning-1.0-uten-avsenderopplysninger.xml")(
    lambda name: _cut(_referral()(name), "Requester", "<Requester><HCP><Inst/></HCP></Requester>")
)
recipe("henvisning-1.0-uten-avsender.xml")(lambda name: _cut(_referral()(name), "Requester"))
recipe("henvisning-1.0-uten-pasient.xml")(lambda name: _cut(_referral()(name), "Patient"))

_OTHER_HOSPITAL = {
    "organisation": {
        "name": "Et annet sykehus HF",
        "her_id": "8990900",
        "unit": {"name": "Ortopedi", "her_id": "8990901"},
    }
}
recipe("henvisning-1.0-som-kopimottaker.xml")(
    _referral(receiver=_OTHER_HOSPITAL, other_receivers=[{"role": "COP Kopimottaker", **CLINIC}])
)
recipe("henvisning-1.0-mottaker-og-kopimottaker.xml")(
    _referral(other_receivers=[{"role": "COP Kopimottaker", **CENTRE}])
)


@recipe("henvisning-1.0-kansellering.xml")
def _(name: str) -> bytes:
    """Cancel the complete referral 1.0, naming it by a reference alone: the document id is another."""
    reference = f'<RefDoc><MsgType V="REF" DN="Referanse"/><Id>{msg_id(_ORIGINAL)}</Id></RefDoc>'
    return edited(
        written(name, referral("1.0")),
        ('<ServReq><ServType V="N" DN="Ny"/>', '<ServReq><ServType V="C" DN="Kansellering"/>'),
        ('<ReasonAsText><Heading V="PROB"', f'{reference}<ReasonAsText><Heading V="PROB"'),
    )


@recipe("henvisning-1.0-endring.xml")
def _(name: str) -> bytes:
    """Change the complete referral 1.0 by its document id."""
    return edited(
        written(name, referral("1.0")),
        ('<ServReq><ServType V="N" DN="Ny"/>', '<ServReq><ServType V="M" DN="Endring"/>'),
        (f"<Id>{document_id(name)}</Id>", f"<Id>{document_id(_ORIGINAL)}</Id>"),
        ("verre etter arbeidsdagen", "verre den siste uken"),
    )


_ORIGINAL = "henvisning-1.0-komplett.xml"
