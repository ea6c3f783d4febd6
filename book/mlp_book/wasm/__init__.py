"""Products of matrices in the page, by vector instructions: a library in WebAssembly."""

from __future__ import annotations

from pathlib import Path

from jinja2 import StrictUndefined, Template
from wasmtime import wat2wasm

TEXT = Path(__file__).with_name("products.wat")


def assemble() -> bytes:
    """Return the shared library that `products.wat` describes, as Pyodide's ctypes loads it."""
    template = Template(TEXT.read_text(encoding="utf-8"), undefined=StrictUndefined)
    return bytes(wat2wasm(template.render()))
