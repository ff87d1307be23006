"""Prints what it is given, and does nothing else."""

import sys

for line in sys.argv[1:]:
    print(line)
