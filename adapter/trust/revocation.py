"""Was a certificate taken back? Asked of lists and of responders, in the order that is configured, and remembered.

Lists come from a folder (for closed networks) and from the addresses in certificates. What an issuer said is kept as
it was said, in memory and in a folder, until it says something newer. A server that does not answer is left alone for
a while: messages must not wait for it one after the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

from adapter.trust import crl, ocsp
from adapter.trust.certificate import Certificate
from adapter.trust.fetch import Fetch, Unreachable
from adapter.trust.standing import Answer, Standing, told
from adapter.trust.statement import Unreliable
from adapter.values import value_class

Way = Literal["crl", "ocsp"]
Said = crl.RevocationList | ocsp.Reply
#: How long a server is left alone that did not answer, or not well.
PAUSE = timedelta(minutes=5)
_SUFFIXES = frozenset({".crl", ".pem", ".der"})
_NONCE = 16


@value_class
class _Place:
    """Where a statement is to be had."""

    #: Names the place, and the certificates that what is said there is about.
    key: str
    #: Its address: who does not answer one question does not answer another.
    source: str
    bring: Callable[[], bytes]
    read: Callable[[bytes], Said]
    #: What it says is kept in the folder too.
    is_remote: bool = True


@dataclass(slots=True, kw_only=True)
class Revocation:
    """Answers whether certificates were taken back; one for each process."""

    fetch: Fetch
    #: The ways to ask, the first one first.
    ways: Sequence[Way] = ("crl", "ocsp")
    #: Where statements are kept from one run to the next; None: nowhere.
    cache: Path | None = None
    #: A folder with lists that somebody puts there; None: there is none.
    lists: Path | None = None
    #: Send responders a number to repeat, so that no old answer will do. Many cannot.
    uses_nonce: bool = False
    clock: Callable[[], datetime] = field(default=partial(datetime.now, UTC))
    _kept: dict[str, Said] = field(default_factory=dict, repr=False)
    #: Until when a place, or its address, is left alone, and why.
    _pauses: dict[str, tuple[datetime, str]] = field(default_factory=dict, repr=False)

    def ask(self, certificate: Certificate, issuer: Certificate, at: datetime) -> Answer:
        """Tell how a certificate stood at a moment, by the first statement that can be relied on; never raises.

        The issuer is one whose certificate is trusted, and made this one.
        """
        reasons: list[str] = []
        for place in self._places(certificate, issuer):
            try:
                return self._said(place, at).standing(certificate, at, self.clock())
            except (Unreliable, Unreachable) as error:
                reasons.append(str(error))
        told = "; ".join(dict.fromkeys(reasons)) or "it names no place to ask at"
        return Answer(
            standing=Standing.UNKNOWN,
            evidence=f"Nobody could say whether the certificate with serial number {certificate.serial} "
            f"was taken back: {told}.",
        )

    def _places(self, certificate: Certificate, issuer: Certificate) -> Iterator[_Place]:
        read_list = partial(crl.read_list, issuer=issuer)
        for way in self.ways:
            if way == "crl":
                for key, path in self._files():
                    yield _Place(
                        key=_key(key, issuer),
                        source=key,
                        bring=partial(_contents, path),
                        read=read_list,
                        is_remote=False,
                    )
                for url in crl.addresses(certificate):
                    yield _Place(key=_key(url, issuer), source=url, bring=partial(self.fetch, url), read=read_list)
            else:
                for url in ocsp.addresses(certificate):
                    yield _Place(
                        key=_key(url, issuer, certificate),
                        source=url,
                        bring=partial(self._asked, url, certificate, issuer),
                        read=partial(ocsp.read_reply, certificate=certificate, issuer=issuer),
                    )

    def _asked(self, url: str, certificate: Certificate, issuer: Certificate) -> bytes:
        nonce = os.urandom(_NONCE) if self.uses_nonce else None
        data = self.fetch(url, body=ocsp.question(certificate, issuer, nonce), kind=ocsp.REQUEST_KIND)
        if nonce is not None:
            ocsp.check_nonce(data, nonce)
        return data

    def _files(self) -> list[tuple[str, Path]]:
        """Return the lists in the folder, each by a name that changes with it."""
        with suppress(OSError):
            paths = sorted(self.lists.iterdir()) if self.lists else []
            return [(f"{path} {path.stat().st_mtime_ns}", path) for path in paths if path.suffix.lower() in _SUFFIXES]
        return []

    def _said(self, place: _Place, at: datetime) -> Said:
        """Return what is said at a place, asking there only when what was said before is out of date."""
        kept = self._recall(place)
        now = self.clock()
        if kept is not None and (kept.until >= now or not place.is_remote):
            return kept
        try:
            data = self._bring(place, now)
            fresh = place.read(data)
        except (Unreachable, Unreliable) as error:
            name = place.source if isinstance(error, Unreachable) else place.key
            self._pauses.setdefault(name, (now + PAUSE, str(error)))
            if kept is not None and kept.until >= at:
                return kept
            raise
        self._kept[place.key] = fresh
        if fresh.until < now:
            # a server that was forgotten: what it says is judged, and not asked for again with every message
            self._pauses[place.key] = (
                now + PAUSE,
                f"the {fresh.name} is out of date since {told(fresh.until)}",
            )
        if self.cache is not None and place.is_remote:
            with suppress(OSError):  # a folder that cannot be written costs a request next time
                _write(self.cache / place.key, data)
        return fresh

    def _bring(self, place: _Place, now: datetime) -> bytes:
        for name in (place.source, place.key):
            until, reason = self._pauses.get(name, (now, ""))
            if now < until:
                raise Unreachable(reason)
            self._pauses.pop(name, None)
        return place.bring()

    def _recall(self, place: _Place) -> Said | None:
        if place.key not in self._kept and self.cache is not None and place.is_remote:
            with suppress(OSError, Unreliable):
                self._kept[place.key] = place.read((self.cache / place.key).read_bytes())
        return self._kept.get(place.key)


def _key(place: str, *certificates: Certificate) -> str:
    digest = sha256(place.encode())
    for certificate in certificates:
        digest.update(certificate.der)
    return digest.hexdigest()


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreachable(f"{path.name} cannot be read: {error.strerror}") from None


def _write(path: Path, data: bytes) -> None:
    """Write a file that other processes see whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.replace(path)
