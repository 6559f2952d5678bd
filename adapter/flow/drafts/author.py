"""The person who answers for a draft, from what people write about themselves."""

from __future__ import annotations

from collections.abc import Callable

from adapter.flow.mirror import PERSON_IDS, family_and_given, with_lists
from adapter.message.address import Telecom
from adapter.message.code import Code
from adapter.message.party import HPR, HealthcareProfessional, Identifier
from adapter.wire.style import with_scheme

#: A list's name of a code, such as `CodeLists.name_of`.
NameOf = Callable[[str, str], str | None]
_PROFESSIONS = "9060"
_PARTS = ("name", "profession", "hpr", "phone")


def author_from(text: str, name_of: NameOf) -> HealthcareProfessional:
    """Read "name, profession, HPR, phone", what is not known being empty; raise ValueError where it is not that."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != len(_PARTS) or not parts[0]:
        raise ValueError('write "name, profession, HPR, phone"; what is not known stays empty between commas')
    return author_of(**dict(zip(_PARTS, parts, strict=True)), name_of=name_of)


def author_of(
    *, name: str, profession: str | None = None, hpr: str | None = None, phone: str | None = None, name_of: NameOf
) -> HealthcareProfessional:
    """Return a health professional; `profession` is a code of list 9060, with its name after it or without."""
    family, given = family_and_given(name.strip())
    code, _, called = (profession or "").strip().partition(" ")
    return HealthcareProfessional(
        profession=Code(code, called.strip() or name_of(_PROFESSIONS, code)) if code else None,
        family_name=family,
        given_name=given,
        identifiers=with_lists((Identifier(hpr, Code(HPR)),), PERSON_IDS) if hpr else (),
        telecoms=(Telecom(address=with_scheme(phone.strip())),) if phone and phone.strip() else (),
    )
