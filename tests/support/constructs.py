"""Documents with every construct of the standards in them that the official examples lack."""

from __future__ import annotations

from adapter import resources

KITH = "http://www.kith.no/xmlstds"

HCP = """
<HCP><Inst><Name>Testklinikken</Name><Id>8990100</Id><TypeId V="HER"/>
<Dept><Type V="1"/><Name>Poliklinikk</Name><Id>8990101</Id><TypeId V="HER"/>
<AdditionalId><Id>1</Id><Type V="LOK"/></AdditionalId></Dept>
<AdditionalId><Id>889640782</Id><Type V="ENH"/></AdditionalId>
<HCPerson><Name>Vakker Blomst</Name><Id>565501872</Id><TypeId V="HPR"/></HCPerson></Inst>
<MedSpeciality V="1" S="2.16.578.1.12.4.1.1.7426"/>
<Address><Type V="WP"/><StreetAdr>Veien 1</StreetAdr><PostalCode>9000</PostalCode><City>Tromsø</City><County V="55"/>
<Country V="NO"/><CityDistr V="1"/><TeleAddress V="tel:77000000"/></Address></HCP>"""
PROFESSIONAL = """
<HCP><HCProf><Type V="LE"/><Name>Grønn Vits</Name><Id>8990201</Id><TypeId V="HER"/></HCProf></HCP>"""


def apprec(namespace: str) -> str:
    """Build a receipt with every element in it."""
    return f"""<AppRec xmlns="{KITH}/apprec/{namespace}"><MsgType V="APPREC" DN="Applikasjonskvittering"/><MIGversion/>
<SoftwareName>Budstikke</SoftwareName><SoftwareVersion>1</SoftwareVersion><GenDate>2026-11-21T10:00:00</GenDate>
<Id>d3b4</Id><Sender><Role V="PRIM"/>{HCP}</Sender><Receiver><Role V="AVS"/>{PROFESSIONAL}</Receiver>
<Status V="2" DN="Avvist"/><Error V="T02" S="2.16.578.1.12.4.1.1.8221" DN="XML validerer ikke" OT="Linje 4"/>
<Error V="X99"/><OriginalMsgId><MsgType V="HENVISNING"/><IssueDate>2026-11-20T10:00:00+01:00</IssueDate><Id>1</Id>
</OriginalMsgId></AppRec>"""


PERSON = """
<GivenName>Vakker</GivenName><MiddleName>Lilla</MiddleName><FamilyName>Blomst</FamilyName>
<DateOfBirth>1984-03-14</DateOfBirth><Sex V="2"/><Nationality V="NO"/>{ident}
<Address><f:Type V="H"/><f:StreetAdr>Veien 2</f:StreetAdr><f:PostalCode>9000</f:PostalCode><f:City>Tromsø</f:City>
<f:Postbox>1</f:Postbox><f:County V="55"/><f:Country V="NO"/></Address>
<TeleCom><f:TypeTelecom V="HP"/><f:TeleAddress V="tel:77000001"/></TeleCom>"""
IDENT = '<Ident><f:Id>14838400052</f:Id><f:TypeId V="FNR" S="2.16.578.1.12.4.1.1.8116"/></Ident>'
ROLE = f"""
<RollerRelatertNotat><RolleNotat V="1" S="2.16.578.1.12.4.1.1.9057"/><RoleToPatient V="6"/>
<HealthcareProfessional><TypeHealthcareProfessional V="LE"/><RoleToPatient V="6"/><FamilyName>Vits</FamilyName>
<GivenName>Grønn</GivenName>{IDENT}</HealthcareProfessional></RollerRelatertNotat>
<RollerRelatertNotat>%s<Person>{PERSON.format(ident=IDENT)}</Person></RollerRelatertNotat>"""
UNIT = f"""
<TilknyttetEnhet><Kontaktenhet><f:TypeOrganisation V="102"/><f:OrganisationName>Testkommunen</f:OrganisationName>
{IDENT.replace("<Ident", "<f:Ident").replace("</Ident", "</f:Ident")}<f:Address/><f:Organisation>
<f:OrganisationName>Frisklivssentral</f:OrganisationName><f:Ident><f:Id>8990301</f:Id><f:TypeId V="HER"/></f:Ident>
</f:Organisation></Kontaktenhet><Merknad>Ring</Merknad><Person/></TilknyttetEnhet>"""
FORMATTED = '<h:p xmlns:h="http://www.w3.org/1999/xhtml" class="x">Trenger <h:b>svar</h:b></h:p>'


def dialogue(version: str, content: str) -> str:
    """Build a dialogue payload."""
    return f'<Dialogmelding xmlns="{KITH}/dialog/{version}" xmlns:f="{KITH}/felleskomponent1">{content}</Dialogmelding>'


def question(*, subject: str = "", coded: str = "", role: str) -> str:
    """Build a question with every element in it."""
    return f"""<Foresporsel><TypeForesp V="1" S="2.16.578.1.12.4.1.1.9152"/>{subject}<Sporsmal>Hva?</Sporsmal>
<Formål V="1"/><Begrunnelse>Derfor</Begrunnelse><Hastegrad V="2"/><FraDato>2026-01-01</FraDato>
<TilDato>2026-02-01</TilDato><TypeJournalinfo V="A00-1"/>{coded}<DokIdForesp>1</DokIdForesp>{role}</Foresporsel>"""


def note(inner: str, role: str) -> str:
    """Build a note with every element in it."""
    return f"""<Notat><TemaKodet V="5" S="2.16.578.1.12.4.1.1.9069"/><Tema>Svar</Tema>
<TekstNotatInnhold>Tekst {FORMATTED}</TekstNotatInnhold><Merknad>Nei</Merknad><DokIdNotat>2</DokIdNotat>
<DatoNotat>2026-11-21</DatoNotat>{inner}{role}</Notat>"""


def enveloped(payload: str, attachment: str = "") -> str:
    """Put a payload into a MsgHead with every kind of party in it."""
    organisation = """<Organisation><OrganisationName>Testklinikken</OrganisationName><TypeOrganisation V="101"/>
<Ident><Id>8990100</Id><TypeId V="HER" S="2.16.578.1.12.4.1.1.9051"/></Ident><Address><Type V="RES"/></Address>
<TeleCom><TypeTelecom V="WP"/><TeleAddress V="tel:77000000"/></TeleCom><Organisation/>
<HealthcareProfessional><FamilyName>Vits</FamilyName><Ident><Id>8990201</Id><TypeId V="HER"/></Ident>
</HealthcareProfessional></Organisation>"""
    patient = """<FamilyName>Blomst</FamilyName><DateOfBirth>1984-03-14</DateOfBirth><Sex V="2"/>
<Ident><Id>14838400052</Id><TypeId V="FNR"/></Ident>"""
    return f"""<MsgHead xmlns="{KITH}/msghead/2006-05-24"><MsgInfo><Type V="DIALOG_SVAR"/>
<MIGversion>v1.2 2006-05-24</MIGversion><GenDate>2026-11-21T10:00:00</GenDate><MsgId>1</MsgId><ProcessingStatus V="P"/>
<RequestedPriority V="N"/><Ack V="J"/><ConversationRef><RefToParent>2</RefToParent>
<RefToConversation>3</RefToConversation></ConversationRef><Sender><ComMethod V="EDI"/>{organisation}</Sender>
<Receiver>{organisation}</Receiver><OtherReceiver><RoleReceiver V="COP"/><Person>{patient}</Person></OtherReceiver>
<OtherReceiver><RoleReceiver V="COP"/></OtherReceiver><Patient>{patient}</Patient></MsgInfo>
<Document><DocumentConnection V="H"/><ContentType V="1"/><ContentDescription>Svar</ContentDescription>
<ContentCategory V="1"/><Consent V="1"/><Annotation>Nei</Annotation><FromDate V="2026"/><ToDate V="2026-11"/>
<OidRef>2.16.578.1</OidRef><EnquiryRefId>1</EnquiryRefId><RefDoc><IssueDate V="2026-11-21"/><MsgType V="XML"/>
<Id>1</Id><MimeType>text/xml</MimeType><Description>Svar</Description><Compression V="GZ"/><Content>{payload}</Content>
</RefDoc></Document><Document><RefDoc><MsgType V="A"/>
<Content><b:Base64Container xmlns:b="{KITH}/base64container">SGVpIQ==</b:Base64Container>{attachment}</Content></RefDoc>
</Document><Document><RefDoc><MsgType V="REF"/><FileReference>http://example.no/a</FileReference></RefDoc></Document>
</MsgHead>"""


SICK_NOTE = f"""
<HelseOpplysningerArbeidsuforhet xmlns="{KITH}/HelseOpplysningerArbeidsuforhet/2013-10-01"
xmlns:f="{KITH}/felleskomponent1"><SyketilfelleStartDato>2026-10-01</SyketilfelleStartDato><Pasient>
<Navn><Etternavn>Blomst</Etternavn><Fornavn>Vakker</Fornavn></Navn><Fodselsnummer><f:Id>14838400052</f:Id>
<f:TypeId V="FNR"/></Fodselsnummer></Pasient><Arbeidsgiver><HarArbeidsgiver V="1"/>
<Stillingsprosent>80</Stillingsprosent></Arbeidsgiver><MedisinskVurdering>
<HovedDiagnose><Diagnosekode V="L84"/></HovedDiagnose><AnnenFraversArsak/>
<Svangerskap>false</Svangerskap></MedisinskVurdering><Aktivitet><Periode><PeriodeFOMDato>2026-10-01</PeriodeFOMDato>
<PeriodeTOMDato>2026-11-01</PeriodeTOMDato><GradertSykmelding><Sykmeldingsgrad>50</Sykmeldingsgrad></GradertSykmelding>
</Periode><Periode><PeriodeFOMDato>2026-11-01</PeriodeFOMDato><PeriodeTOMDato>2026-12-01</PeriodeTOMDato>
<AktivitetIkkeMulig><Arbeidsplassen><Arsakskode V="1"/></Arbeidsplassen><MedisinskeArsaker/></AktivitetIkkeMulig>
</Periode></Aktivitet><Prognose><ErIArbeid/></Prognose><KontaktMedPasient><BehandletDato>2026-10-01T09:00:00</BehandletDato>
</KontaktMedPasient><Behandler><Navn><Etternavn>Vits</Etternavn><Fornavn>Grønn</Fornavn></Navn><Id><f:Id>565501872</f:Id>
<f:TypeId V="HPR"/></Id><Adresse/><KontaktInfo><f:TeleAddress V="tel:77000002"/></KontaktInfo></Behandler>
<AvsenderSystem><SystemNavn>EPJ</SystemNavn><SystemVersjon>1</SystemVersjon></AvsenderSystem><Strekkode>1</Strekkode>
</HelseOpplysningerArbeidsuforhet>"""
RECORD_NOTE = f"""
<p:InfoAndreViktigeOpplysninger xmlns:p="http://ehelse.no/xmlstds/po/poKomponent/2017-11-30"
xmlns:n="{KITH}/epj/epj2/2008-02-20" xmlns:c="{KITH}/epj/epj1/2008-02-20" xmlns:m="{KITH}/epj/meta/2008-02-20">
<n:GenereltJournalnotat komponentID="1" m:basiskomponenttype="EPJ dokument" m:informasjonskategori="Andre notater"
m:komponenttype="2.16.578.1.12.4.1.6.13.11009.0"><n:Journaltekst><n:Notat>Nei</n:Notat></n:Journaltekst>
</n:GenereltJournalnotat><c:Allerginotat komponentID="2" referanseViktigTilleggsinfo="1"
m:basiskomponenttype="EPJ dokument" m:komponenttype="2.16.578.1.12.4.1.6.13.11036.1"><c:Allergi>
<c:Kontaktallergi>true</c:Kontaktallergi><c:AllergiskMot>Nikkel</c:AllergiskMot></c:Allergi></c:Allerginotat>
</p:InfoAndreViktigeOpplysninger>"""

#: What the sick note above leaves out: every other kind of period, answers with restrictions, messages to NAV.
FULL_SICK_NOTE = SICK_NOTE.replace(
    "</Periode></Aktivitet><Prognose><ErIArbeid/></Prognose>",
    """</Periode><Periode><PeriodeFOMDato>2026-12-01</PeriodeFOMDato><PeriodeTOMDato>2026-12-08</PeriodeTOMDato>
<AvventendeSykmelding><InnspillTilArbeidsgiver>Stol</InnspillTilArbeidsgiver></AvventendeSykmelding></Periode><Periode>
<PeriodeFOMDato>2026-12-08</PeriodeFOMDato><PeriodeTOMDato>2026-12-15</PeriodeTOMDato><Behandlingsdager>
<AntallBehandlingsdagerUke>1</AntallBehandlingsdagerUke></Behandlingsdager></Periode><Periode>
<PeriodeFOMDato>2026-12-15</PeriodeFOMDato><PeriodeTOMDato>2026-12-22</PeriodeTOMDato><Reisetilskudd>true</Reisetilskudd>
</Periode></Aktivitet><Prognose><ArbeidsforEtterEndtPeriode>false</ArbeidsforEtterEndtPeriode>
<BeskrivHensynArbeidsplassen>Ro</BeskrivHensynArbeidsplassen><ErIkkeIArbeid><ArbeidsforPaSikt>true</ArbeidsforPaSikt>
<ArbeidsforFraDato>2027-01-01</ArbeidsforFraDato><VurderingDato>2027-01-01</VurderingDato></ErIkkeIArbeid></Prognose>
<UtdypendeOpplysninger><SpmGruppe><SpmGruppeId>6.3</SpmGruppeId><SpmGruppeTekst>Ved 7 uker</SpmGruppeTekst><SpmSvar>
<SpmId>6.3.1</SpmId><SpmTekst>Sykehistorie</SpmTekst><Restriksjon><Restriksjonskode V="A"/><Restriksjonskode V="N"/>
</Restriksjon><SvarTekst>Vondt</SvarTekst></SpmSvar></SpmGruppe></UtdypendeOpplysninger><Tiltak>
<TiltakArbeidsplassen>Bord</TiltakArbeidsplassen><TiltakNAV>Kurs</TiltakNAV><AndreTiltak>Opphold</AndreTiltak></Tiltak>
<Oppfolgingsplan><MottattOppfolgingsplan>true</MottattOppfolgingsplan><InnkaltDialogmote1>true</InnkaltDialogmote1>
<DeltattDialogmote1>false</DeltattDialogmote1><ArsakIkkeDeltatt>Ferie</ArsakIkkeDeltatt></Oppfolgingsplan><MeldingTilNav>
<BistandNAVUmiddelbart>true</BistandNAVUmiddelbart><BeskrivBistandNAV>Nå</BeskrivBistandNAV></MeldingTilNav>
<MeldingTilArbeidsgiver>Hei</MeldingTilArbeidsgiver>""",
)
#: Every construct the examples lack: receipts, questions, answers, units, sick notes, building blocks on their own.
BUILT = (
    apprec("2004-11-21"),
    apprec("2012-02-15"),
    enveloped(dialogue("2006-10-11", '<SakstypeKodet V="1"/><Sakstype>A</Sakstype>' + question(role=ROLE % ""))),
    enveloped(dialogue("2006-10-11", note(question(role=""), ROLE % "")), SICK_NOTE),
    enveloped(
        dialogue(
            "2013-01-23",
            question(
                subject="<EmneSporsmal>Om</EmneSporsmal>",
                coded='<TypeJournalinfo V="A01"/><KodetOpplysning V="1"/>',
                role=ROLE % UNIT,
            ),
        ),
        RECORD_NOTE,
    ),
    enveloped(dialogue("2013-01-23", note("", ROLE % UNIT))),
    SICK_NOTE,
    FULL_SICK_NOTE,
    (resources.fixtures() / "messages" / "epikrise-1.1-komplett.xml").read_text("utf-8").partition("?>")[2],
)
