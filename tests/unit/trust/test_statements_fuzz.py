"""Whatever a server sends instead of a statement is refused, and nothing else happens."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from answering import DAY, Office, Server, reply
from hypothesis import given, settings
from hypothesis import strategies as st
from pki import NOW

from adapter.trust import crl, ocsp
from adapter.trust.statement import Unreliable


@cache
def _office() -> Office:
    return Office(Server(port=1))


@cache
def _list() -> bytes:
    return _office().authority.revocation_list([_office().holder.certificate], at=NOW, lasts=DAY)


@cache
def _reply() -> bytes:
    office = _office()
    request = ocsp.question(office.holder.certificate, office.authority.pair.certificate, b"\1" * 16)
    return reply(office.authority, office.holder, request, by=office.delegate)


def _changed(data: st.DataObject, good: bytes) -> bytes:
    spoiled = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    return bytes(spoiled[: data.draw(st.integers(len(spoiled) - 3, len(spoiled)))])


@settings(max_examples=300)
@given(data=st.data())
def test_a_list_that_was_changed_is_refused(data: st.DataObject) -> None:
    issuer = _office().authority.pair.certificate
    with suppress(Unreliable):
        found = crl.read_list(_changed(data, _list()), issuer)
        found.standing(_office().holder.certificate, NOW, NOW)
        # only what is not signed over can change unseen
        assert found.crl.tbs_certlist_bytes in _list()


@settings(max_examples=300)
@given(data=st.data())
def test_an_answer_that_was_changed_is_refused(data: st.DataObject) -> None:
    issuer, holder = _office().authority.pair.certificate, _office().holder.certificate
    with suppress(Unreliable):
        spoiled = _changed(data, _reply())
        ocsp.check_nonce(spoiled, b"\1" * 16)
        found = ocsp.read_reply(spoiled, holder, issuer)
        assert (found.revoked_at, found.since) == (None, NOW)


@given(data=st.binary(max_size=200))
def test_rubbish_is_refused(data: bytes) -> None:
    issuer, holder = _office().authority.pair.certificate, _office().holder.certificate
    for read in (lambda: crl.read_list(data, issuer), lambda: ocsp.read_reply(data, holder, issuer)):
        with suppress(Unreliable):
            read()
            raise AssertionError("rubbish was believed")
