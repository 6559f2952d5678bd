"""The rules of the profile AMO: Arbeidsrettet mestringsopphold (domain rules C.4, and the remarks of table C.3)."""

from __future__ import annotations

from adapter.check.finding import Severity
from adapter.check.rule import Rule

AMO_01 = Rule(
    id="AMO-01",
    title="Marked «Arbeidsrettet mestringsopphold»",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="The referral is not marked «Arbeidsrettet mestringsopphold».",
    partner='Henvisningen er ikke merket "Arbeidsrettet mestringsopphold".',
    hint="Write the marking into ReqComment and under the heading UTRED.",
    source="S1.15",
)
AMO_01_NEAR = Rule(
    id="AMO-01",
    title="Nearly marked",
    inbound=Severity.INFO,
    outbound=Severity.WARN,
    text="The referral mentions «mestringsopphold» without the whole marking.",
    partner="Mulig merking: «mestringsopphold» er nevnt.",
    hint="Decide whether the referral is meant for Arbeidsrettet mestringsopphold.",
    source="S1.15",
)
AMO_01_HIA = Rule(
    id="AMO-01",
    title="Marked «HIA»",
    inbound=Severity.INFO,
    outbound=Severity.INFO,
    text="The referral is marked HIA (HelseIArbeid).",
    partner="Merket HIA (HelseIArbeid).",
    source="S2.8",
)
AMO_02 = Rule(
    id="AMO-02",
    title="The present problem is described",
    inbound=Severity.WARN,
    outbound=Severity.BLOCK,
    text="The referral does not describe the present problem (PROB).",
    partner="Aktuell problemstilling mangler.",
    hint="Ask the referrer; the referral itself is never rejected for it.",
    question="aktuell problemstilling",
    source="S1.16, HIS 1207",
)
AMO_02_ELSEWHERE = Rule(
    id="AMO-02",
    title="The present problem stands under another heading",
    inbound=Severity.INFO,
    outbound=Severity.BLOCK,
    text="The referral has text, but none under the heading PROB.",
    partner="Aktuell problemstilling står ikke under egen overskrift.",
    source="S1.16, HIS 1207",
)
AMO_03 = Rule(
    id="AMO-03",
    title="Employment is described",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="The referral says nothing about employment.",
    partner=(
        "Opplysninger om arbeidsforhold mangler "
        "(yrke, arbeidsgiver, stillingsprosent, eller at pasienten er uten arbeid/student)."
    ),
    hint="Ask the referrer; the referral itself is never rejected for it.",
    question="arbeidsforhold (yrke, arbeidsgiver, stillingsprosent, eller at pasienten er uten arbeid/student)",
    source="S1.17",
)
AMO_03_TEXT = Rule(
    id="AMO-03",
    title="Employment is described in text only",
    inbound=Severity.INFO,
    outbound=Severity.INFO,
    text="Employment is described in text only.",
    partner="Arbeidsforhold er bare oppgitt i tekst.",
    source="S1.17",
)
AMO_04 = Rule(
    id="AMO-04",
    title="Sick leave is described",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="The referral says nothing about sick leave.",
    partner="Sykemeldingsstatus mangler (sykmeldt/gradert/ikke sykmeldt, fra dato, første fraværsdag).",
    hint="Ask the referrer; the referral itself is never rejected for it.",
    question="sykemeldingsstatus (sykmeldt/gradert/ikke sykmeldt, fra dato, første fraværsdag)",
    source="S1.18",
)
AMO_04_TEXT = Rule(
    id="AMO-04",
    title="Sick leave is described in text only",
    inbound=Severity.INFO,
    outbound=Severity.INFO,
    text="Sick leave is described in text only.",
    partner="Sykemeldingsstatus er bare oppgitt i tekst.",
    source="S1.18",
)
AMO_04_DATES = Rule(
    id="AMO-04",
    title="The dates of the sick leave follow each other",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="The sick leave ends before it starts, or starts before its first day.",
    partner="Datoene i sykemeldingen stemmer ikke med hverandre.",
    hint="Ask the referrer for the right dates.",
    question="riktige datoer for sykemeldingen (første fraværsdag, fra og til)",
    source="S1.18",
)
AMO_05 = Rule(
    id="AMO-05",
    title="Earlier examination or treatment is described",
    inbound=Severity.INFO,
    outbound=Severity.INFO,
    text="The referral says nothing about earlier examination or treatment.",
    partner="Ingen opplysninger om tidligere utredning eller behandling.",
    source="S1.19",
)
AMO_06 = Rule(
    id="AMO-06",
    title="The patient's phone number is given",
    inbound=Severity.WARN,
    outbound=Severity.BLOCK,
    text="The patient's phone number is missing.",
    partner="Pasientens telefonnummer mangler.",
    hint="Ask the referrer; the referral itself is never rejected for it.",
    question="pasientens telefonnummer",
    source="S1.20",
)
AMO_07 = Rule(
    id="AMO-07",
    title="The referring professional is named",
    inbound=Severity.WARN,
    outbound=Severity.BLOCK,
    text="The referring health professional is not named.",
    partner="Henvisende helsepersonell mangler.",
    hint="Ask the sending office.",
    question="navn på henvisende helsepersonell",
    source="HIS 1207, HITS 1174",
)
AMO_08 = Rule(
    id="AMO-08",
    title="The referrer is a doctor, chiropractor or manual therapist",
    inbound=Severity.WARN,
    outbound=Severity.BLOCK,
    text="The referrer's profession is not doctor, chiropractor or manual therapist.",
    partner="Henvisers profesjon ({profession}) er ikke lege, kiropraktor eller manuellterapeut.",
    hint="The clinic decides whether to take the referral.",
    source="S1.11",
)
AMO_08_MISSING = Rule(
    id="AMO-08",
    title="The referrer's profession is given",
    inbound=Severity.WARN,
    outbound=Severity.BLOCK,
    text="The referrer's profession is not given.",
    partner="Henvisers profesjon er ikke oppgitt.",
    hint="The clinic decides whether to take the referral.",
    question="henvisers profesjon",
    source="S1.11",
)
AMO_09 = Rule(
    id="AMO-09",
    title="The referrer's HPR number is given",
    inbound=Severity.WARN,
    outbound=Severity.BLOCK,
    text="The referrer's number in the register of health personnel (HPR) is missing or has another shape.",
    partner="Henvisers HPR-nummer mangler.",
    hint="Look the referrer up in the register of health personnel.",
    source="HITS 1174",
)
AMO_10 = Rule(
    id="AMO-10",
    title="The general practitioner is named",
    inbound=Severity.INFO,
    outbound=Severity.WARN,
    text="The patient's general practitioner is not named.",
    partner="Fastlege er ikke oppgitt.",
    source="HITS 1174",
)
AMO_11 = Rule(
    id="AMO-11",
    title="A diagnosis is given with code, list and text",
    inbound=Severity.INFO,
    outbound=Severity.WARN,
    text="No diagnosis is given with code, list and text.",
    partner="Henvisningsdiagnose mangler.",
    source="HIS 80517:2014 4.8",
)
AMO_12 = Rule(
    id="AMO-12",
    title="The referrer's phone number is given",
    inbound=Severity.INFO,
    outbound=Severity.WARN,
    text="The referrer's phone number is missing.",
    partner="Telefonnummer til henviser mangler.",
    source="HITS 1174",
)
AMO_13 = Rule(
    id="AMO-13",
    title="Not an emergency",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="The referral is an emergency, which a group stay cannot help with.",
    partner="Øyeblikkelig hjelp på elektivt tilbud – les straks.",
    hint="Read the referral at once.",
    source="S1.6",
)
AMO_14 = Rule(
    id="AMO-14",
    title="Asks for examination or treatment",
    inbound=Severity.INFO,
    outbound=None,
    text="The referral does not ask for examination or treatment (code 10 of list 8455).",
    partner="Henvisningen gjelder ikke utredning/behandling.",
    source="list 8455",
)
AMO_15 = Rule(
    id="AMO-15",
    title="Exactly one receiver",
    inbound=Severity.WARN,
    outbound=Severity.BLOCK,
    text="The referral has no receiver, or other receivers beside it.",
    partner="Henvisningen skal ha nøyaktig én mottaker.",
    hint="Find out who takes the referral.",
    source="HIS 1207",
)
AMO_16 = Rule(
    id="AMO-16",
    title="Identity number, date of birth and sex agree",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="The patient's date of birth or sex disagrees with the identity number: possibly the wrong patient.",
    partner="Fødselsdato/kjønn stemmer ikke med fødselsnummeret.",
    hint="Find out who the patient is before anything is filed.",
    source="domain rules E.8",
)
AMO_17 = Rule(
    id="AMO-17",
    title="A referral is sent as a referral",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="A dialogue message looks like a referral to Arbeidsrettet mestringsopphold.",
    partner="Henvisning sendt som dialogmelding.",
    hint="Ask the sender for a real referral; a person decides when the deadline began to run.",
    question="en ordinær elektronisk henvisning",
    source="S1.10",
)
AMO_18 = Rule(
    id="AMO-18",
    title="The ended scheme «Raskere tilbake»",
    inbound=Severity.INFO,
    outbound=Severity.INFO,
    text="The referral names «Raskere tilbake», a scheme that has ended.",
    partner="Ordningen «Raskere tilbake» er lagt om; behandles som Arbeidsrettet mestringsopphold?",
    source="S1.1",
)
AMO_19 = Rule(
    id="AMO-19",
    title="A diagnosis of the target group",
    inbound=Severity.INFO,
    outbound=Severity.INFO,
    text="No diagnosis is of the musculoskeletal kind the stay is made for.",
    partner="Diagnose utenfor vanlig målgruppe.",
    source="S1.2",
)

#: The whole table, in the order of the documentation.

ALL: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
