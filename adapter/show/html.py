"""A page as one HTML document: no script, nothing from outside, readable on paper."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.show.page import Page
from adapter.show.text import size_text

if TYPE_CHECKING:
    from jinja2 import Template

_HERE = Path(__file__).parent


def render(page: Page) -> str:
    """Return the page as a self-contained document; everything from the message is escaped."""
    return _template().render(page=page, style=_style(), style_hash=_style_hash())


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - heavy, and only used for HTML

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["size"] = size_text
    environment.tests["of"] = lambda item, name: type(item).__name__ == name
    return environment.get_template("page.html.j2")


@cache
def _style() -> str:
    return (_HERE / "page.css").read_text("utf-8")


@cache
def _style_hash() -> str:
    """Return the hash by which the document's own style, and no other, is allowed."""
    return base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode("ascii")
