"""Scenarios: what to do on which host and what should be seen, read from YAML."""

from lab.scenario.finding import find_scenario, list_scenarios
from lab.scenario.loading import load_scenario
from lab.scenario.model import (
    Check,
    CheckKind,
    Exit,
    LineReady,
    PortReady,
    Ready,
    Run,
    Scenario,
    Start,
    Step,
    Stop,
    Table,
    Together,
    Watch,
)
from lab.scenario.network import Forward, Gateway, Hub, Link, NetworkStep
from lab.scenario.units import delay_ms, loss_percent, mtu_bytes, rate_kbit

__all__ = [
    "Check",
    "CheckKind",
    "Exit",
    "Forward",
    "Gateway",
    "Hub",
    "LineReady",
    "Link",
    "NetworkStep",
    "PortReady",
    "Ready",
    "Run",
    "Scenario",
    "Start",
    "Step",
    "Stop",
    "Table",
    "Together",
    "Watch",
    "delay_ms",
    "find_scenario",
    "list_scenarios",
    "load_scenario",
    "loss_percent",
    "mtu_bytes",
    "rate_kbit",
]
