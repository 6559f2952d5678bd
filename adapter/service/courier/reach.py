"""How a party's message server is reached: where, and how long one goes on trying (HIS 1037, 5.2)."""

from __future__ import annotations

from datetime import timedelta

from adapter.channel.mail.terms import Terms
from adapter.partner.register import Partner
from adapter.partner.snapshot import Link, Snapshot, Way
from adapter.service.courier.heading import Heading
from adapter.service.courier.seal import Unsendable
from adapter.values import value_class

_SMTP = "SMTP"
#: What addresses of a link are good for, the best first.
_PURPOSES = ("allPurpose", "request")


@value_class
class Reach:
    """Where the envelopes of one heading go, and how often."""

    #: A mail address.
    address: str
    #: Sendings after the first, without an acknowledgment.
    retries: int
    retry_interval: timedelta


def reach(heading: Heading, terms: Terms) -> Reach:
    """Return how the addressee is reached; what is agreed with it wins over the channel's terms.

    Raises:
        Unsendable: no mail address of it is known.
    """
    link = _link(heading)
    address = _known(heading.party, link)
    agreed = link.reliability if link else None
    return Reach(
        address=address,
        retries=agreed.retries if agreed else terms.retries,
        retry_interval=agreed.retry_interval if agreed else terms.retry_interval,
    )


def address_of(party: Partner, snapshot: Snapshot | None) -> str:
    """Return the mail address of a party, for what its message server is told; Unsendable where none is known."""
    links = snapshot.links if snapshot else ()
    return _known(party, next((link for link in links if link.protocol == _SMTP), None))


def _known(party: Partner, link: Link | None) -> str:
    address = party.address or (_address(link) if link else None)
    if address is None:
        raise Unsendable(
            f'No mail address of party "{party.id}" is known.',
            hint="Write `address` of the party, or get it from Adresseregisteret with `budstikke partner refresh`.",
        )
    return address


def _link(heading: Heading) -> Link | None:
    """Return the way that is agreed for such messages, else any by mail."""
    snapshot, header = heading.snapshot, heading.header
    if snapshot is None:
        return None
    by_mail = [link for link in _preferred(snapshot, header.service.value, header.action) if link.protocol == _SMTP]
    return next(iter(by_mail), None)


def _preferred(snapshot: Snapshot, service: str, action: str) -> tuple[Link, ...]:
    taken = snapshot.capability(Way.RECEIVES, service, action)
    return (*(snapshot.links_of(taken) if taken else ()), *snapshot.links)


def _address(link: Link) -> str | None:
    for purpose in _PURPOSES:
        for endpoint in link.endpoints:
            if endpoint.purpose == purpose:
                return endpoint.address
    return None
