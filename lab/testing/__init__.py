"""A lab in a test: what the `lab` fixture of our pytest plugin gives, typed. Knows nothing of pytest.

Whatever a test starts ends with it, and links are as they were. What a program did wrong is a `Failed`, which is an
AssertionError; what the lab did wrong is a `LabError`, and nobody's failure.
"""

from lab.testing.failures import Failed, ScenarioFailed
from lab.testing.hosts import Host
from lab.testing.lab import Lab
from lab.testing.pool import Pool
from lab.testing.programs import Done, Running
from lab.testing.traffic import Traffic

__all__ = ["Done", "Failed", "Host", "Lab", "Pool", "Running", "ScenarioFailed", "Traffic"]
