"""Signatures checked by signxml: the algorithms that the short way does not know, and the measure the tests hold it to.

signxml is told here what it must not do by itself: canonicalise parts inside their document (lxml's form of them is
wrong), demand a certificate that is valid now and made for web servers, and log the messages it sees.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from adapter.errors import SignatureInvalid, SignatureUnverifiable
from adapter.trust.algorithms import DIGESTS, SIGNATURE_METHODS
from adapter.trust.certificate import Certificate

# At DEBUG signxml logs whole messages. No setting of the root logger may open that.
logging.getLogger("signxml").setLevel(logging.INFO)

_XML = "{http://www.w3.org/XML/1998/namespace}"
#: Comments are no part of what is signed, but signxml would digest them where a transform says "WithComments".
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, huge_tree=True)


class _Verifier(XMLVerifier):
    """signxml with lxml's defect worked around."""

    def _c14n(self, nodes: Any, algorithm: Any, inclusive_ns_prefixes: Any = None) -> Any:  # noqa: ANN401 - signxml's
        alone = etree.fromstring(etree.tostring(nodes, with_tail=False), _PARSER)
        return super()._c14n(alone, algorithm, inclusive_ns_prefixes)


def verify(root: etree._Element, certificate: Certificate, parts: Mapping[str, bytes]) -> None:
    """Check the signature at the end of a document by the key of a certificate, whatever the certificate is worth.

    The gate must have let the signature through: it knows better what a signature may look like.

    Raises:
        SignatureInvalid: it is not a signature of this document.
        SignatureUnverifiable: the document has something that signxml does not see.
    """
    around = (root.getprevious(), root.getnext())
    if any(node is not None for node in around) or any(str(name).startswith(_XML) for name in root.attrib):
        raise SignatureUnverifiable(
            "The signature is of a rare kind, and so is what stands at the root of the message."
        )
    config = SignatureConfiguration(
        location="./",
        expect_references=1 + len(parts),
        signature_methods=frozenset(map(SignatureMethod, SIGNATURE_METHODS)),
        digest_algorithms=frozenset(map(DigestAlgorithm, DIGESTS)),
        # KeyValue and the like beside the certificate are not followed
        ignore_ambiguous_key_info=True,
        # whether the certificate is valid is asked apart from whether the signature is
        verification_time=certificate.valid_from,
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    try:
        _Verifier().verify(
            etree.tostring(root.getroottree()),
            x509_cert=certificate.x509,
            expect_config=config,
            uri_resolver=parts.get,
            parser=_PARSER,
        )
    except (SignXMLException, InvalidSignature, etree.LxmlError, ValueError) as error:
        raise SignatureInvalid(f"The signature is not genuine ({type(error).__name__}).") from None
