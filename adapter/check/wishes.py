"""Where the patient wants to be treated, as far as a referral says it.

A wish is clinical content, never the address (HIS 1153-3): it is kept where it stands and compared with the receiver.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapter.check.profile import Profile
from adapter.message import Henvisning, Message, Organisation, Party
from adapter.message.party import ENH


def name_another_place(message: Message, referral: Henvisning) -> bool:
    """Tell whether a wish names a place, and none of the wishes is the receiver's."""
    places = list(wished_places(referral))
    return (
        bool(places) and message.receiver is not None and not any(_is_at(place, message.receiver) for place in places)
    )


def wished_places(referral: Henvisning) -> Iterator[Organisation]:
    """Yield the places a referral of any version names as wished for: of treatment, or of who shall treat."""
    profile = Profile.load("amo")
    for relation in referral.care_relations:
        party, code = relation.party, relation.relation
        is_wish = code is not None and code.value in profile.codes["wishes"]
        if is_wish and party is not None and party.organisation is not None:
            yield party.organisation
    for unit in referral.units:
        if unit.organisation is not None and profile.words["wished_place"].search((unit.note or "").lower()):
            yield unit.organisation


def _is_at(place: Organisation, receiver: Party) -> bool:
    """Compare by HER-id, else by organisation number, else by name; a place without any of them is nowhere else."""
    wanted = Party(organisation=place)
    if wanted.her_id:
        return wanted.her_id in receiver.her_ids()
    if place.identified_by(ENH) and receiver.organisation_number:
        return wanted.organisation_number == receiver.organisation_number
    name = wanted.name.casefold()
    theirs = receiver.organisation.walk() if receiver.organisation else ()
    names = [member.name.casefold() for member in theirs if isinstance(member, Organisation) and member.name]
    return not name or any(name in known or known in name for known in names)
