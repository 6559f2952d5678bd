"""Messages for somebody else."""

from __future__ import annotations

from recipes.base import RECIPES, document_id, plain, recipe, with_, written


@recipe("henvisning-1.1-ukjent-virksomhet.xml")
def _(name: str) -> bytes:
    other = {"name": "Et annet sykehus HF", "her_id": "8990900", "unit": {"name": "Ortopedi", "her_id": "8990901"}}
    return written(name, plain(), receiver={"organisation": other})


@recipe("henvisning-1.1-ukjent-tjeneste.xml")
def _(name: str) -> bytes:
    unit = {"name": "Nedlagt tjeneste", "her_id": "8990199"}
    return written(name, with_(plain(), unit, "receiver", "organisation", "unit"))


@recipe("henvisning-1.1-mottatt-for.xml")
def _(_name: str) -> bytes:
    return RECIPES["henvisning-1.1-komplett.xml"]()


@recipe("henvisning-1.1-samme-dokument-id.xml")
def _(name: str) -> bytes:
    return written(name, with_(plain(), document_id("henvisning-1.1-komplett.xml"), "henvisning", "document_id"))
