"""The ladder: one picture of who sent what to whom, with both sides of every router that translates addresses."""

from lab.report.ladder.printing import print_ladder
from lab.report.ladder.svg import svg

__all__ = ["print_ladder", "svg"]
