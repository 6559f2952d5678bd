"""What speaks against what is known of a party: ends that are near or past, and sources that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from adapter.message.code import OSLO
from adapter.partner.address import Answer, Presence
from adapter.partner.register import Partner
from adapter.partner.snapshot import Snapshot, Use
from adapter.values import value_class

#: Renewing a certificate and the agreement that names it takes weeks.
NOTICE = timedelta(days=60)
_SHA1 = "rsa-sha1"


@value_class
class Remark:
    """One thing that somebody should look at."""

    party: str
    text: str
    #: What to do.
    hint: str
    #: Messages do not go, or should not, as long as it is so.
    is_fault: bool


def review(partner: Partner, answers: Iterable[Answer], now: datetime) -> Iterator[Remark]:
    """Yield what speaks against a party, by its snapshots and by what the address register said of its HER-ids."""
    for snapshot in partner.snapshots:
        yield from _agreement(partner, snapshot, now)
        yield from _certificates(partner, snapshot, now)
    yield from _weak_signatures(partner, now)
    yield from _ended_exceptions(partner, now)
    for answer in answers:
        yield from _address(partner, answer, now)


def _agreement(partner: Partner, snapshot: Snapshot, now: datetime) -> Iterator[Remark]:
    name = snapshot.agreement or snapshot.source
    hint = "Get the renewed agreement and `budstikke partner import` it."
    begin, end = snapshot.valid_from, snapshot.valid_until
    if begin is not None and now < begin:
        yield Remark(party=partner.id, text=f"{name} begins on {_day(begin)}.", hint="Wait for it.", is_fault=True)
    if end is None or end - now > NOTICE:
        return
    verb = "ended" if end < now else "ends"
    yield Remark(party=partner.id, text=f"{name} {verb} on {_day(end)}.", hint=hint, is_fault=end < now)


def _certificates(partner: Partner, snapshot: Snapshot, now: datetime) -> Iterator[Remark]:
    for use in Use:
        own = [credential.certificate for credential in snapshot.credentials if credential.use is use]
        if not own:
            continue
        end = max(certificate.valid_until for certificate in own)
        if end - now <= NOTICE:
            verb = "ended" if end < now else "ends"
            source = snapshot.agreement or snapshot.source
            yield Remark(
                party=partner.id,
                text=f"The last certificate for {use} in {source} {verb} on {_day(end)}.",
                hint=f"`budstikke partner refresh {snapshot.her_ids[0]}`, or import the renewed agreement.",
                is_fault=end < now,
            )


def _weak_signatures(partner: Partner, now: datetime) -> Iterator[Remark]:
    links = (link for snapshot in partner.snapshots if snapshot.is_valid_at(now) for link in snapshot.links)
    is_weak = any((link.signature or "").endswith(_SHA1) for link in links)
    until = partner.sha1_until
    today = now.astimezone(OSLO).date()
    if is_weak and (until is None or until < today):
        yield Remark(
            party=partner.id,
            text="Its agreement has it sign with SHA-1, which is not accepted from it.",
            hint="Ask for a new agreement with RSA-SHA256; until then, sha1_until of the party can be a date.",
            is_fault=True,
        )


def _ended_exceptions(partner: Partner, now: datetime) -> Iterator[Remark]:
    today = now.astimezone(OSLO).date()
    for name, key, until in (
        ("SHA-1", "sha1_until", partner.sha1_until),
        ("3DES", "triple_des_until", partner.triple_des_until),
    ):
        if until is not None and until < today:
            text = f"The exception for {name} ended on {until}."
            yield Remark(party=partner.id, text=text, hint=f"Take {key} away.", is_fault=False)


def _address(partner: Partner, answer: Answer, now: datetime) -> Iterator[Remark]:
    entry = answer.entry
    if answer.presence is Presence.GONE:
        when = f" on {_day(answer.asked_at)}" if answer.asked_at else ""
        text = f"The address register{when} had no valid party with the HER-id {answer.her_id}."
        yield Remark(
            party=partner.id,
            text=text,
            hint="Ask the partner for its new address; nothing is re-routed.",
            is_fault=True,
        )
    if answer.is_stale and (age := answer.age(now)) is not None:
        text = f"The address register's answer about {answer.her_id} is {age.days} days old or in doubt."
        yield Remark(party=partner.id, text=text, hint=f"`budstikke partner lookup {answer.her_id}`", is_fault=False)
    if entry is None:
        return
    hint = f"`budstikke partner refresh {answer.her_id}`, then look what the configuration says."
    if entry.service_type and partner.service_type and entry.service_type != partner.service_type:
        text = f"The address register has the service type {entry.service_type}, not {partner.service_type}."
        yield Remark(party=partner.id, text=text, hint=hint, is_fault=False)
    for use, listed in ((Use.SIGNING, entry.signing_thumbprint), (Use.ENCRYPTION, entry.encryption_thumbprint)):
        own = {
            credential.thumbprint
            for snapshot in partner.snapshots
            if answer.her_id in snapshot.her_ids
            for credential in snapshot.credentials
            if credential.use is use
        }
        if listed and own and listed not in own:
            text = f"The address register has a newer certificate for {use} of {answer.her_id}."
            yield Remark(party=partner.id, text=text, hint=hint, is_fault=False)


def _day(at: datetime) -> str:
    return f"{at.astimezone(OSLO):%Y-%m-%d}"
