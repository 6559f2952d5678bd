"""An agreement (CPA) of two synthetic parties, in the shape that NAV and the national register write."""

from __future__ import annotations

import base64
from typing import Any

from pki import world

from adapter.trust.pki import Purpose

CPPA = "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"
SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
OURS = {"name": "Fysikalsk poliklinikk TEST", "ids": (("HER", "8990101"), ("ENH", "999888777")), "prefix": "Partner"}
NAVS = {"name": "NAV TEST", "ids": (("HER", "79768"), ("orgnummer", "889640782")), "prefix": "NAV"}


def der(purpose: Purpose) -> bytes:
    """Return a certificate of the test world, the same each time for a purpose."""
    keys = world()
    return (keys.signing if purpose is Purpose.SIGNING else keys.encryption).certificate.der


def party(
    *,
    name: str,
    ids: tuple[tuple[str, str], ...],
    prefix: str,
    signature: str = SHA256,
    oid: str = "1.2.840.113549.1.1.11",
    retries: str = "4",
    interval: str = "PT720M",
    persist: str = "P4D",
    certificate: str | None = None,
    uri: str = "mailto://edi@example.org",
    transport: str = "smtp",
    ways: tuple[str, str] = ("CanSend", "CanReceive"),
) -> str:
    """Return the part of one party."""
    signing = certificate if certificate is not None else base64.encodebytes(der(Purpose.SIGNING)).decode()
    encryption = base64.b64encode(der(Purpose.ENCRYPTION)).decode()
    party_ids = "".join(f'<c:PartyId c:type="{kind}">{value}</c:PartyId>' for kind, value in ids)
    bindings = "".join(
        f'<c:{way}><c:ThisPartyActionBinding c:id="a" c:action="{action}" c:packageId="{package}">'
        f"<c:ChannelId>{prefix}_channel</c:ChannelId></c:ThisPartyActionBinding></c:{way}>"
        for way, action, package in zip(ways, ("Henvendelse", "Bekreftelse"), ("dialog", "apprec"), strict=True)
    )
    return f"""<c:PartyInfo c:partyName="{name}">{party_ids}
  <c:CollaborationRole><c:ProcessSpecification c:name="HenvendelseFraLege" c:version="1.0"/>
    <c:Role c:name="Sykmelder"/><c:ApplicationCertificateRef c:certId="{prefix}_crypt"/>
    <c:ServiceBinding><c:Service c:type="string">HenvendelseFraLege</c:Service>{bindings}</c:ServiceBinding>
  </c:CollaborationRole>
  <c:Certificate c:certId="{prefix}_sign"><d:KeyInfo><d:X509Data><d:X509Certificate>{signing}</d:X509Certificate>
  </d:X509Data></d:KeyInfo></c:Certificate>
  <c:Certificate c:certId="{prefix}_crypt"><d:KeyInfo><d:X509Data><d:X509Certificate>{encryption}</d:X509Certificate>
  </d:X509Data></d:KeyInfo></c:Certificate>
  <c:DeliveryChannel c:channelId="{prefix}_channel" c:transportId="{transport}" c:docExchangeId="{prefix}_exchange">
    <c:MessagingCharacteristics c:syncReplyMode="none" c:ackRequested="always" c:ackSignatureRequested="always"/>
  </c:DeliveryChannel>
  <c:Transport c:transportId="smtp"><c:TransportReceiver><c:TransportProtocol>SMTP</c:TransportProtocol>
    <c:Endpoint c:uri="{uri}" c:type="allPurpose"/></c:TransportReceiver></c:Transport>
  <c:DocExchange c:docExchangeId="{prefix}_exchange"><c:ebXMLSenderBinding>
    <c:ReliableMessaging><c:Retries>{retries}</c:Retries><c:RetryInterval>{interval}</c:RetryInterval>
    </c:ReliableMessaging><c:PersistDuration>{persist}</c:PersistDuration>
    <c:SenderNonRepudiation>
      <c:SignatureAlgorithm c:oid="{oid}" c:w3c="{signature}">{signature}</c:SignatureAlgorithm>
      <c:SigningCertificateRef c:certId="{prefix}_sign"/>
    </c:SenderNonRepudiation></c:ebXMLSenderBinding></c:DocExchange>
</c:PartyInfo>"""


def agreement(
    *,
    start: str = "2026-01-01T00:00:00Z",
    end: str = "2027-12-31T22:59:00Z",
    ours: dict[str, Any] | None = None,
    navs: dict[str, Any] | None = None,
    packages: str = "",
) -> bytes:
    """Return an agreement; `ours` and `navs` change what `party` is given."""
    parties = party(**OURS | (ours or {})) + party(**NAVS | (navs or {}))
    return f"""<c:CollaborationProtocolAgreement xmlns:c="{CPPA}" xmlns:d="http://www.w3.org/2000/09/xmldsig#"
    c:cpaid="nav:test:1"><c:Status c:value="agreed"/><c:Start>{start}</c:Start><c:End>{end}</c:End>{parties}
  <c:SimplePart c:id="message"><c:NamespaceSupported c:version="1.2">
    http://www.kith.no/xmlstds/msghead/2006-05-24
  </c:NamespaceSupported></c:SimplePart>
  <c:Packaging c:id="dialog"><c:CompositeList><c:Encapsulation c:mimetype="application/pkcs7-mime">
    <c:Constituent c:idref="message"/></c:Encapsulation></c:CompositeList></c:Packaging>
  {packages}</c:CollaborationProtocolAgreement>""".encode()


def profile(**changes: Any) -> bytes:
    """Return a profile of one party."""
    return f"""<c:CollaborationProtocolProfile xmlns:c="{CPPA}" xmlns:d="http://www.w3.org/2000/09/xmldsig#"
    c:cppid="nav:cpp:1">{party(**NAVS | changes)}</c:CollaborationProtocolProfile>""".encode()
