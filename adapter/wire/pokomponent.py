"""The parts of poKomponent that Henvisning reaches: 1.5 from Henvisning 1.1, 2.0 from Henvisning 2.0."""

from __future__ import annotations

from adapter.message.dialogmelding import RelatedUnit
from adapter.message.henvisning import (
    AssistedCommunication,
    Contact,
    ContactPerson,
    IndividualPlan,
    MedicationReview,
    PatientExtras,
    Relative,
    Responsible,
    SentDocument,
)
from adapter.wire.bind import CS, CV, MOMENT, MOMENT_VALUE, TEXT, Field, Inline, Record
from adapter.wire.common import FK1_HEALTHCARE_PROFESSIONAL, FK1_ORGANISATION, FK1_PERSON
from adapter.wire.namespaces import PO_2009, PO_2017

#: po:ParorendeForesatt of Henvisning 1.1.
RELATIVE_2009 = Record(
    Relative,
    PO_2009,
    Field("Slektskap", "relation", CS),
    Field("Omsorgsfunksjon", "care", CS),
    Field("Referanseperson", "person", FK1_PERSON),
    Field("Merknad", "note", TEXT),
)
#: po:AssistertKommunikasjon of Henvisning 1.1.
ASSISTED_COMMUNICATION_2009 = Record(
    AssistedCommunication,
    PO_2009,
    Field("PersonTolkebehov", "person", FK1_PERSON),
    Field("Horselsvikt", "is_deaf", TEXT),
    Field("Synsvikt", "is_blind", TEXT),
    Field("BehovTolkSprak", "language", CS),
    Field("PreferertTolk", "interpreter", FK1_PERSON),
    Field("BehovOpphortDato", "ended", MOMENT_VALUE),
    Field("Merknad", "note", TEXT),
)

#: po:TilleggsopplysningPasient.
PATIENT_EXTRAS = Record(
    PatientExtras,
    PO_2017,
    Field("SivilStatus", "marital_status", CS),
    Field("BorAlene", "lives_alone", TEXT),
    Field("Sprak", "language", CS),
    Field("MottarKommunaleTjenester", "has_municipal_services", TEXT),
    Field("Merknad", "note", TEXT),
)
#: po:ParorendeForesatt.
RELATIVE = Record(
    Relative,
    PO_2017,
    Field("Slektskap", "relation", CS),
    Field("Omsorgsfunksjon", "care", CS),
    Field("FodselsarMindrearigParorende", "birth_year", MOMENT),
    Field("NarmesteParorende", "is_nearest", TEXT),
    Field("Referanseperson", "person", FK1_PERSON),
    Field("Merknad", "note", TEXT),
)
#: po:TilknyttetEnhet.
UNIT = Record(
    RelatedUnit,
    PO_2017,
    Field("Kontaktenhet", "organisation", FK1_ORGANISATION),
    Field("Merknad", "note", TEXT),
)
#: po:KontaktpersonHelsepersonell.
CONTACT = Record(
    Contact,
    PO_2017,
    Field("Kontaktperson", "person", FK1_HEALTHCARE_PROFESSIONAL),
    Field("Merknad", "note", TEXT),
)
#: po:AnsvarForRapport.
RESPONSIBLE = Record(
    Responsible,
    PO_2017,
    Field("AnsvarligRapport", "person", FK1_HEALTHCARE_PROFESSIONAL),
    Field("GodkjentDato", "approved", MOMENT),
    Field("TypeRelasjon", "relation", CV),
    Field("Merknad", "note", TEXT),
)
#: po:SendtDokument.
SENT_DOCUMENT = Record(
    SentDocument,
    PO_2017,
    Field("Opplysning", "information", CV),
    Field("JaNei", "is_sent", TEXT),
    Field("DatoSendt", "sent", MOMENT),
    Field("TypeMottaker", "receiver_kind", CV),
    Field("NavnMottaker", "receiver", TEXT),
    Field("Merknad", "note", TEXT),
)
#: po:InfoAssistertKommunikasjon, with the po:AssistertKommunikasjon that it is made of.
ASSISTED_COMMUNICATION = Record(
    AssistedCommunication,
    PO_2017,
    Inline(
        "AssistertKommunikasjon",
        (
            Field("PersonTolkebehov", "person", FK1_PERSON),
            Field("Horselsvikt", "is_deaf", TEXT),
            Field("Synsvikt", "is_blind", TEXT),
            Field("BehovTolkSprak", "language", CS),
            Field("PreferertTolk", "interpreter", FK1_PERSON),
            Field("BehovOpphortDato", "ended", MOMENT),
            Field("Merknad", "note", TEXT),
        ),
    ),
)
#: po:OpplysningerOmIndividuellPlan.
INDIVIDUAL_PLAN = Record(
    IndividualPlan,
    PO_2017,
    Field("IndividuellPlanForeligger", "exists", TEXT),
    Field("KoordinatorOppnevnt", "has_coordinator", TEXT),
    Field("Merknad", "note", TEXT),
)
#: po:PasientrelatertKontaktperson.
CONTACT_PERSON = Record(
    ContactPerson,
    PO_2017,
    Field("StillingRolle", "occupation", TEXT),
    Field("Arbeidssted", "workplace", TEXT),
    Field("Referanseperson", "person", FK1_PERSON),
    Field("Merknad", "note", TEXT),
)
#: po:Legemiddelgjennomgang.
MEDICATION_REVIEW = Record(
    MedicationReview,
    PO_2017,
    Field("DatoLegemiddelgjennomgang", "reviewed", MOMENT),
    Field("DatoSamstemming", "reconciled", MOMENT),
    Field("Merknad", "note", TEXT),
)
