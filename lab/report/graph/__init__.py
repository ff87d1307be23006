"""What is connected to what, as a picture; of a topology alone, whether or not its lab is up."""

from lab.report.graph.dot import dot
from lab.report.graph.mermaid import mermaid
from lab.report.graph.svg import svg
from lab.report.graph.text import WIDEST, text

__all__ = ["WIDEST", "dot", "mermaid", "svg", "text"]
