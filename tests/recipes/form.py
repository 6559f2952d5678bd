"""Messages broken in form."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from recipes.base import IDS, Table, edited, moved, plain, recipe, with_, written


def _broken(source: Callable[[], Table], *edits: tuple[str, str]) -> Callable[[str], bytes]:
    return lambda name: edited(written(name, source()), *edits)


recipe("henvisning-1.1-feil-dato.xml")(
    _broken(plain, ('<DateOfBirth V="1984-03-14"/>', '<DateOfBirth V="14.03.1984"/>'))
)
recipe("henvisning-1.1-mangler-obligatorisk.xml")(_broken(plain, ('<MsgDescr V="10" DN="Utredning/behandling"/>', "")))
recipe("henvisning-1.1-ukjent-element.xml")(_broken(plain, ("<ReqServ>", "<EgetFelt>x</EgetFelt><ReqServ>")))


@recipe("henvisning-1.1-feil-rekkefolge.xml")
def _(name: str) -> bytes:
    return moved(written(name, plain()), "ReqServ", "<ServProvider>")


@recipe("henvisning-1.1-oyeblikkelig-hjelp-feil-dato.xml")
def _(name: str) -> bytes:
    table = with_(plain(), "0 Øyeblikkelig hjelp", "henvisning", "requested", "priority")
    return edited(written(name, table), ('<DateOfBirth V="1984-03-14"/>', '<DateOfBirth V="14.03.1984"/>'))


@recipe("henvisning-2.0-mangler-obligatorisk.xml")
def _(name: str) -> bytes:
    data = written(name, plain("2.0"))
    start = data.index(b"<ReqServ>")
    return data[:start] + data[data.index(b"</ReqServ>") + len(b"</ReqServ>") :]


@recipe("henvisning-1.1-ikke-velformet.xml")
def _(name: str) -> bytes:
    return edited(written(name, plain()), ("</ReqServ>", ""))


@recipe("henvisning-1.1-ikke-velformet-uten-msgid.xml")
def _(name: str) -> bytes:
    data = written(name, plain())
    start, end = data.index(b"<MsgId>"), data.index(b"</MsgId>") + len(b"</MsgId>")
    return edited(data[:start] + data[end:], ("</ReqServ>", ""))


@recipe("henvisning-1.1-avkortet.xml")
def _(name: str) -> bytes:
    data = written(name, plain())
    return data[: data.index(b"</Requester>") + 200]


@recipe("henvisning-1.1-avkortet-for-avsender.xml")
def _(name: str) -> bytes:
    data = written(name, plain())
    return data[: data.index(b"<Requester>")]


@recipe("tom-fil.xml")
def _(_name: str) -> bytes:
    return b""


@recipe("henvisning-1.1-doctype-xxe.xml")
def _(name: str) -> bytes:
    data = written(name, plain())
    doctype = '<!DOCTYPE Message [<!ENTITY fil SYSTEM "file:///etc/hostname">]>\n<Message '
    return edited(data, ("<Message ", doctype), (">Eksempelbedriften AS<", ">&fil;<"))


@recipe("henvisning-1.1-milliard-latter.xml")
def _(name: str) -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE Message [<!ENTITY l0 "ha">{laughs}]>\n<Message '
    return edited(written(name, plain()), ("<Message ", doctype), (">Eksempelbedriften AS<", ">&l9;<"))


def _encoded(encoding: str, declared: str, mark: bytes = b"") -> Callable[[str], bytes]:
    def make(name: str) -> bytes:
        text = written(name, plain()).decode().replace('encoding="UTF-8"', f'encoding="{declared}"', 1)
        return mark + text.encode(encoding)

    return make


recipe("henvisning-1.1-utf-16.xml")(_encoded("utf-16", "UTF-16"))
recipe("henvisning-1.1-bom.xml")(_encoded("utf-8", "UTF-8", b"\xef\xbb\xbf"))
recipe("henvisning-1.1-feil-tegnsett.xml")(_encoded("iso-8859-1", "UTF-8"))


@recipe("henvisning-1.0-iso-8859-1.xml")
def _(name: str) -> bytes:
    text = written(name, plain("1.0")).decode().replace('encoding="UTF-8"', 'encoding="ISO-8859-1"', 1)
    return text.encode("iso-8859-1")


@recipe("henvisning-1.1-msgid-store-bokstaver.xml")
def _(name: str) -> bytes:
    return written(name, plain(), msg_id=str(uuid.uuid5(IDS, name)).upper())


@recipe("henvisning-1.1-msgid-ikke-uuid.xml")
def _(name: str) -> bytes:
    return written(name, plain(), msg_id="1901162157lege21826.1")


@recipe("henvisning-1.1-20-kb.xml")
def _(name: str) -> bytes:
    table = plain()
    for number in range(1, 60):
        table["henvisning"]["information"].append(
            {
                "kind": "MEDB Legemiddelopplysning" if number % 2 else "FUNN Funn og undersøkelsesresultat",
                "start": "2025-11-01",
                **(
                    {
                        "medication": {
                            "drug": {"value": "N02BE01", "name": f"Paracetamol, kur {number}", "list": "7180"},
                            "status": "6 Benyttes regelmessig",
                            "dosage": "1 g inntil fire ganger daglig ved behov",
                        }
                    }
                    if number % 2
                    else {"text": f"Undersøkelse {number}: fingre til gulv {number} cm, Schobers test 10-14 cm."}
                ),
            }
        )
    return written(name, table)
