"""The project's schemas and the official ones give the same verdict on every document.

Runs where BUDSTIKKE_STANDARDS names the comparison set. Both sides are libxml2, so that every difference is a
difference between the schema files. Reasoned exceptions: none.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import random
import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from adapter import resources
from adapter.check.schema import SchemaSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STANDARDS = os.environ.get("BUDSTIKKE_STANDARDS")

pytestmark = pytest.mark.skipif(not STANDARDS, reason="BUDSTIKKE_STANDARDS names no comparison set")

#: Mutants per operator; the operators below make it more than 5 000 in all.
MUTANTS = int(os.environ.get("BUDSTIKKE_MUTANTS", "300"))
#: Start of every random sequence, so that a run can be repeated.
SEED = os.environ.get("BUDSTIKKE_SEED", "budstikke")
#: Attachments are cut to this many characters: one mutant of 2 MB takes as long as two hundred others.
LONGEST_TEXT = 400

XSI = "http://www.w3.org/2001/XMLSchema-instance"
KITH = "http://www.kith.no/xmlstds"
NAMESPACES = (
    KITH,
    f"{KITH}/felleskomponent1",
    f"{KITH}/msghead/2006-05-24",
    f"{KITH}/dialog/2006-10-11",
    f"{KITH}/dialog/2013-01-23",
    f"{KITH}/henvisning/2005-07-08",
    f"{KITH}/henvisning/2012-02-15",
    "http://ehelse.no/xmlstds/henvisning/2017-11-30",
    f"{KITH}/po/poKomponent/2009-06-30",
    "http://ehelse.no/xmlstds/po/poKomponent/2017-11-30",
    f"{KITH}/apprec/2004-11-21",
    f"{KITH}/apprec/2012-02-15",
    f"{KITH}/epikrise/2006-09-23",
    f"{KITH}/epikrise/2012-02-15",
    f"{KITH}/HelseOpplysningerArbeidsuforhet/2013-10-01",
    "http://www.w3.org/1999/xhtml",
    "urn:unknown",
    "",
)
VALUES = (
    *("", " ", "x", "ÆØÅ & <", "a  b", "\t1\n"),
    *("0", "1", "-1", "+1", "1.5", "1e3", "INF", "99999999999999999999", "01"),
    *("true", "false", "TRUE", " true "),
    *("2026", "2026-02", "2026-02-29", "2028-02-29", "2026-13-01", "1991-12-4", "12:30:00", "24:00:00"),
    *("2026-11-21T10:00:00", "2026-11-21T10:00:00.1234567Z", "2026-11-21T10:00:00+25:00", "2026-11-21T10:00"),
    *("2.16.578.1", "2.16.", ".2", "2..16", "2.16.578.1.12.4.1.1.8279", "x.1", "٣.١"),
    *("SGVp", "SGVpIQ==", "SGVpIQ=", "S G V p", "SGVp!", "===="),
    *("tel:+47 22222222", "http://[", "%zz", "a b"),
    *("v1.2 2006-05-24", "v1.1 2012-02-15", "1.0 2004-11-21"),
    *("DF", "TXT", "text/plain", "SHA-1", "EPJ sak", "EPJ dokument"),
)
TYPE_NAMES = (
    *(
        "kith:CS",
        "kith:CV",
        "kith:TS",
        "kith:ST",
        "kith:URL",
        "kith:PQ",
        "kith:RTO",
        "kith:ED",
        "kith:base",
        "kith:none",
    ),
    *("mh:CS", "mh:CV", "mh:TS", "mh:Ident", "mh:Organisation", "ar:CS", "fk1:Person", "fk1:Ident", "fk1:person"),
    *("xs:string", "xs:token", "xs:date", "xs:dateTime", "xs:anyType", "xs:integer", "none"),
)
TYPE_PREFIXES = {
    "kith": KITH,
    "mh": f"{KITH}/msghead/2006-05-24",
    "ar": f"{KITH}/apprec/2004-11-21",
    "fk1": f"{KITH}/felleskomponent1",
    "xs": "http://www.w3.org/2001/XMLSchema",
}

# ------------------------------------------------------------------------------------------------ documents

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


def plain_parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def example_files() -> list[Path]:
    return sorted(Path(STANDARDS or "", "examples").glob("*.xml")) if STANDARDS else []


@functools.cache
def documents() -> tuple[etree._Element, ...]:
    """Return what is mutated: the official examples with short attachments, and the documents built above."""
    roots = [etree.fromstring(path.read_bytes(), plain_parser()) for path in example_files()]
    roots += [etree.fromstring(text.encode(), plain_parser()) for text in BUILT]
    for root in roots:
        for element in root.iter(etree.Element):
            if element.text and len(element.text) > LONGEST_TEXT:
                element.text = element.text[: LONGEST_TEXT - LONGEST_TEXT % 4]
    return tuple(roots)


# ------------------------------------------------------------------------------------------------ operators


def elements(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(etree.Element))


def children(root: etree._Element) -> list[etree._Element]:
    return elements(root)[1:]


def coded(root: etree._Element) -> list[etree._Element]:
    return [element for element in elements(root) if element.attrib]


def leaves(root: etree._Element) -> list[etree._Element]:
    return [element for element in elements(root) if len(element) == 0]


def delete_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(children(root))
    chosen.getparent().remove(chosen)


def duplicate_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(children(root))
    chosen.addnext(deepcopy(chosen))


def swap_elements(chance: random.Random, root: etree._Element) -> None:
    parent = chance.choice([element for element in elements(root) if len(element) > 1])
    first = chance.randrange(len(parent) - 1)
    parent.insert(first, parent[first + 1])


def move_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(children(root))
    homes = [home for home in elements(root) if chosen not in (home, *home.iterancestors())]
    home = chance.choice(homes)
    home.insert(chance.randrange(len(home) + 1), chosen)


def copy_element(chance: random.Random, root: etree._Element) -> None:
    home, chosen = chance.choice(elements(root)), deepcopy(chance.choice(children(root)))
    home.insert(chance.randrange(len(home) + 1), chosen)


def transplant_element(chance: random.Random, root: etree._Element) -> None:
    donor = deepcopy(chance.choice(elements(chance.choice(documents()))))
    home = chance.choice(elements(root))
    home.insert(chance.randrange(len(home) + 1), donor)


def rename_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(elements(root))
    name = etree.QName(chosen)
    other = chance.choice([etree.QName(element).localname for element in elements(root)])
    chosen.tag = f"{{{name.namespace or ''}}}{chance.choice((other, f'{name.localname}X', name.localname.lower()))}"


def change_namespace(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(elements(root))
    targets = elements(chosen) if chance.random() < 0.5 else [chosen]
    namespace = chance.choice(NAMESPACES)
    for element in targets:
        element.tag = f"{{{namespace}}}{etree.QName(element).localname}"


def empty_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(elements(root))
    del chosen[:]
    chosen.text = chance.choice((None, "", " ", "\n"))


def bare_element(chance: random.Random, root: etree._Element) -> None:
    """Put one declared element, empty, where anything declared may stand, or just anywhere."""
    strict = [element for element in elements(root) if etree.QName(element).localname == "Content"]
    home = chance.choice(strict or elements(root))
    home.insert(chance.randrange(len(home) + 1), etree.Element(chance.choice(global_elements())))


def inner_root(chance: random.Random, root: etree._Element) -> etree._Element:
    return deepcopy(chance.choice(elements(root)))


def drop_attribute(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(coded(root))
    del chosen.attrib[chance.choice(list(chosen.attrib))]


def rename_attribute(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(coded(root))
    name = chance.choice(list(chosen.attrib))
    value = chosen.attrib.pop(name)
    chosen.set(chance.choice(("V", "S", "DN", "OT", "U", "v", f"{{{KITH}}}V")), value)


def add_attribute(chance: random.Random, root: etree._Element) -> None:
    names = ("V", "S", "DN", "OT", "U", "Id", "komponentID", f"{{{KITH}}}MT", f"{{{KITH}}}ENC", f"{{{KITH}}}ICA")
    foreign = ("{urn:unknown}a", "{http://www.w3.org/XML/1998/namespace}lang", f"{{{XSI}}}schemaLocation")
    chance.choice(elements(root)).set(chance.choice((*names, *foreign)), chance.choice(VALUES))


def break_attribute(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(coded(root))
    chosen.set(chance.choice(list(chosen.attrib)), chance.choice(VALUES))


def break_text(chance: random.Random, root: etree._Element) -> None:
    chance.choice(leaves(root)).text = chance.choice(VALUES)


def pad_text(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(leaves(root))
    chosen.text = (
        chance.choice((" ", "\n", "\t", "\u00a0", "\u0085")) + (chosen.text or "") + chance.choice((" ", "\r\n"))
    )


def stray_text(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(children(root))
    chosen.tail = chance.choice(("x", "\u00a0", "&", "\n\n"))


def type_attribute(chance: random.Random, root: etree._Element) -> None:
    name = chance.choice(TYPE_NAMES)
    chosen = chance.choice(elements(root))
    # The prefix must be declared on the element itself, so the element is built anew.
    renewed = etree.Element(chosen.tag, chosen.attrib, {**chosen.nsmap, **TYPE_PREFIXES})
    renewed.text, renewed.tail = chosen.text, chosen.tail
    renewed.extend(list(chosen))
    renewed.set(f"{{{XSI}}}type", name)
    if chosen.getparent() is not None:
        chosen.getparent().replace(chosen, renewed)


def nil_attribute(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(elements(root))
    chosen.set(f"{{{XSI}}}nil", chance.choice(("true", "false", "1", "x")))
    if chance.random() < 0.5:
        empty_element(chance, chosen)


def insert_comment(chance: random.Random, root: etree._Element) -> None:
    home = chance.choice(elements(root))
    home.insert(chance.randrange(len(home) + 1), chance.choice((etree.Comment(" x "), etree.PI("x", "y"))))


OPERATORS: tuple[Callable[[random.Random, etree._Element], etree._Element | None], ...] = (
    delete_element,
    duplicate_element,
    swap_elements,
    move_element,
    copy_element,
    transplant_element,
    rename_element,
    change_namespace,
    empty_element,
    bare_element,
    inner_root,
    drop_attribute,
    rename_attribute,
    add_attribute,
    break_attribute,
    break_text,
    pad_text,
    stray_text,
    type_attribute,
    nil_attribute,
    insert_comment,
)


# ------------------------------------------------------------------------------------------------ both sides


@functools.cache
def official_schema() -> etree.XMLSchema:
    """Load the comparison set through its own loader."""
    spec = importlib.util.spec_from_file_location("official", Path(STANDARDS or "", "official.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    compiled: etree.XMLSchema = module.schema()
    return compiled


@functools.cache
def own_schemas() -> SchemaSet:
    return SchemaSet.load()


@functools.cache
def global_elements() -> tuple[str, ...]:
    """Return the names of all elements that the official files declare globally."""
    names = []
    for path in sorted(Path(STANDARDS or "", "xsd").glob("*.xsd")):
        root = etree.parse(path, plain_parser()).getroot()
        names += [
            f"{{{root.get('targetNamespace')}}}{element.get('name')}"
            for element in root.iterchildren("{http://www.w3.org/2001/XMLSchema}element")
        ]
    return tuple(names)


def official_faults(tree: etree._Element) -> list[tuple[int, str]]:
    schema = official_schema()
    return [] if schema.validate(tree) else [(entry.line, entry.path) for entry in schema.error_log][:100]


def own_faults(tree: etree._Element) -> list[tuple[int, str]]:
    return [(fault.line, fault.path) for fault in own_schemas().validate(tree)]


def mutants(operator: Callable[[random.Random, etree._Element], etree._Element | None]) -> Iterator[bytes]:
    """Mutate every document in turn: once by the operator, now and then by others as well."""
    chance = random.Random(f"{SEED} {operator.__name__}")  # noqa: S311 - must be repeatable, not secret
    for number in range(MUTANTS):
        root = deepcopy(documents()[number % len(documents())])
        others = chance.choices(OPERATORS, k=chance.choice((0, 0, 0, 1, 2)))
        for one in (*others, operator):
            try:
                changed = one(chance, root)
            except IndexError:  # nothing left that this operator could change
                continue
            root = root if changed is None else changed
        yield etree.tostring(root, encoding="UTF-8", with_tail=False)


@pytest.mark.parametrize("path", example_files(), ids=lambda path: path.stem)
def test_both_accept_every_official_example(path: Path) -> None:
    tree = etree.fromstring(path.read_bytes(), plain_parser())

    assert own_faults(tree) == []
    assert official_faults(tree) == []


@pytest.mark.parametrize("text", BUILT, ids=range(len(BUILT)))
def test_both_accept_every_document_built_for_this_test(text: str) -> None:
    tree = etree.fromstring(text.encode(), plain_parser())

    assert own_faults(tree) == []
    assert official_faults(tree) == []


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_both_judge_mutants_alike_and_fault_the_same_places(
    operator: Callable[[random.Random, etree._Element], etree._Element | None],
) -> None:
    verdicts: Counter[str] = Counter()
    differing = []
    for data in mutants(operator):
        tree = etree.fromstring(data, plain_parser())
        ours, theirs = own_faults(tree), official_faults(tree)
        verdicts["invalid" if theirs else "valid"] += 1
        if ours != theirs:
            differing.append((theirs[:1], ours[:1], data))

    sys.stdout.write(f"{operator.__name__}: {dict(verdicts)}, {len(differing)} differing\n")
    assert differing == []
    assert verdicts.total() == MUTANTS
    assert verdicts["invalid"] > 0


def test_enough_mutants_are_judged() -> None:
    assert len(OPERATORS) * MUTANTS >= 5000


@pytest.mark.parametrize("path", example_files(), ids=lambda path: path.stem)
def test_the_official_folder_can_take_the_place_of_ours(path: Path) -> None:
    tree = etree.fromstring(path.read_bytes(), plain_parser())

    assert official_set().validate(tree) == ()


@functools.cache
def official_set() -> SchemaSet:
    return SchemaSet.load(Path(STANDARDS or "", "xsd"))


def test_the_official_folder_knows_the_same_namespaces() -> None:
    assert official_set().namespaces == own_schemas().namespaces


def test_the_official_folder_gives_the_verdicts_of_the_official_loader() -> None:
    for operator in (break_attribute, swap_elements, delete_element):
        for data in mutants(operator):
            tree = etree.fromstring(data, plain_parser())

            assert [(fault.line, fault.path) for fault in official_set().validate(tree)] == official_faults(tree)


def test_none_of_our_files_is_an_official_one() -> None:
    official = {path.read_bytes() for path in Path(STANDARDS or "").rglob("*") if path.is_file()}

    assert [
        path.name for path in resources.schemas().rglob("*") if path.is_file() and path.read_bytes() in official
    ] == []
