"""Standard streams joined to a program: what only a stubborn engine shows. The rest is in tests/cli/test_hosts.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

FLOOD = """
import threading
from lab import terminal

class Flood:
    '''Prints without end, and cannot be ended while nobody reads that: as Docker does it.'''
    def __init__(self):
        self.read_on = threading.Semaphore(0)
        self.is_over = False
        self.is_broken = False
    def read(self):
        if self.is_broken:
            self.read_on.release()
        return None if self.is_over else ("stdout", b"y" * 65536)
    def write(self, data): pass
    def end_input(self): pass
    def signal(self, number):
        self.is_broken = True
        for _ in range(100):
            assert self.read_on.acquire(timeout=10)
        self.is_over = True
    def wait(self, timeout_s=None): return 143 if self.is_over else None
    def close(self): self.is_over = True

try:
    terminal.join(Flood(), is_terminal=False)
except BrokenPipeError:
    raise SystemExit(9)
"""


def test_a_flood_that_nobody_wants_any_more_is_read_on_until_its_program_has_ended() -> None:
    argv = [sys.executable, "-c", FLOOD]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(1) == b"y"
        process.stdout.close()
        assert process.wait(30) == 9, process.stderr.read()
