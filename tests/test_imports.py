"""Imports point down, and each third-party package has one door into the house."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]

LAYERS = (
    ("lab.__main__",),
    ("lab.cli", "lab.pytest_plugin"),
    ("lab.testing",),
    ("lab.recording", "lab.report", "lab.trial"),
    ("lab.grading",),
    ("lab.runner", "lab.verdict"),
    ("lab.stage",),
    ("lab.casting", "lab.causes", "lab.changes", "lab.checks", "lab.wire"),
    ("lab.actor",),
    ("lab.record",),
    ("lab.sightings",),
    ("lab.scenario",),
    (
        "lab.capabilities",
        "lab.capture",
        "lab.damage",
        "lab.doctor",
        "lab.forwards",
        "lab.links",
        "lab.nat",
        "lab.sockets",
    ),
    ("lab.routes",),
    ("lab.privileged",),
    ("lab.errand", "lab.process"),
    ("lab.output", "lab.terminal"),
    ("lab.compose", "lab.engines", "lab.journeys", "lab.transcript"),
    ("lab.shape",),
    ("lab.document",),
    ("lab.topology",),
    ("lab.errors", "lab.host", "lab.packets", "lab.translation"),
)
"""From the top down. A module may import from its own package and from the layers below."""

DOORS = {
    "yaml": ("lab.document",),
    "docker": ("lab.engines.docker",),
    "click": ("lab.cli",),
    "rich": ("lab.cli", "lab.report"),
    "dpkt": ("lab.packets",),
    "scapy": (),  # it is what tests compare with
    "jinja2": ("lab.report",),
    "pydantic": ("lab.compose", "lab.scenario", "lab.shape", "lab.document"),
}


def imports() -> Iterator[tuple[str, str, int]]:
    """(module, what it imports, line) of everything in lab/, type annotations included."""
    for path in sorted((ROOT / "lab").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((module, alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield module, node.module, node.lineno
                if node.module == "lab":
                    yield from ((module, f"lab.{alias.name}", node.lineno) for alias in node.names)


def layer(module: str) -> int | None:
    for number, members in enumerate(LAYERS):
        if any(module == member or module.startswith(f"{member}.") for member in members):
            return number
    return None


def member(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_every_module_has_its_layer() -> None:
    modules = {module for module, _, _ in imports()} - {"lab"}
    assert [module for module in sorted(modules) if layer(module) is None] == []


def test_imports_point_down() -> None:
    wrong = []
    for module, imported, line in imports():
        here, there = layer(module), layer(imported)
        if here is None or there is None or member(module) == member(imported):
            continue
        if there <= here:
            wrong.append(f"{module}:{line} imports {imported}")
    assert wrong == []


@pytest.mark.parametrize("package", DOORS)
def test_each_library_has_one_door(package: str) -> None:
    wrong = [
        f"{module}:{line}"
        for module, imported, line in imports()
        if imported.split(".")[0] == package and not module.startswith(DOORS[package])
    ]
    assert wrong == []


def test_engines_know_nothing_of_scenarios_and_what_runs_in_hosts_knows_nothing_at_all() -> None:
    for module, imported, line in imports():
        if module.startswith("lab.host"):
            assert not imported.startswith("lab"), f"{module}:{line}"
        if module.startswith("lab.engines.netns") and "holder" in module:
            assert imported.split(".")[0] != "pydantic"


def test_services_import_nothing_but_the_standard_library() -> None:
    import sys  # noqa: PLC0415

    for path in sorted((ROOT / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names, f"{path}: {name}"


def test_the_layers_name_only_what_there_is() -> None:
    for above, below in pairwise(LAYERS):
        for name in (*above, *below):
            path = ROOT / name.replace(".", "/")
            assert path.is_dir() or path.with_suffix(".py").is_file(), name
