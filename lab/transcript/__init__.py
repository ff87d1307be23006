"""Everything observed is a transcript, every expectation is a template, and variables unify across all of them."""

from lab.transcript.bindings import Bindings
from lab.transcript.dialogue import Dialogue, Typed
from lab.transcript.items import Bound
from lab.transcript.judgement import Judgement, Observation, judge
from lab.transcript.kinds import KINDS, Setting
from lab.transcript.outcome import Match, Mismatch, Row
from lab.transcript.pieces import escape
from lab.transcript.scan import Use, scan
from lab.transcript.template import Template, escape_line
from lab.transcript.transcript import Line, Place, Transcript

__all__ = [
    "KINDS",
    "Bindings",
    "Bound",
    "Dialogue",
    "Judgement",
    "Line",
    "Match",
    "Mismatch",
    "Observation",
    "Place",
    "Row",
    "Setting",
    "Template",
    "Transcript",
    "Typed",
    "Use",
    "escape",
    "escape_line",
    "judge",
    "scan",
]
