"""Sykmelding (HelseOpplysningerArbeidsuforhet 2013-10-01): read, and carried on as it came."""

from __future__ import annotations

from adapter.message.henvisning import Diagnosis
from adapter.message.party import HealthcareProfessional, Patient
from adapter.message.sykmelding import (
    Cause,
    Employment,
    FollowUpPlan,
    InWork,
    MedicalAssessment,
    NoActivity,
    OutOfWork,
    QuestionAnswer,
    QuestionGroup,
    SickPeriod,
    Sykmelding,
    WorkPrognosis,
)
from adapter.wire.bind import CS, CV, MOMENT, TEXT, Field, Inline, Part, Record, Simple
from adapter.wire.carried import Carried
from adapter.wire.common import FK1_ADDRESS, FK1_IDENT, FK1_TELECOM
from adapter.wire.namespaces import SYKMELDING

_CAUSE = Record(
    Cause,
    SYKMELDING,
    Field("Arsakskode", "codes", CS, many=True),
    Field("Beskriv", "text", TEXT),
)
_EMPLOYMENT = Record(
    Employment,
    SYKMELDING,
    Field("HarArbeidsgiver", "has_employer", CS),
    Field("NavnArbeidsgiver", "employer", TEXT),
    Field("Yrkesbetegnelse", "occupation", TEXT),
    Field("Stillingsprosent", "percentage", TEXT),
)
_DIAGNOSIS = Simple(
    lambda element: Diagnosis(concept=CV.read(element)), lambda element, value: CV.fill(element, value.concept)
)
_ASSESSMENT = Record(
    MedicalAssessment,
    SYKMELDING,
    Inline("HovedDiagnose", (Field("Diagnosekode", "diagnosis", _DIAGNOSIS),)),
    Inline("BiDiagnoser", (Field("Diagnosekode", "other_diagnoses", _DIAGNOSIS, many=True),)),
    Field("AnnenFraversArsak", "other_cause", _CAUSE),
    Field("Svangerskap", "is_pregnancy", TEXT),
    Field("Yrkesskade", "is_work_injury", TEXT),
    Field("YrkesskadeDato", "injured", MOMENT),
    Field("SkjermesForPasient", "is_kept_from_patient", TEXT),
)
_NO_ACTIVITY = Record(
    NoActivity,
    SYKMELDING,
    Field("MedisinskeArsaker", "medical", _CAUSE),
    Field("Arbeidsplassen", "workplace", _CAUSE),
)
_PERIOD = Record(
    SickPeriod,
    SYKMELDING,
    Field("PeriodeFOMDato", "start", MOMENT),
    Field("PeriodeTOMDato", "end", MOMENT),
    Inline("AvventendeSykmelding", (Field("InnspillTilArbeidsgiver", "employer_advice", TEXT),)),
    Inline(
        "GradertSykmelding",
        (Field("Sykmeldingsgrad", "grade", TEXT), Field("Reisetilskudd", "has_travel_grant_beside", TEXT)),
    ),
    Field("AktivitetIkkeMulig", "no_activity", _NO_ACTIVITY),
    Inline("Behandlingsdager", (Field("AntallBehandlingsdagerUke", "treatment_days", TEXT),)),
    Field("Reisetilskudd", "has_travel_grant", TEXT),
)
_IN_WORK = Record(
    InWork,
    SYKMELDING,
    Field("EgetArbeidPaSikt", "own_work", TEXT),
    Field("ArbeidFraDato", "own_work_from", MOMENT),
    Field("AnnetArbeidPaSikt", "other_work", TEXT),
    Field("VurderingDato", "assessed", MOMENT),
)
_OUT_OF_WORK = Record(
    OutOfWork,
    SYKMELDING,
    Field("ArbeidsforPaSikt", "fit_in_time", TEXT),
    Field("ArbeidsforFraDato", "fit_from", MOMENT),
    Field("VurderingDato", "assessed", MOMENT),
)
_PROGNOSIS = Record(
    WorkPrognosis,
    SYKMELDING,
    Field("ArbeidsforEtterEndtPeriode", "fit_after", TEXT),
    Field("BeskrivHensynArbeidsplassen", "considerations", TEXT),
    Field("ErIArbeid", "outlook", _IN_WORK),
    Field("ErIkkeIArbeid", "outlook", _OUT_OF_WORK),
)
_ANSWER = Record(
    QuestionAnswer,
    SYKMELDING,
    Field("SpmId", "id", TEXT),
    Field("SpmTekst", "question", TEXT),
    Inline("Restriksjon", (Field("Restriksjonskode", "restrictions", CS, many=True),)),
    Field("SvarTekst", "text", TEXT),
)
_GROUP = Record(
    QuestionGroup,
    SYKMELDING,
    Field("SpmGruppeId", "id", TEXT),
    Field("SpmGruppeTekst", "title", TEXT),
    Field("SpmSvar", "answers", _ANSWER, many=True),
)
_PLAN = Record(
    FollowUpPlan,
    SYKMELDING,
    Field("MottattOppfolgingsplan", "received", TEXT),
    Field("InnkaltDialogmote1", "invited", TEXT),
    Field("DeltattDialogmote1", "attended", TEXT),
    Field("ArsakIkkeDeltatt", "absence", TEXT),
)


def _name(part: str) -> Inline:
    return Inline(
        "Navn",
        (
            Field("Etternavn", f"{part}.family_name", TEXT),
            Field("Mellomnavn", f"{part}.middle_name", TEXT),
            Field("Fornavn", f"{part}.given_name", TEXT),
        ),
    )


_PATIENT = (
    _name("patient"),
    Field("Fodselsnummer", "patient.identifiers", FK1_IDENT, many=True),
    Field("KontaktInfo", "patient.telecoms", FK1_TELECOM, many=True),
    Field("NavnFastlege", "gp", TEXT),
    Field("NAVKontor", "nav_office", TEXT),
)
_DOCTOR = (
    _name("doctor"),
    Field("Id", "doctor.identifiers", FK1_IDENT, many=True),
    Field("Adresse", "doctor.address", FK1_ADDRESS),
    Field("KontaktInfo", "doctor.telecoms", FK1_TELECOM, many=True),
)
_RECORD = Record(
    Sykmelding,
    SYKMELDING,
    Field("RegelSettVersjon", "rules", TEXT),
    Field("SyketilfelleStartDato", "started", MOMENT),
    Inline("Pasient", _PATIENT),
    Field("Arbeidsgiver", "employment", _EMPLOYMENT),
    Field("MedisinskVurdering", "assessment", _ASSESSMENT),
    Inline("Aktivitet", (Field("Periode", "periods", _PERIOD, many=True),)),
    Field("Prognose", "prognosis", _PROGNOSIS),
    Inline("UtdypendeOpplysninger", (Field("SpmGruppe", "questions", _GROUP, many=True),)),
    Inline(
        "Tiltak",
        (
            Field("TiltakArbeidsplassen", "workplace_measures", TEXT),
            Field("TiltakNAV", "nav_measures", TEXT),
            Field("AndreTiltak", "other_measures", TEXT),
        ),
    ),
    Field("Oppfolgingsplan", "plan", _PLAN),
    Inline(
        "MeldingTilNav",
        (Field("BistandNAVUmiddelbart", "needs_nav_now", TEXT), Field("BeskrivBistandNAV", "nav_help", TEXT)),
    ),
    Field("MeldingTilArbeidsgiver", "employer_message", TEXT),
    Inline(
        "KontaktMedPasient",
        (
            Field("BehandletDato", "seen", MOMENT),
            Field("KontaktDato", "contact", MOMENT),
            Field("BegrunnIkkeKontakt", "no_contact", TEXT),
        ),
    ),
    Inline("Behandler", _DOCTOR),
    Inline("AvsenderSystem", (Field("SystemNavn", "system", TEXT), Field("SystemVersjon", "system_version", TEXT))),
    Field("Strekkode", "barcode", TEXT),
    parts={"patient": Part(Patient), "doctor": Part(HealthcareProfessional)},
)
#: The element HelseOpplysningerArbeidsuforhet.
SYKMELDING_2013 = Carried(Sykmelding, SYKMELDING, _RECORD.read)
