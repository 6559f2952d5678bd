"""Budstikke: a message adapter for Norwegian e-health."""

from __future__ import annotations
