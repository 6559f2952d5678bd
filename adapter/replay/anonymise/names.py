"""Names that nobody has: what people, organisations and places are called in anonymised messages."""

from __future__ import annotations

WOMEN = (
    *("Blåklokke", "Solveigblad", "Rognebær", "Lyngrosa", "Hvitveis", "Tåkelin", "Morgengry", "Snøfrid", "Engsoleie"),
    *("Perlemor", "Sølvpil", "Kløvermai", "Duggdråpe", "Vårsang", "Molteblomme", "Tindelill", "Fjellfiol", "Nattlyse"),
    *("Bjørkesus", "Havbris", "Stjernelin", "Skumring", "Regnbue", "Kveldsol", "Tyttebær", "Siljuslett", "Lønnelauv"),
)
MEN = (
    *("Granitt", "Eikestokk", "Tordenvær", "Fururot", "Bjørnemose", "Kampestein", "Nordavind", "Sølvrev", "Østavær"),
    *("Ulveskinn", "Rimfrost", "Hasselnøtt", "Bergtopp", "Havørn", "Malmklang", "Steinur", "Klippefot", "Sjøsprøyt"),
    *("Elgtråkk", "Tindefall", "Kvistholt", "Skrentmann", "Grantopp", "Vinterdag", "Ishavsund", "Fossekall", "Sagtann"),
)
PEOPLE = (
    *("Undrende", "Sprettende", "Glitrende", "Lekende", "Nysgjerrig", "Trallende", "Munter", "Plystrende", "Hoppende"),
    *("Døsig", "Vimsete", "Fornøyd", "Syngende", "Rullende", "Flakkende", "Myldrende", "Smilende", "Skinnende"),
)
FAMILIES = (
    *("Teskje", "Paraply", "Trillebår", "Knapphull", "Sokkeskuff", "Pannekake", "Vindmølle", "Skrivebord", "Ostehøvel"),
    *("Gulrotkake", "Stigtrinn", "Lysestake", "Kjøkkenhage", "Sykkelpumpe", "Nøkkelknippe", "Kanelbolle", "Tekanne"),
    *("Ullvott", "Brødkurv", "Hengekøye", "Bokmerke", "Fløyelsgardin", "Spillkort", "Knutepunkt", "Vaskeklut"),
    *("Lommelykt", "Kaffekopp", "Rabarbra", "Fyrstikke", "Høygaffel", "Postkasse", "Grøtfat", "Trekkspill", "Veddunge"),
    *("Blekkhus", "Fiskesnøre", "Garnnøste", "Hagestol", "Isbit", "Julekurv", "Kremkrukke", "Luftballong", "Malerkost"),
)
ORGANISATIONS = (
    *("Fantasia", "Drømmekvisten", "Eventyrhagen", "Sommerfuglen", "Skattkisten", "Månestråla", "Luftslottet"),
    *("Regnbuebrua", "Speilvendt", "Snurrebassen", "Papirbåten", "Trylleskogen", "Sagatunet", "Tankespinn"),
    *("Vrimmelen", "Kvikkleira", "Nissehula", "Humlebolet", "Vågetoppen", "Glasskula", "Dragehøyden", "Oppspinnet"),
)
STREETS = (
    *("Oppdiktveien", "Liksomgata", "Fantasiveien", "Eventyrstien", "Drømmebakken", "Luftslottveien", "Nissegata"),
    *("Sagnveien", "Gåtefaret", "Papirveien", "Trollkroken", "Tullballveien", "Skrønebakken", "Vrøvlegata"),
)
PLACES = (
    *("Oppdiktvik", "Liksomdal", "Ingenstad", "Fantasund", "Eventyrnes", "Drømmefjord", "Skrønesund", "Gåtevåg"),
    *("Trollheia", "Vrøvleby", "Sagnvik", "Papirøya", "Narreneset", "Skyggelia", "Luftheim", "Spøkelsvik"),
)
#: What says of which kind an organisation is, and of none which one.
ORGANISATION_WORDS = frozenset(
    [
        "as",
        "asa",
        "hf",
        "rhf",
        "da",
        "ans",
        "sa",
        "ks",
        "iks",
        "og",
        "i",
        "for",
        "ved",
        "av",
        "på",
        "avdeling",
        "avd",
        "seksjon",
        "enhet",
        "post",
        "poliklinikk",
        "klinikk",
        "sykehus",
        "sjukehus",
        "universitetssykehus",
        "helseforetak",
        "legesenter",
        "legekontor",
        "legevakt",
        "lege",
        "leger",
        "fastlege",
        "kommune",
        "kommunes",
        "frisklivssentral",
        "sykehjem",
        "sjukeheim",
        "hjemmetjeneste",
        "apotek",
        "fysioterapi",
        "fysioterapeut",
        "kiropraktor",
        "kiropraktikk",
        "manuellterapi",
        "rehabilitering",
        "fysikalsk",
        "medisin",
        "nav",
        "psykiatri",
        "psykisk",
        "helse",
        "helsetjeneste",
        "barn",
        "unge",
        "voksne",
        "skole",
        "barnehage",
        "bedriftshelsetjeneste",
        "saksbehandler",
        "lærer",
    ]
)
