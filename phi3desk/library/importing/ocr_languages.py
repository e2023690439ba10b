"""The languages in which text on pictures can be recognised here, and those that a collection wants."""

from __future__ import annotations

from phi3desk.library.reading.pdf.ocr import default_languages, installed_languages
from phi3desk.library.sources import Sources


class OcrLanguages:
    """What Tesseract has installed, as it was when it was looked for last."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._installed: tuple[str, ...] | None = None
        self._looked = False

    def look(self) -> None:
        """Look for what is installed; takes a moment."""
        self._installed = installed_languages()
        self._looked = True

    @property
    def installed(self) -> tuple[str, ...] | None:
        """The languages that are installed, None where Tesseract is not there."""
        if not self._looked:
            self.look()
        return self._installed

    def of(self, collection_id: int) -> tuple[str, ...]:
        """Return the languages to recognise a collection's pictures in, none where that is not wanted or possible."""
        rules = self._sources.rules(collection_id)
        if not rules.ocr or not self._installed:
            return ()
        chosen = tuple(name for name in rules.ocr_languages if name in self._installed)
        return chosen or default_languages(self._installed)
