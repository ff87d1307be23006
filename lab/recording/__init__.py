"""From what programs printed to the transcripts of a scenario file: addresses and what varies become variables."""

from lab.recording.editing import with_transcripts
from lab.recording.rehearsal import is_bare, rehearse, without_transcripts
from lab.recording.samples import Unrecordable
from lab.recording.writing import Rehearsals, transcripts

__all__ = [
    "Rehearsals",
    "Unrecordable",
    "is_bare",
    "rehearse",
    "transcripts",
    "with_transcripts",
    "without_transcripts",
]
