"""The command line `mlp-core`: reads flags, calls the floors below, prints what they return."""

from mlp_core.cli.main import main

__all__ = ["main"]
