"""The embedded engine needs no root: its whole contract again, as a user who is nobody in particular."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SOMEBODY = 54321
SUITES = ("tests/engines/test_contract.py", "tests/engines/test_netns_engine.py", "tests/engines/test_wire.py")
LONG = "test_the_first_datagram_through_the_nat_is_never_late"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of somebody's. Not below pytest's own one, which every pytest that starts closes to all others."""
    with tempfile.TemporaryDirectory(prefix="socket-lab-test-") as folder:
        if os.geteuid() == 0:
            os.chown(folder, SOMEBODY, SOMEBODY)
        yield Path(folder)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("suite", SUITES)
def test_the_contract_holds_for_an_ordinary_user(suite: str, home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the other tests run as an ordinary user already")
    somebody = {"user": SOMEBODY, "group": SOMEBODY, "extra_groups": []}
    try:
        subprocess.run([sys.executable, "-c", ""], cwd=ROOT, check=True, **somebody)  # type: ignore[call-overload]
    except OSError as error:
        reason = f"other users cannot reach {error.filename}: make PYTHON=/usr/bin/python3, in a folder open to all"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--lab-engine", "netns", "--deselect"]
    argv += [f"tests/engines/test_netns_engine.py::{LONG}", f"--basetemp={home}/tmp", suite]
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CI": os.environ.get("CI", ""),
    }
    done = subprocess.run(  # type: ignore[call-overload]
        argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=280, **somebody
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
