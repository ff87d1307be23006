"""What many runs come to: a line a topic, and one for all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from lab.report.console import print_stripped
from lab.report.terminal import VERDICTS
from lab.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from lab.verdict import Result


def print_summary(out: Console, results: Sequence[Result], took_s: float) -> None:
    """How many of each, by topic and in all. A scenario counts for its first topic, under which `lab list` has it."""
    topics: dict[str, Counter[Verdict]] = {}
    for result in sorted(results, key=lambda result: result.scenario.topics[0]):
        topics.setdefault(result.scenario.topics[0], Counter())[result.verdict] += 1
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("topic")
    for verdict in Verdict:
        table.add_column(verdict.lower(), justify="right")
    for topic, counts in topics.items():
        table.add_row(Text(topic), *(_count(counts[verdict], verdict) for verdict in Verdict))
    out.print()
    print_stripped(out, table)
    out.print()
    out.print(_totals(sum(topics.values(), Counter())).append(f" in {took_s:.1f} s", "dim"))


def _count(count: int, verdict: Verdict) -> Text:
    return Text(str(count), VERDICTS[verdict][1]) if count else Text("-", "dim")


def _totals(counts: Counter[Verdict]) -> Text:
    said = (Text(f"{counts[one]} {one.lower()}", VERDICTS[one][1]) for one in Verdict if counts[one])
    return Text(", ").join(said)
