"""The dialogue between clinic and referrer."""

from __future__ import annotations

from collections.abc import Callable

from recipes.base import AUTHOR, CLINIC, GP, msg_id, recipe, refers_to, spec, without, written

REFERRAL = msg_id("henvisning-2.0-komplett.xml")
QUESTION = msg_id("dialogmelding-1.1-helsefaglig-sporsmal.xml")


@recipe("dialogmelding-1.1-helsefaglig-sporsmal.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.1-helsefaglig"), conversation=refers_to(REFERRAL))


@recipe("dialogmelding-1.1-helsefaglig-svar.xml")
def _(name: str) -> bytes:
    table = spec("dialogmelding-1.1-helsefaglig")
    note = table["dialogmelding"]["notater"][0]
    note["text"] = "Pasienten er gradert sykmeldt 50 % fra 2. februar; første fraværsdag 5. januar."
    note["roles"] = [{"role_to_patient": "6 Fastlege", "person": AUTHOR}]
    return written(name, table, sender=GP, receiver=CLINIC, conversation=refers_to(QUESTION, REFERRAL))


@recipe("dialogmelding-1.1-henvisning-sendt-som-dialog.xml")
def _(name: str) -> bytes:
    table = without(spec("dialogmelding-1.1-helsefaglig"), "conversation")
    note = table["dialogmelding"]["notater"][0]
    note["subject"] = "Arbeidsrettet mestringsopphold"
    note["text"] = "Henviser pasienten til Arbeidsrettet mestringsopphold. Ryggsmerter, renholder, sykmeldt."
    note["roles"] = [{"role_to_patient": "24 Kontakt hos mottaker", "person": {"profession": "LE Lege"}}]
    return written(name, table, sender=GP, receiver=CLINIC)


@recipe("dialogmelding-1.1-xhtml.xml")
def _(name: str) -> bytes:
    table = spec("dialogmelding-1.1-helsefaglig")
    table["dialogmelding"]["notater"][0]["text"] = {
        "markup": [
            '<div xmlns="http://www.w3.org/1999/xhtml"><h1>Svar</h1><p>Pasienten er <b>gradert</b> sykmeldt.</p></div>'
        ]
    }
    return written(name, table, sender=GP, receiver=CLINIC)


@recipe("dialogmelding-1.1-20-kb.xml")
def _(name: str) -> bytes:
    table = spec("dialogmelding-1.1-helsefaglig")
    lines = [f"{day}. dag: gruppesamling om mestring, trening i sal og samtale med veileder." for day in range(1, 240)]
    table["dialogmelding"]["notater"][0]["text"] = "\r\n".join(lines)
    return written(name, table, sender=GP, receiver=CLINIC)


_STATUS_TEXTS = {
    "1": "Pasienten innkalles 13.04.2026 kl. 09.00, Fysikalsk medisin og rehabilitering. Ansiennitetsdato 02.03.2026.",
    "2": "Henvisningen er vurdert. Ansiennitetsdato 02.03.2026. Frist for oppstart 01.06.2026. Tidspunkt kommer.",
    "3": "Henvisningen er sendt videre til Et annet sykehus HF, som har tilbudet.",
    "4": "Henvisningen er avvist: tilbudet passer ikke for pasientens plager. Pasienten har fått brev med klageadgang.",
}


def _status(code: str) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        table = without(spec("dialogmelding-1.1-status"), "other_receivers")
        note = table["dialogmelding"]["notater"][0]
        note["theme"] = f"9148:{code}"
        note["text"] = _STATUS_TEXTS[code]
        return written(name, table, conversation=refers_to(REFERRAL))

    return make


for _code in _STATUS_TEXTS:
    recipe(f"dialogmelding-1.1-status-{_code}.xml")(_status(_code))


@recipe("dialogmelding-1.1-status-med-kopi.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.1-status"), conversation=refers_to(REFERRAL))


@recipe("dialogmelding-1.0-avvik.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.0-avvik"), conversation=refers_to(REFERRAL))


@recipe("dialogmelding-1.0-foresporsel.xml")
def _(name: str) -> bytes:
    return written(name, spec("dialogmelding-1.0-foresporsel"))


@recipe("dialogmelding-1.0-svar.xml")
def _(name: str) -> bytes:
    asked = msg_id("dialogmelding-1.0-foresporsel.xml")
    return written(name, spec("dialogmelding-1.0-svar"), conversation=refers_to(asked))
