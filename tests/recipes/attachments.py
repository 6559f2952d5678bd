"""Attachments, honest and not."""

from __future__ import annotations

import base64

from recipes.base import recipe, referral, written


@recipe("henvisning-1.1-vedlegg-pdf-og-png.xml")
def _(name: str) -> bytes:
    files = [{"file": "attachments/funksjonsvurdering.pdf"}, {"file": "attachments/skisse.png"}]
    return written(name, referral("1.1"), attachments=files)


@recipe("henvisning-1.1-vedlegg-ukjent-type.xml")
def _(name: str) -> bytes:
    data = base64.b64encode(b"Syntetisk regneark").decode()
    sheet = {"base64": data, "mime_type": "application/vnd.ms-excel", "description": "regneark"}
    return written(name, referral("1.1"), attachments=[sheet])


@recipe("henvisning-1.1-vedlegg-lyver-om-type.xml")
def _(name: str) -> bytes:
    data = base64.b64encode(b"<html><body>Ikke en PDF</body></html>").decode()
    page = {"base64": data, "mime_type": "application/pdf", "description": "notat"}
    return written(name, referral("1.1"), attachments=[page])
