"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lab.compose.form import REASONS, FileForm, NetworkForm, ServiceForm
from lab.host.start import OPTIONS
from lab.scenario import load_scenario

if TYPE_CHECKING:
    from lab.topology import Topology

ROOT = Path(__file__).parents[1]
COMPOSE = (ROOT / "docs/compose.md").read_text()


def section(title: str) -> str:
    return COMPOSE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_docs_compose_md_lists_every_honoured_key() -> None:
    honoured = section("Honoured by both engines")
    documented = set(re.findall(r"`services\.HOST\.(\w+)`", honoured))
    assert documented == set(ServiceForm.keys())
    assert set(re.findall(r"`networks\.NET\.([\w-]+)`", honoured)) == set(NetworkForm.keys())
    assert set(re.findall(r"^\| `(--\w+)", honoured, re.MULTILINE)) == set(OPTIONS)


def test_docs_compose_md_lists_every_key_that_only_docker_looks_at() -> None:
    top, service, network = section("Only Docker looks at these").strip().split("\n\n")
    for text, form in ((top, FileForm), (service, ServiceForm), (network, NetworkForm)):
        assert re.findall(r"`(\w+)`", text) == sorted(form.docker_only)


def test_docs_compose_md_names_no_key_as_refused_that_is_not() -> None:
    assert set(re.findall(r"`(\w+)`", section("Refused"))) <= set(REASONS)


def test_a_scenario_may_have_the_expectations_of_docs_packets_md(tmp_path: Path, topology: Topology) -> None:
    (written,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/packets.md").read_text(), re.DOTALL)
    head = "name: it\ntitle: It\ntopics: [it]\nstory: It.\nsteps:\n- {run: it, host: server, command: ls}\n"
    (tmp_path / "it.yaml").write_text(head + written)
    scenario = load_scenario(tmp_path / "it.yaml", topology)
    assert [watch.only for watch in scenario.packets] == [("udp/3000", "icmp")]
    assert [table.host for table in scenario.nat] == ["router-a"]


def test_links_between_documents_lead_somewhere() -> None:
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} → {target}"
