"""Every reader of bytes from outside answers or refuses, soon: honest bytes with a few changes, always the same ones.

`make fuzz` searches the same readers for longer, led by what they do (fuzz/search.py).
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from targets import TARGETS

#: Seconds of processor time; none of the honest ones takes a tenth of a second.
PATIENCE = 2.0
EXAMPLES = 60
#: What readers stumble over: ends, marks, tags and lengths of every kind.
_TOKENS = st.sampled_from(
    [
        *(b"", b"\0", b"\xff", b"\r\n\r\n", b"--", b";", b'"', b"=", b"&#0;", b"]]>", b"<!--", b"<![CDATA[", b"<?a?>"),
        *(b"<!DOCTYPE a>", b"<a>", b"</", b"xmlns", b"\x30\x80", b"\x24\x80", b"\0\0", b"\x84\xff\xff\xff\xff"),
        *(
            b"[" * 2_000,
            b"{",
            b"null",
            b"1e999",
            b"9999-12-31T23:59:59-14:00",
            b"NaN",
            b"\xed\xa0\x80",
            b"\xef\xbb\xbf",
        ),
    ]
) | st.binary(max_size=8)
_PLACE = st.floats(0, 1, exclude_max=True)
_CHANGE = st.tuples(_PLACE, st.integers(0, 40), _TOKENS)


def _changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Return bytes with stretches of them replaced."""
    for place, length, token in changes:
        begin = int(place * len(data))
        data = data[:begin] + token + data[begin + length :]
    return data


def _seeds(name: str) -> list[bytes]:
    """Return the honest bytes of a reader, after it has read some: what is loaded or made once is there then."""
    seeds = list(TARGETS[name].seeds())
    TARGETS[name].ask(seeds[0])
    return seeds


def _asked(name: str, data: bytes) -> float:
    began = time.process_time()
    TARGETS[name].ask(data)
    return time.process_time() - began


@pytest.mark.parametrize("name", list(TARGETS))
def test_what_is_honest_is_read(name: str) -> None:
    first, *others = TARGETS[name].seeds()

    TARGETS[name].read(first)
    for seed in others:
        assert _asked(name, seed) < PATIENCE


@pytest.mark.parametrize("name", list(TARGETS))
def test_nothing_but_a_refusal_comes_of_changed_bytes(name: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(st.sampled_from(_seeds(name)), st.lists(_CHANGE, min_size=1, max_size=4))
    def ask(seed: bytes, changes: list[tuple[float, int, bytes]]) -> None:
        assert _asked(name, _changed(seed, changes)) < PATIENCE

    ask()


@pytest.mark.parametrize("name", list(TARGETS))
def test_nothing_but_a_refusal_comes_of_rubbish(name: str) -> None:
    _seeds(name)

    @settings(max_examples=EXAMPLES)
    @given(st.binary(max_size=200) | st.lists(_TOKENS, max_size=12).map(b"".join))
    def ask(data: bytes) -> None:
        assert _asked(name, data) < PATIENCE

    ask()
