"""How every benchmark leaves its figures: as JSON, with what machine they were taken on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from mlp_core.training.environment import describe_environment


def write_figures(output: Path, **figures: Any) -> None:
    """Write figures to a file, and say where."""
    content = {"environment": describe_environment("float32"), **figures}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {output}", file=sys.stderr)
