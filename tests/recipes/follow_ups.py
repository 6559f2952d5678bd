"""Referrals changed and cancelled."""

from __future__ import annotations

from collections.abc import Callable

from recipes.base import document_id, msg_id, plain, recipe, refers_to, with_, written


def _follow_up(version: str, service_type: str, comment: str) -> Callable[[str], bytes]:
    original = f"henvisning-{version}-komplett.xml"

    def make(name: str) -> bytes:
        table = with_(plain(version), service_type, "henvisning", "service_type")
        table = with_(table, document_id(original), "henvisning", "document_id")
        table = with_(table, comment, "henvisning", "request_comment")
        if service_type.startswith("C"):
            table["henvisning"].pop("information")
            table["henvisning"].pop("contact_persons", None)
        references = {"conversation": refers_to(msg_id(original))} if version == "2.0" else {}
        return written(name, table, **references)

    return make


for _version in ("1.1", "2.0"):
    recipe(f"henvisning-{_version}-endring.xml")(
        _follow_up(_version, "M Endring", "Arbeidsrettet mestringsopphold. Nytt telefonnummer.")
    )
    recipe(f"henvisning-{_version}-kansellering.xml")(
        _follow_up(_version, "C Kansellering", "Pasienten ønsker ikke tilbudet.")
    )
