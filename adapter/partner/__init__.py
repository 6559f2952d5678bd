"""Who is who, and what each accepts."""

from __future__ import annotations

from adapter.partner.register import Partner, Register

__all__ = ["Partner", "Register"]
