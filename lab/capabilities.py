"""What not every lab can do, and a scenario may need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.privileged import as_root

if TYPE_CHECKING:
    from lab.engines.base import Lab


def lacks(lab: Lab, host: str, capability: str) -> str | None:
    """Why this lab cannot offer a capability that a scenario needs; None when it can. Any of its hosts can tell."""
    match capability:
        case "delay":
            return _lacks_delay(lab, host)
        case "hub":
            return None if lab.can_be_hub else "this engine's switches cannot be turned into hubs"
        case _:
            return None


def _lacks_delay(lab: Lab, host: str) -> str | None:
    try:
        as_root(lab, host, ["tc", "qdisc", "replace", "dev", "lo", "root", "netem", "delay", "1us"])
        as_root(lab, host, ["tc", "qdisc", "del", "dev", "lo", "root"])
    except LabError:
        return "this kernel has no netem, which delay needs"
    return None
