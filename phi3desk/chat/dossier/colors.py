"""The colours of a dossier on paper, as #RRGGBB; the same in every file."""

from __future__ import annotations

TEXT, QUIET, LINE, ACCENT = "#1C1C1A", "#5F605B", "#D8D8D2", "#2459D3"
GOOD, ATTENTION = "#1F7A4D", "#8A5A00"
#: behind a notice and the head of a table
BAND = "#F2F2EE"
