"""tshark, the other oracle: it reads the files that we write, and says what stands in each frame."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

settings.register_profile("lab", deadline=None)  # how fast a busy machine is, is no property
settings.load_profile("lab")

Rows = list[dict[str, list[str]]]


@pytest.fixture(scope="session")
def tshark() -> Callable[..., Rows]:
    """Reads a capture and gives, for each frame, all values of each field; complains when tshark complains."""
    path = shutil.which("tshark")
    if path is None:
        reason = "tshark is not installed (Debian: apt-get install tshark)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

    def read(capture: bytes, fields: Sequence[str], *options: str) -> Rows:
        form = ["-T", "fields", "-E", "occurrence=a", "-E", "aggregator=\x01", "-E", "separator=\x02"]
        command = [path, "-r", "-", *options, *form, *(word for field in fields for word in ("-e", field))]
        done = subprocess.run(command, input=capture, capture_output=True, check=False)
        complaints = [line for line in done.stderr.decode().splitlines() if not line.startswith("Running as user")]
        assert (done.returncode, complaints) == (0, [])
        values = [line.split("\x02") for line in done.stdout.decode().splitlines()]
        return [
            {field: [one for one in value.split("\x01") if one] for field, value in zip(fields, line, strict=True)}
            for line in values
        ]

    return read
