"""Discharge letters, and NAV's forms: the sick note and the doctor's statement, which nobody here can build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recipes.base import Table, built, document_id, edited, recipe, spec, with_, without, written

from adapter.message import Code
from adapter.wire import parse, write
from adapter.wire.content import read_item

# Discharge letters.


def _letter(**changes: object) -> Table:
    """Return the letter that answers the complete referral."""
    table = spec("epikrise-1.2") | changes
    return with_(table, document_id("henvisning-1.1-komplett.xml"), "epikrise", "referrals", 0, "id")


@recipe("epikrise-1.2-komplett.xml")
def _(name: str) -> bytes:
    return written(name, _letter())


@recipe("epikrise-1.1-komplett.xml")
def _(name: str) -> bytes:
    return written(name, _letter(version="1.1"))


@recipe("epikrise-1.2-xhtml.xml")
def _(name: str) -> bytes:
    table = "<table><tr><td>Ganghastighet</td><td>1,4 m/s</td></tr></table>"
    words = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>To uker <b>tverrfaglig</b> opphold.</p>{table}</div>'
    formatted = {"markup": [words]}
    return written(name, with_(_letter(), formatted, "epikrise", "events", 0, "comments", "FO"))


@recipe("epikrise-1.2-kansellering.xml")
def _(name: str) -> bytes:
    table = without(_letter(), "epikrise", "events")
    table["epikrise"] |= {"service_type": "C Kansellert", "document_id": document_id("epikrise-1.2-komplett.xml")}
    return written(name, table)


@recipe("epikrise-1.2-uten-pasientnummer.xml")
def _(name: str) -> bytes:
    table = _letter()
    for key in ("identity_number", "date_of_birth"):
        table = without(table, "patient", key)
    return written(name, table)


@recipe("epikrise-1.2-mangler-obligatorisk.xml")
def _(name: str) -> bytes:
    return edited(written(name, _letter()), ("<MsgDescr>Epikrise</MsgDescr>", ""))


# NAV's forms.

SICK_NOTE = """<HelseOpplysningerArbeidsuforhet
 xmlns="http://www.kith.no/xmlstds/HelseOpplysningerArbeidsuforhet/2013-10-01"
 xmlns:fk1="http://www.kith.no/xmlstds/felleskomponent1">
  <RegelSettVersjon>3</RegelSettVersjon>
  <SyketilfelleStartDato>2026-01-05</SyketilfelleStartDato>
  <Pasient>
    <Navn><Etternavn>Blomst</Etternavn><Fornavn>Vakker</Fornavn></Navn>
    <Fodselsnummer>
      <fk1:Id>14838400052</fk1:Id>
      <fk1:TypeId V="FNR" S="2.16.578.1.12.4.1.1.8116" DN="Fødselsnummer"/>
    </Fodselsnummer>
    <NavnFastlege>Grønn Vits</NavnFastlege>
  </Pasient>
  <Arbeidsgiver>
    <HarArbeidsgiver V="1" DN="Én arbeidsgiver"/>
    <NavnArbeidsgiver>Eksempelbedriften AS</NavnArbeidsgiver>
    <Yrkesbetegnelse>Renholder</Yrkesbetegnelse>
    <Stillingsprosent>80</Stillingsprosent>
  </Arbeidsgiver>
  <MedisinskVurdering>
    <HovedDiagnose><Diagnosekode V="L84" S="2.16.578.1.12.4.1.1.7170" DN="Ryggsyndrom"/></HovedDiagnose>
    <BiDiagnoser><Diagnosekode V="P78" S="2.16.578.1.12.4.1.1.7170" DN="Nevrasteni"/></BiDiagnoser>
    <Svangerskap>false</Svangerskap>
  </MedisinskVurdering>
  <Aktivitet>
    <Periode>
      <PeriodeFOMDato>2026-02-02</PeriodeFOMDato>
      <PeriodeTOMDato>2026-03-01</PeriodeTOMDato>
      <AktivitetIkkeMulig>
        <MedisinskeArsaker><Arsakskode V="1" DN="Helsetilstanden hindrer aktivitet"/></MedisinskeArsaker>
      </AktivitetIkkeMulig>
    </Periode>
    <Periode>
      <PeriodeFOMDato>2026-03-02</PeriodeFOMDato>
      <PeriodeTOMDato>2026-03-29</PeriodeTOMDato>
      <GradertSykmelding><Sykmeldingsgrad>50</Sykmeldingsgrad></GradertSykmelding>
    </Periode>
  </Aktivitet>
  <Prognose>
    <ArbeidsforEtterEndtPeriode>false</ArbeidsforEtterEndtPeriode>
    <ErIArbeid><EgetArbeidPaSikt>true</EgetArbeidPaSikt><ArbeidFraDato>2026-06-01</ArbeidFraDato></ErIArbeid>
  </Prognose>
  <UtdypendeOpplysninger>
    <SpmGruppe>
      <SpmGruppeId>6.3</SpmGruppeId>
      <SpmGruppeTekst>Utdypende opplysninger ved 7 uker</SpmGruppeTekst>
      <SpmSvar>
        <SpmId>6.3.1</SpmId>
        <SpmTekst>Beskriv kort sykehistorie, symptomer og funn</SpmTekst>
        <Restriksjon><Restriksjonskode V="A" DN="Informasjonen skal ikke vises arbeidsgiver"/></Restriksjon>
        <SvarTekst>Ryggsmerter siden desember.</SvarTekst>
      </SpmSvar>
      <SpmSvar>
        <SpmId>6.3.2</SpmId>
        <SpmTekst>Beskriv pågående og planlagt henvisning, utredning og/eller behandling</SpmTekst>
        <Restriksjon><Restriksjonskode V="A" DN="Informasjonen skal ikke vises arbeidsgiver"/></Restriksjon>
        <SvarTekst>Henvist til Arbeidsrettet mestringsopphold.</SvarTekst>
      </SpmSvar>
    </SpmGruppe>
  </UtdypendeOpplysninger>
  <Tiltak>
    <TiltakArbeidsplassen>Hev- og senkbart bord</TiltakArbeidsplassen>
    <TiltakNAV>Vurdere arbeidsrettet oppfølging.</TiltakNAV>
    <AndreTiltak>Mestringsopphold i mars.</AndreTiltak>
  </Tiltak>
  <MeldingTilNav>
    <BistandNAVUmiddelbart>true</BistandNAVUmiddelbart>
    <BeskrivBistandNAV>Det haster med tilrettelegging.</BeskrivBistandNAV>
  </MeldingTilNav>
  <MeldingTilArbeidsgiver>Kan gjøre lettere oppgaver.</MeldingTilArbeidsgiver>
  <KontaktMedPasient><BehandletDato>2026-03-02T09:00:00</BehandletDato></KontaktMedPasient>
  <Behandler>
    <Navn><Etternavn>Vits</Etternavn><Fornavn>Grønn</Fornavn></Navn>
    <Id>
      <fk1:Id>565501872</fk1:Id>
      <fk1:TypeId V="HPR" S="2.16.578.1.12.4.1.1.8116" DN="HPR-nummer"/>
    </Id>
    <Adresse><fk1:StreetAdr>Eksempelveien 1</fk1:StreetAdr></Adresse>
    <KontaktInfo>
      <fk1:TypeTelecom V="HP" DN="Hovedtelefon"/>
      <fk1:TeleAddress V="tel:77000001"/>
    </KontaktInfo>
  </Behandler>
  <AvsenderSystem><SystemNavn>Eksempeljournal</SystemNavn><SystemVersjon>1.0</SystemVersjon></AvsenderSystem>
  <Strekkode>000000000000000</Strekkode>
</HelseOpplysningerArbeidsuforhet>"""

STATEMENT = """<Legeerklaring xmlns="http://www.kith.no/xmlstds/legeerklaring/2008-06-06">
  <LegeerklaringGjelder typeLegeerklaring="1"/>
  <Pasientopplysninger flereArbeidsforhold="2">
    <Pasient fodselsnummer="14838400052" trygdekontor="NAV Eksempelby">
      <Navn><Etternavn>Blomst</Etternavn><Fornavn>Vakker</Fornavn></Navn>
      <Arbeidsforhold primartArbeidsforhold="1">
        <Virksomhet virksomhetsBetegnelse="Eksempelbedriften AS" organisasjonsnummer="310000302"/>
        <Yrkesbetegnelse>Renholder</Yrkesbetegnelse>
      </Arbeidsforhold>
      <PersonAdr adressetype="H">
        <PostalAddress>
          <StreetAddress>Eksempelveien 1</StreetAddress>
          <PostalCode>9999</PostalCode>
          <City>Eksempelby</City>
        </PostalAddress>
        <Teleinformasjon typeTelekom="HP">90000001</Teleinformasjon>
      </PersonAdr>
    </Pasient>
  </Pasientopplysninger>
  <PlanUtredBehandle>
    <HenvistBehandling henvistDato="2026-01-12" antattVentetid="8">
      <Spesifikasjon>Arbeidsrettet mestringsopphold</Spesifikasjon>
    </HenvistBehandling>
    <BehandlingsPlan>Fysioterapi fram til oppholdet.</BehandlingsPlan>
  </PlanUtredBehandle>
  <DiagnoseArbeidsuforhet arbeidsuforFra="2026-01-05">
    <DiagnoseKodesystem kodesystem="5">
      <Enkeltdiagnose kodeverdi="P78" diagnose="Nevrasteni" sortering="2"/>
      <Enkeltdiagnose kodeverdi="L84" diagnose="Ryggsyndrom" sortering="1"/>
    </DiagnoseKodesystem>
    <VurderingYrkesskade borVurderes="2"/>
    <StatusPresens>Nedsatt bevegelighet i korsryggen.</StatusPresens>
    <SymptomerBehandling>Ryggsmerter siden desember; fysioterapi ti ganger.</SymptomerBehandling>
  </DiagnoseArbeidsuforhet>
  <ForslagTiltak tiltak="1">
    <AktueltTiltak typeTiltak="4"><HvilkeAndreTiltak>Hev- og senkbart bord</HvilkeAndreTiltak></AktueltTiltak>
    <Opplysninger>Tilrettelegging ved gradvis retur.</Opplysninger>
    <BegrensningerTiltak>Ingen tunge løft.</BegrensningerTiltak>
  </ForslagTiltak>
  <VurderingFunksjonsevne>
    <Arbeidssituasjon arbeidssituasjon="1"/>
    <VurderingArbeidsevne gjenopptaArbeid="1" narGjenopptaArbeid="2">
      <IkkeGjore>Løfte tungt</IkkeGjore>
    </VurderingArbeidsevne>
    <Funksjonsevne>Kan gå og stå i kortere perioder.</Funksjonsevne>
  </VurderingFunksjonsevne>
  <Prognose bedreArbeidsevne="1"><AntattVarighet>Seks måneder</AntattVarighet></Prognose>
  <ForbeholdLegeerklaring tilbakeholdInnhold="2"/>
  <AndreOpplysninger onskesKopi="1"><Opplysning>Motivert for å komme tilbake.</Opplysning></AndreOpplysninger>
  <Kontakt kontakt="2"/>
</Legeerklaring>"""


def _form(text: str, code: Code, *edits: tuple[str, str]) -> Callable[[str], bytes]:
    """Return what puts a form into the head of a message from a GP to NAV, and then edits the bytes."""

    def make(name: str) -> bytes:
        head = built(name, spec("dialogmelding-1.0-nav") | {"attachments": []})
        main, *rest = head.documents
        payload = read_item(parse(text.encode()))
        message = replace(head, type=code, documents=(replace(main, content=(payload,)), *rest))
        return edited(write(message), *edits)

    return make


def _sick_note(*edits: tuple[str, str]) -> Callable[[str], bytes]:
    return _form(SICK_NOTE, Code("SYKMELD", "Sykmelding"), *edits)


def _statement(*edits: tuple[str, str], code: Code | None = None) -> Callable[[str], bytes]:
    return _form(STATEMENT, code or Code("LEGEERKL", "Legeerklæring ved arbeidsuførhet"), *edits)


_HIDDEN = (
    "<SpmTekst>Beskriv pågående og planlagt henvisning, utredning og/eller behandling</SpmTekst>\n        <Restriksjon>"
)
recipe("sykmelding-komplett.xml")(_sick_note())
recipe("sykmelding-skjult-for-nav.xml")(
    _sick_note(
        (_HIDDEN, f'{_HIDDEN}<Restriksjonskode V="N" DN="Informasjonen skal ikke vises NAV"></Restriksjonskode>')
    )
)
recipe("sykmelding-uten-strekkode.xml")(_sick_note(("<Strekkode>000000000000000</Strekkode>", "")))
recipe("sykmelding-uten-forste-fravaersdag.xml")(
    _sick_note(("<SyketilfelleStartDato>2026-01-05</SyketilfelleStartDato>", ""))
)
recipe("sykmelding-feil-grad.xml")(
    _sick_note(("<Sykmeldingsgrad>50</Sykmeldingsgrad>", "<Sykmeldingsgrad>halv</Sykmeldingsgrad>"))
)
_UNIT = (
    "<Organisation><OrganisationName>Fysikalsk medisin og rehabilitering</OrganisationName><Ident><Id>8990101</Id>"
    '<TypeId V="HER" S="2.16.578.1.12.4.1.1.9051" DN="HER-id"/></Ident></Organisation>'
)
recipe("sykmelding-til-klinikk.xml")(
    _sick_note(
        ("<OrganisationName>NAV</OrganisationName>", "<OrganisationName>Syntetisk sykehus HF</OrganisationName>"),
        ("<Id>79768</Id>", "<Id>8990100</Id>"),
        ("<Id>889640782</Id>", "<Id>310000108</Id>"),
        ("</Organisation></Receiver>", f"{_UNIT}</Organisation></Receiver>"),
    )
)
recipe("legeerklaering-komplett.xml")(_statement())
recipe("legeerklaering-xmlxd.xml")(
    _statement(('2008-06-06">', '2008-06-06" xmlxd="http://www.w3.org/2001/XMLSchema">'))
)
recipe("legeerklaering-byttet-type.xml")(_statement(code=Code("Legeerklæring ved arbeidsuførhet", "LEGEERKL")))
recipe("legeerklaering-mangler-obligatorisk.xml")(
    _statement(("<StatusPresens>Nedsatt bevegelighet i korsryggen.</StatusPresens>", ""))
)
