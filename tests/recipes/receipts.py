"""AppRecs."""

from __future__ import annotations

from collections.abc import Callable

from recipes.base import NAV, Table, document_id, edited, msg_id, recipe, spec, written


def _receipt(version: str, answers: str, **receipt: object) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        table = spec(f"apprec-{version}")
        old = answers.startswith("henvisning-1.0")
        original = {
            "kind": "HENVISNING Henvisning",
            "issued": "2026-03-02T09:15:00+01:00",
            "id": document_id(answers) if old else msg_id(answers),
        }
        return written(name, table | {"receipt": {"original": original, **receipt}})

    return make


def _error(value: str, detail: str) -> Table:
    return {"value": value, "list": "8221", "text": detail}


recipe("apprec-1.0-positiv-henvisning-1.0.xml")(_receipt("1.0", "henvisning-1.0-komplett.xml", status="1 OK"))
recipe("apprec-1.1-positiv.xml")(_receipt("1.1", "henvisning-1.1-komplett.xml", status="1 OK"))
recipe("apprec-1.1-negativ-to-feil.xml")(
    _receipt(
        "1.1",
        "henvisning-1.1-utilstrekkelig-pasient.xml",
        status="2 Avvist",
        errors=[
            _error("E36", "Fødselsnummer mangler."),
            _error("E21", "HER-id 8990199 er ikke en tjeneste hos oss."),
        ],
    )
)
recipe("apprec-1.1-ukjent-original.xml")(_receipt("1.1", "finnes-ikke.xml", status="1 OK"))


def _from_nav(answers: str, number: str, *reasons: str) -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        table = spec("apprec-1.0")
        receipt: Table = {
            "status": "2 Avvist" if reasons else "1 OK",
            "errors": [{"value": "X99", "list": "8221", "name": reason} for reason in reasons],
            "original": {"kind": "DIALOG_NOTAT Notat", "issued": "2026-03-02T09:15:00", "id": msg_id(answers)},
        }
        return written(name, table, sender=NAV, msg_id=number, receipt=receipt)

    return make


_NEED = "dialogmelding-1.0-nav-behov-for-tiltak.xml"
recipe("apprec-1.0-nav-positiv.xml")(_from_nav(_NEED, "2603020920lege00002.1"))
recipe("apprec-1.0-nav-avvist.xml")(
    _from_nav(
        _NEED,
        "2603020921lege00003.1",
        "Behandler har ikke gyldig autorisasjon i HPR",
        "Behandler er suspendert av NAV på konsultasjonstidspunkt",
    )
)
recipe("apprec-1.0-nav-duplikat.xml")(
    _from_nav(
        _NEED,
        "2603020922lege00004.1",
        "Duplikat! - Dialogmeldingen fra 02-03-2026 09:15 har vi tidligere mottatt den 02-03-2026 09:15. "
        "Skal ikke sendes på nytt.",
    )
)


@recipe("apprec-1.0-nav-byttet-v-og-s.xml")
def _(name: str) -> bytes:
    data = _from_nav(_NEED, "2603020923lege00005.1", "Pasienten er ikkje registrert i folkeregisteret")(name)
    oid = "2.16.578.1.12.4.1.1.8221"
    return edited(data, (f'V="X99" S="{oid}"', f'V="{oid}" S="X99"'))
