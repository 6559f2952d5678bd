"""Every namespace of the house, in one place."""

from __future__ import annotations

MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"
KITH = "http://www.kith.no/xmlstds"
FK1 = "http://www.kith.no/xmlstds/felleskomponent1"
BASE64 = "http://www.kith.no/xmlstds/base64container"
DIALOG_10 = "http://www.kith.no/xmlstds/dialog/2006-10-11"
DIALOG_11 = "http://www.kith.no/xmlstds/dialog/2013-01-23"
HENVISNING_10 = "http://www.kith.no/xmlstds/henvisning/2005-07-08"
HENVISNING_11 = "http://www.kith.no/xmlstds/henvisning/2012-02-15"
HENVISNING_20 = "http://ehelse.no/xmlstds/henvisning/2017-11-30"
PO_2009 = "http://www.kith.no/xmlstds/po/poKomponent/2009-06-30"
PO_2017 = "http://ehelse.no/xmlstds/po/poKomponent/2017-11-30"
APPREC_10 = "http://www.kith.no/xmlstds/apprec/2004-11-21"
APPREC_11 = "http://www.kith.no/xmlstds/apprec/2012-02-15"
EPIKRISE_11 = "http://www.kith.no/xmlstds/epikrise/2006-09-23"
EPIKRISE_12 = "http://www.kith.no/xmlstds/epikrise/2012-02-15"
SYKMELDING = "http://www.kith.no/xmlstds/HelseOpplysningerArbeidsuforhet/2013-10-01"
LEGEERKLAERING = "http://www.kith.no/xmlstds/legeerklaring/2008-06-06"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
#: ebMS 2.0, the message headers of ebXML.
EBXML = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
#: CPP and CPA 2.0: what one party can, and what two parties agreed on.
CPPA = "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"
XLINK = "http://www.w3.org/1999/xlink"
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
XHTML = "http://www.w3.org/1999/xhtml"
#: NAV's inner wrapper around MsgHead (EI_fellesformat); partners never see it on the wire.
FELLESFORMAT = ("http://www.trygdeetaten.no/xml/eiff/1/", "http://www.nav.no/xml/eiff/2/")
