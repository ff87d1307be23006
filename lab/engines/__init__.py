"""Everything that can be a small internet, and the choice between them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from lab.errors import Unavailable, UsageError, did_you_mean

if TYPE_CHECKING:
    from lab.engines.base import Engine

NAMES = ("docker", "netns")
AUTO = "auto"


def load(name: str) -> Engine:
    """The engine of that name, whether or not it works here; imported only now, because Docker's SDK is large."""
    if name not in NAMES:
        raise UsageError(f"no engine {name!r}{did_you_mean(name, (AUTO, *NAMES))}")
    return cast("Engine", import_module(f"lab.engines.{name}"))


def choose(name: str = AUTO) -> Engine:
    """The engine asked for, or (auto) the first that works here; Unavailable says what each of them lacks."""
    reasons = []
    for candidate in NAMES if name == AUTO else (name,):
        engine = load(candidate)
        reason = engine.unavailable()
        if reason is None:
            return engine
        reasons.append(reason if name != AUTO else f"{candidate}: {reason}")
    raise Unavailable("\n".join(reasons))
