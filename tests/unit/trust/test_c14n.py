"""Canonical XML, where lxml alone makes it wrong."""

from __future__ import annotations

import pytest
from lxml import etree

from adapter.errors import SignatureUnverifiable
from adapter.trust import c14n
from adapter.trust.algorithms import CANONICALIZATIONS, EXCLUSIVE, INCLUSIVE, Canonicalization

C14N11 = CANONICALIZATIONS["http://www.w3.org/2006/12/xml-c14n11"]
WITH_COMMENTS = CANONICALIZATIONS["http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"]


def test_grandchildren_of_a_part_get_no_stray_namespace() -> None:
    """The defect: lxml writes xmlns="" on d where the default namespace is declared above the part."""
    root = etree.fromstring('<a xmlns="urn:d" xmlns:p="urn:p"><b><c><d/></c></b></a>')

    assert b'<d xmlns="">' in etree.tostring(root[0], method="c14n")
    assert c14n.part(root[0], INCLUSIVE) == b'<b xmlns="urn:d" xmlns:p="urn:p"><c><d></d></c></b>'
    assert c14n.part(root[0], EXCLUSIVE) == b'<b xmlns="urn:d"><c><d></d></c></b>'


def test_an_undeclared_default_namespace_stays_undeclared() -> None:
    root = etree.fromstring('<a xmlns="urn:d"><b><c xmlns=""><d/></c></b></a>')

    for method in (INCLUSIVE, EXCLUSIVE):
        assert c14n.part(root[0], method) == b'<b xmlns="urn:d"><c xmlns=""><d></d></c></b>'


def test_the_text_behind_a_part_is_no_part_of_it() -> None:
    root = etree.fromstring("<a><b>in</b>behind</a>")

    assert c14n.part(root[0], INCLUSIVE) == b"<b>in</b>"


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (INCLUSIVE, b'<b xml:id="i" xml:lang="en" xml:space="preserve"></b>'),
        (C14N11, b'<b xml:lang="en" xml:space="preserve"></b>'),
        (EXCLUSIVE, b'<b xml:lang="en"></b>'),
    ],
)
def test_a_part_takes_over_what_its_form_says(method: Canonicalization, expected: bytes) -> None:
    root = etree.fromstring(
        '<a xml:lang="no" xml:id="i" x="1" xml:space="default"><m xml:space="preserve"><b xml:lang="en"/></m></a>'
    )

    assert c14n.part(root[0][0], method) == expected


def test_a_base_around_a_part_is_not_followed() -> None:
    root = etree.fromstring('<a xml:base="urn:x"><b/></a>')

    assert c14n.part(root[0], INCLUSIVE) == b'<b xml:base="urn:x"></b>'
    with pytest.raises(SignatureUnverifiable, match="xml:base"):
        c14n.part(root[0], C14N11)


def test_comments_are_kept_only_where_the_form_says() -> None:
    root = etree.fromstring("<!-- before --><a>x<!-- in -->y</a>")

    assert c14n.document(root, INCLUSIVE) == b"<a>xy</a>"
    assert c14n.document(root, WITH_COMMENTS) == b"<!-- before -->\n<a>x<!-- in -->y</a>"


def test_prefixes_are_kept_by_the_exclusive_form_only() -> None:
    root = etree.fromstring('<a xmlns:p="urn:p" xmlns:q="urn:q"/>')

    assert c14n.document(root, EXCLUSIVE, ["q", "absent"]) == b'<a xmlns:q="urn:q"></a>'
    assert c14n.document(root, INCLUSIVE, ["#default"]) == b'<a xmlns:p="urn:p" xmlns:q="urn:q"></a>'
