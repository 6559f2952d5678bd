"""Referrals that are right, or lack what a referral should say."""

from __future__ import annotations

from collections.abc import Callable

from recipes.base import CENTRE, plain, recipe, referral, with_, without, without_information, written


def _complete(version: str) -> Callable[[str], bytes]:
    return lambda name: written(name, referral(version))


recipe("henvisning-1.0-komplett.xml")(_complete("1.0"))
recipe("henvisning-1.1-komplett.xml")(_complete("1.1"))
recipe("henvisning-2.0-komplett.xml")(_complete("2.0"))


@recipe("henvisning-1.1-uten-sykmeldingsstatus.xml")
def _(name: str) -> bytes:
    return written(name, without_information(plain(), "SYKM"))


@recipe("henvisning-2.0-uten-sykmeldingsstatus.xml")
def _(name: str) -> bytes:
    return written(name, without_information(plain("2.0"), "SYKM"))


@recipe("henvisning-1.1-uten-telefon.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "patient", "phone"))


@recipe("henvisning-1.1-uten-sykmeldingsstatus-og-telefon.xml")
def _(name: str) -> bytes:
    return written(name, without(without_information(plain(), "SYKM"), "patient", "phone"))


@recipe("henvisning-1.1-feil-profesjon.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "FT Fysioterapeut", "henvisning", "referrer", "profession"))


@recipe("henvisning-1.1-uten-henviser.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "henvisning", "referrer"))


@recipe("henvisning-1.1-uten-hpr.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "henvisning", "referrer", "hpr"))


@recipe("henvisning-1.1-uten-problemstilling.xml")
def _(name: str) -> bytes:
    return written(name, without(without(plain(), "henvisning", "information"), "henvisning", "reasons"))


@recipe("henvisning-1.1-uten-arbeidsforhold.xml")
def _(name: str) -> bytes:
    table = without(plain(), "henvisning", "contact_persons")
    reasons = {
        "PROB": "Langvarige smerter i nedre del av ryggen.",
        "UTRED": "Arbeidsrettet mestringsopphold.",
    }
    return written(name, with_(table, reasons, "henvisning", "reasons"))


@recipe("henvisning-1.1-sammenslatt-tekst.xml")
def _(name: str) -> bytes:
    text = (
        "Aktuell problemstilling:\r\nLangvarige smerter i nedre del av ryggen.\r\n\r\n"
        "Arbeidsforhold:\r\nRenholder i 80 % stilling.\r\n\r\n"
        "Sykemeldingsstatus:\r\nGradert sykmeldt 50 % siden 5. januar.\r\n\r\n"
        "Tidligere utredning og behandling:\r\nFysioterapi ti ganger.\r\n\r\n"
        "Ønsket undersøkelse/behandling:\r\nArbeidsrettet mestringsopphold"
    )
    table = without(without(plain(), "henvisning", "contact_persons"), "henvisning", "information")
    return written(name, with_(table, {"PROB": text}, "henvisning", "reasons"))


@recipe("henvisning-1.1-umerket.xml")
def _(name: str) -> bytes:
    table = without(plain(), "henvisning", "request_comment")
    return written(name, with_(table, "Vurdering og tverrfaglig tilbud.", "henvisning", "reasons", "UTRED"))


@recipe("henvisning-1.1-merket-hia.xml")
def _(name: str) -> bytes:
    table = with_(plain(), "HIA", "henvisning", "request_comment")
    return written(name, with_(table, "HelseIArbeid: vurdering.", "henvisning", "reasons", "UTRED"))


@recipe("henvisning-1.1-raskere-tilbake.xml")
def _(name: str) -> bytes:
    text = "Raskere tilbake. Arbeidsrettet mestringsopphold"
    return written(name, with_(plain(), text, "henvisning", "request_comment"))


@recipe("henvisning-1.1-oyeblikkelig-hjelp.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "0 Øyeblikkelig hjelp", "henvisning", "requested", "priority"))


@recipe("henvisning-1.1-oyeblikkelig-hjelp-ukjent-pasient.xml")
def _(name: str) -> bytes:
    table = with_(plain(), "0 Øyeblikkelig hjelp", "henvisning", "requested", "priority")
    return written(name, with_(table, {"name": "Ukjent Pasient"}, "patient"))


@recipe("henvisning-1.1-utilstrekkelig-pasient.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), {"name": "Vakker Blomst", "phone": "90000001"}, "patient"))


@recipe("henvisning-2.0-utilstrekkelig-pasient.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain("2.0"), {"name": "Vakker Blomst", "phone": "90000001"}, "patient"))


@recipe("henvisning-1.1-fodselsdato-og-kjonn.xml")
def _(name: str) -> bytes:
    return written(name, without(plain(), "patient", "identity_number"))


@recipe("henvisning-1.1-d-nummer.xml")
def _(name: str) -> bytes:
    patient = {
        "name": "Sindig Fjord",
        "identity_number": "49869000085",
        "date_of_birth": "1990-06-09",
        "sex": "2 Kvinne",
        "phone": "90000001",
    }
    return written(name, with_(plain(), patient, "patient"))


@recipe("henvisning-1.1-feil-kontrollsiffer.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "14838400053", "patient", "identity_number"))


@recipe("henvisning-1.1-feil-pasient.xml")
def _(name: str) -> bytes:
    table = with_(plain(), "1971-11-02", "patient", "date_of_birth")
    return written(name, with_(table, "1 Mann", "patient", "sex"))


@recipe("henvisning-1.1-ukjent-kode.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), "Q7 Egen hastegrad", "henvisning", "requested", "priority"))


@recipe("henvisning-1.1-kopimottaker.xml")
def _(name: str) -> bytes:
    return written(name, plain(), other_receivers=[{"role": "COP Kopimottaker", **CENTRE}])


@recipe("henvisning-1.1-testmelding.xml")
def _(name: str) -> bytes:
    return written(name, plain(), status="TEST Melding til testformål")
