"""Sphinx extension that closes the pages: only the book's own scripts run, and nothing is sent.

Inline scripts and handlers are the theme's: each page names theirs by hash. What trains in the page
is a worker, which has the policy that its host sends, if any: the page's is not its own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCRIPT = re.compile(
    r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>", re.DOTALL
)
HANDLER = re.compile(r'\son[a-z]+="([^"]*)"')
HEAD = re.compile(r'(<meta charset="utf-8"\s*/?>)', re.IGNORECASE)
MARK = '<meta http-equiv="Content-Security-Policy"'
# Styles: those of figures (SVG) and of the theme stand in attributes everywhere.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


def hash_of(script: str) -> str:
    """Return a script's hash as a policy names it.

    >>> hash_of("alert(1)")
    "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    """
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def policy_of(page: str) -> str:
    """Return the policy that lets a page do what it does, and nothing else."""
    scripts = sorted({hash_of(script) for script in SCRIPT.findall(page) if script})
    handlers = sorted({hash_of(unescape(code)) for code in HANDLER.findall(page)})
    allowed = [
        POLICY["script-src"],
        *scripts,
        *(["'unsafe-hashes'", *handlers] if handlers else []),
    ]
    policy = {**POLICY, "script-src": " ".join(allowed)}
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def close_pages(app: Sphinx, error: Exception | None) -> None:
    """Write each page's policy into its head, before anything that loads."""
    if error is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        if MARK not in page:
            meta = f'{MARK} content="{policy_of(page)}">'
            path.write_text(HEAD.sub(rf"\1\n{meta}", page, count=1), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Close the pages when all else has been written into them."""
    app.connect("build-finished", close_pages, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
