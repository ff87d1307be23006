"""YAML files with file:line for every value, and messages that say where."""

from lab.document.model import Document, Loc, Problem, Value, brief, described, dotted, shown
from lab.document.reading import load

__all__ = ["Document", "Loc", "Problem", "Value", "brief", "described", "dotted", "load", "shown"]
