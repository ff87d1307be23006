"""What captures on a host, as far as it needs no host."""

from __future__ import annotations

import pytest

from lab.host.capture import device_of, main


def test_an_interface_is_found_by_its_address() -> None:
    assert device_of("127.0.0.1") == "lo"
    with pytest.raises(LookupError, match=r"no interface with the address 192\.0\.2\.254 any more"):
        device_of("192.0.2.254")


def test_what_it_cannot_do_it_says(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["65535", "192.0.2.254"]) == 1
    assert capfd.readouterr().err.startswith("cannot capture: ")
    assert main(["192.0.2.254"]) == 2
    assert capfd.readouterr().err == "usage: capture.py SNAP ADDRESS...\n"
