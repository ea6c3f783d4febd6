"""`python -m mlp_core` is `mlp-core`."""

import sys

from mlp_core.cli import main

sys.exit(main())
