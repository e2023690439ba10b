"""The strict form of Office's XML, which differs from the ordinary one in the names of its vocabularies.

Source: ECMA-376, part 1, annex A, and part 4 (transitional).
"""

from __future__ import annotations

import re

STRICT = b"http://purl.oclc.org/ooxml/"
_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_RENAMED = {
    b"extendedProperties": b"extended-properties",
    b"customProperties": b"custom-properties",
}


def in_ordinary_form(data: bytes) -> bytes:
    """Return a part's XML with the names of the ordinary form in place of the strict form's."""
    return _NAME.sub(_ordinary, data) if STRICT in data else data


def _ordinary(match: re.Match[bytes]) -> bytes:
    family, name = match.groups()
    return b"http://schemas.openxmlformats.org/" + family + b"/2006/" + _RENAMED.get(name, name)
