"""Adresseregisteret's REST interface for communication parties: ask, remember, and make do without.

`GET {url}/api/v1/communicationparty/{herId}` tells who has a HER-id, `GET {url}/api/v1/certificate/{herId}/signing`
and `/encryption` give certificates. The register wants a token with the scope nhn:communicationparty/read. Its answers
are kept; while it cannot be asked the old ones hold, and say that they are old.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from adapter.errors import CertificateUnreadable
from adapter.partner.address import Answer, Entry, Presence
from adapter.partner.address_cache import AddressCache, Kept
from adapter.partner.fetch import Get
from adapter.partner.snapshot import Credential, Endpoint, Link, Snapshot, Use

#: After a failure nobody waits for the register again for so long.
SILENCE = timedelta(minutes=1)
#: What an answer can lead to that is none: JSON may be too deep, a time too early for its zone.
_UNUSABLE = (OSError, ValueError, OverflowError, RecursionError)


class AddressRegister:
    """Tells who has a HER-id, and whether anybody has."""

    __slots__ = ("_cache", "_fresh_for", "_get", "_silent_until", "_url")

    def __init__(self, url: str | None, cache: AddressCache, get: Get, *, fresh_for: timedelta) -> None:
        """Take the register's address, None where it is never asked, and how long an answer is good."""
        self._url = url.rstrip("/") if url else None
        self._cache = cache
        self._get = get
        self._fresh_for = fresh_for
        self._silent_until: datetime | None = None

    @property
    def is_configured(self) -> bool:
        """Tell whether there is a register to ask."""
        return self._url is not None

    def known(self, her_id: str, now: datetime) -> Answer:
        """Return what is known of a HER-id without asking anybody."""
        return self._told(her_id, self._cache.get(her_id), now)

    def ask(self, her_id: str, now: datetime) -> Answer:
        """Return what is known of a HER-id, asking the register where that is old or in doubt; never raises."""
        answer = self.known(her_id, now)
        return answer if answer.asked_at is not None and not answer.is_stale else self.refresh(her_id, now)

    def refresh(self, her_id: str, now: datetime) -> Answer:
        """Ask the register, whatever is known; what was known is the answer where it cannot be asked."""
        try:
            found = self._fetched("communicationparty", her_id, now=now)
            kept = Kept(asked_at=now, entry=None if found is None else _entry(found, her_id))
        except _UNUSABLE as error:
            return self._told(her_id, self._cache.get(her_id), now, failure=_reason(error))
        with suppress(OSError):  # an answer that cannot be kept is an answer all the same
            self._cache.put(her_id, kept)
        return self._told(her_id, kept, now)

    def refresh_due(self, her_ids: Iterable[str], now: datetime) -> tuple[Answer, ...]:
        """Ask about those whose answer is old or in doubt, up to the first failure; return what came of it."""
        answers: list[Answer] = []
        for her_id in her_ids:
            known = self.known(her_id, now)
            if known.asked_at is not None and not known.is_stale:
                continue
            answers.append(self.refresh(her_id, now))
            if answers[-1].failure:
                break
        return tuple(answers)

    def doubt(self, her_id: str) -> None:
        """Take note that a partner says the address is gone: it is asked for again, whatever is known."""
        with suppress(OSError):
            self._cache.doubt(her_id)

    def snapshot(self, her_id: str, now: datetime) -> Snapshot | None:
        """Return a party with its certificates as the register has them now; None where it has no such party.

        Raises OSError where the register cannot be asked.
        """
        answer = self.refresh(her_id, now)
        if answer.failure:
            raise OSError(f"the address register could not be asked: {answer.failure}")
        entry = answer.entry
        if entry is None:
            return None
        mail = (Endpoint(address=entry.edi_address),) if entry.edi_address else ()
        return Snapshot(
            name=entry.name,
            her_ids=(entry.her_id,),
            parent_her_id=entry.parent_her_id,
            organisation_number=entry.organisation_number,
            service_type=entry.service_type,
            source=f"{self._url}",
            taken_at=now,
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
            credentials=tuple(self._credentials(her_id, now)),
            links=(Link(id="edi", protocol="SMTP", endpoints=mail),) if mail else (),
        )

    def _credentials(self, her_id: str, now: datetime) -> Iterable[Credential]:
        for use in Use:
            found = self._fetched("certificate", her_id, use.value, now=now)
            if found is None:
                continue
            try:
                credential = Credential(use, base64.b64decode(_text(found, "certificateValue"), validate=True))
                _ = credential.certificate
            except (ValueError, CertificateUnreadable):
                raise OSError(f"the register's {use} certificate of {her_id} cannot be read") from None
            yield credential

    def _fetched(self, *steps: str, now: datetime) -> Mapping[str, object] | None:
        """Return the object that the register has at an address, None where it has nothing; OSError, ValueError."""
        if self._url is None:
            raise OSError("none is configured")
        if self._silent_until is not None and now < self._silent_until:
            raise OSError("it did not answer a moment ago")
        try:
            reply = self._get("/".join((self._url, "api/v1", *steps)))
        except OSError:
            self._silent_until = now + SILENCE
            raise
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        if reply.status != HTTPStatus.OK:
            self._silent_until = now + SILENCE
            raise OSError(f"it answered with HTTP status {reply.status}")
        found = json.loads(reply.body)
        if not isinstance(found, dict):
            raise ValueError("its answer is no object")  # noqa: TRY004 - like all else that can be wrong in an answer
        return found

    def _told(self, her_id: str, kept: Kept | None, now: datetime, *, failure: str = "") -> Answer:
        if kept is None:
            return Answer(her_id=her_id, presence=Presence.UNASKED, failure=failure or "it was never asked")
        is_listed = kept.entry is not None and kept.entry.is_valid_at(now)
        return Answer(
            her_id=her_id,
            presence=Presence.LISTED if is_listed else Presence.GONE,
            entry=kept.entry,
            asked_at=kept.asked_at,
            is_stale=kept.is_doubted or now - kept.asked_at > self._fresh_for,
            failure=failure,
        )


def _reason(error: Exception) -> str:
    """Return why the register could not be asked, without what it said: that may be anything."""
    if not isinstance(error, OSError):
        return "its answer cannot be read"
    # urllib wraps what happened
    cause = getattr(error, "reason", error)
    return getattr(cause, "strerror", None) or str(cause)


def _entry(found: Mapping[str, object], her_id: str) -> Entry:
    if str(found.get("herId")) != her_id:
        raise ValueError("the answer is about another HER-id")
    organisation, service, person = (_table(found, f"{kind}Details") for kind in ("organization", "service", "person"))
    parent = _table(service or person, "parentOrganization")
    above = parent.get("herId")
    return Entry(
        her_id=her_id,
        name=_text(found, "displayName") or _text(found, "name") or her_id,
        type=_text(found, "type"),
        parent_her_id=None if above is None else str(above),
        organisation_number=_text(organisation or parent, "organizationNumber") or None,
        service_type=_text(_table(service, "serviceType"), "value") or None,
        edi_address=_text(found, "ediAddress") or None,
        signing_thumbprint=_text(_table(found, "currentSigningCertificate"), "thumbprint").upper() or None,
        encryption_thumbprint=_text(_table(found, "currentEncryptionCertificate"), "thumbprint").upper() or None,
        valid_from=_moment(_text(found, "validFrom")),
        valid_until=_moment(_text(found, "validTo")),
    )


def _table(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(data: Mapping[str, object], name: str) -> str:
    found = data.get(name)
    return found.strip() if isinstance(found, str) else ""


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
