"""How passages were found, for other programs: what `--explain` adds to the JSON of a search and of an answer."""

from __future__ import annotations

import argparse
from typing import Any

from phi3desk.library.documents import Candidate, Trace


def trace_of(trace: Trace | None, options: argparse.Namespace) -> dict[str, Any]:
    """Return the trace of a search by its name, where a command asks for it; null where nothing was searched."""
    if not options.explain:
        return {}
    if trace is None:
        return {"trace": None}
    return {
        "trace": {
            "searched": trace.searched,
            "compared": trace.compared,
            "language": trace.language,
            "languages": trace.languages,
            "brought": trace.brought,
            "meaning_weighs": trace.meaning_weighs,
            "seconds": trace.seconds,
            "candidates": [_candidate(candidate) for candidate in trace.candidates],
        }
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    passage = candidate.passage
    return {
        "document": passage.document,
        "page": passage.page,
        "passage": passage.id,
        "language": candidate.language,
        "score": candidate.score,
        "relevant": candidate.relevant,
        "tied_by": list(candidate.tied_by),
        "rankers": {name: {"rank": place.rank, "score": place.score} for name, place in candidate.places.items()},
        "parts": candidate.parts,
    }
