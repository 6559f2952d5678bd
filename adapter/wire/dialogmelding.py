"""Dialogmelding 1.0 and 1.1: questions, answers and notes, a payload inside MsgHead."""

from __future__ import annotations

from adapter.message.dialogmelding import Dialogmelding, Foresporsel, Notat, RelatedRole, RelatedUnit
from adapter.wire import common
from adapter.wire.bind import CS, CV, MOMENT, TEXT, Field, Record
from adapter.wire.free_text import FREE_TEXT, PLAIN_TEXT
from adapter.wire.namespaces import DIALOG_10, DIALOG_11


def _people(namespace: str) -> tuple[Field, Field]:
    return (
        Field("HealthcareProfessional", "person", common.healthcare_professional(namespace)),
        Field("Person", "person", common.person(namespace, given_name_first=True)),
    )


def _role(namespace: str) -> Record[RelatedRole]:
    """Declare a RollerRelatertNotat; only version 1.1 names units."""
    unit = Record(
        RelatedUnit,
        namespace,
        Field("Kontaktenhet", "organisation", common.FK1_ORGANISATION),
        Field("Merknad", "note", TEXT),
        *_people(namespace),
    )
    return Record(
        RelatedRole,
        namespace,
        Field("RolleNotat", "role", CV),
        Field("RoleToPatient", "role_to_patient", CV),
        *((Field("TilknyttetEnhet", "unit", unit),) if namespace == DIALOG_11 else ()),
        *_people(namespace),
    )


def _foresporsel_10() -> Record[Foresporsel]:
    return Record(
        Foresporsel,
        DIALOG_10,
        Field("TypeForesp", "kind", CV),
        Field("Sporsmal", "question", PLAIN_TEXT),
        Field("Formål", "purpose", CV),
        Field("Begrunnelse", "reason", TEXT),
        Field("Hastegrad", "urgency", CS),
        Field("FraDato", "from_date", MOMENT),
        Field("TilDato", "to_date", MOMENT),
        Field("TypeJournalinfo", "journal_information", CV, many=True, most=1),
        Field("DokIdForesp", "document_id", TEXT),
        Field("RollerRelatertNotat", "roles", _role(DIALOG_10), many=True),
    )


def _foresporsel_11() -> Record[Foresporsel]:
    return Record(
        Foresporsel,
        DIALOG_11,
        Field("TypeForesp", "kind", CV),
        Field("EmneSporsmal", "subject", TEXT),
        Field("Sporsmal", "question", FREE_TEXT),
        Field("Formål", "purpose", CV),
        Field("Begrunnelse", "reason", TEXT),
        Field("Hastegrad", "urgency", CS),
        Field("FraDato", "from_date", MOMENT),
        Field("TilDato", "to_date", MOMENT),
        Field("TypeJournalinfo", "journal_information", CV, many=True),
        Field("KodetOpplysning", "coded_information", CV),
        Field("DokIdForesp", "document_id", TEXT),
        Field("RollerRelatertNotat", "roles", _role(DIALOG_11), many=True),
    )


def _notat(namespace: str, foresporsel: Record[Foresporsel]) -> Record[Notat]:
    return Record(
        Notat,
        namespace,
        Field("TemaKodet", "theme", CV),
        Field("Tema", "subject", TEXT),
        Field("TekstNotatInnhold", "text", FREE_TEXT),
        Field("Merknad", "remark", TEXT),
        Field("DokIdNotat", "document_id", TEXT),
        Field("DatoNotat", "date", MOMENT),
        Field("Foresporsel", "foresporsel", foresporsel),
        Field("RollerRelatertNotat", "roles", _role(namespace), many=True),
    )


def _dialogmelding(version: str, namespace: str, foresporsel: Record[Foresporsel]) -> Record[Dialogmelding]:
    return Record(
        Dialogmelding,
        namespace,
        Field("SakstypeKodet", "case_kind", CV),
        Field("Sakstype", "case", TEXT),
        Field("Foresporsel", "foresporsler", foresporsel, many=True),
        Field("Notat", "notater", _notat(namespace, foresporsel), many=True),
        fixed={"version": version},
    )


#: The element Dialogmelding of version 1.0.
DIALOGMELDING_10 = _dialogmelding("1.0", DIALOG_10, _foresporsel_10())
#: The element Dialogmelding of version 1.1.
DIALOGMELDING_11 = _dialogmelding("1.1", DIALOG_11, _foresporsel_11())
