"""Messages in other messages, and foreign content."""

from __future__ import annotations

from recipes.base import recipe, spec, written


def _body(data: bytes) -> str:
    return data.decode().split("?>\n", 1)[1]


@recipe("dialogmelding-1.0-fellesformat.xml")
def _(name: str) -> bytes:
    inner = _body(written(name, spec("dialogmelding-1.0-nav") | {"attachments": []}))
    block = (
        '<MottakenhetBlokk avsender="test" ediLoggId="2603020915lege00001.1" ebAction="Henvendelse" '
        'ebRole="Sykmelder" ebService="HenvendelseFraLege" mottattDatotid="2026-03-02T09:15:05" partnerReferanse="1"/>'
    )
    return f'<EI_fellesformat xmlns="http://www.nav.no/xml/eiff/2/">{inner}{block}</EI_fellesformat>\n'.encode()


@recipe("dialogmelding-1.0-hodemelding-i-hodemelding.xml")
def _(name: str) -> bytes:
    data = written(name, spec("dialogmelding-1.0-nav") | {"attachments": []})
    inner = _body(data)
    start, end = data.index(b"<Content>") + len(b"<Content>"), data.index(b"</Content>")
    return data[:start] + inner.encode() + data[end:]


@recipe("ukjent-innhold-i-hodemelding.xml")
def _(name: str) -> bytes:
    data = written(name, spec("dialogmelding-1.1-helsefaglig"), type="PLO_ORIENTERING Orientering om tjenestetilbud")
    start, end = data.index(b"<Content>") + len(b"<Content>"), data.index(b"</Content>")
    return (
        data[:start] + b'<Orientering xmlns="urn:syntetisk:orientering"><Tekst>Hei</Tekst></Orientering>' + data[end:]
    )


@recipe("ukjent-rot.xml")
def _(_name: str) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<Brev xmlns="urn:syntetisk:brev"><Tekst>Hei</Tekst></Brev>\n'
