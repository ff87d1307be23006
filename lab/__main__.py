"""`python -m lab`, the same as `lab`."""

import sys

from lab.cli import main

sys.exit(main())
