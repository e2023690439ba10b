"""Saving a dossier: what of it and where to is asked, the file is made, and it is told where it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from phi3desk.chat.dossier.dossier import Dossier
from phi3desk.chat.dossier.writing import Kind, kind_of_file
from phi3desk.errors import UserError
from phi3desk.ui.dossiers.dialog import DossierDialog, Pictures, Scope, Wanted
from phi3desk.ui.dossiers.job import DossierJob
from phi3desk.ui.formatting import translate
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.file_dialogs import EXPORT_FOLDER, file_named, save_dialog, saved_text
from phi3desk.workers.protocol import Failure

#: remembered: the kind of file and the pictures that were chosen last
_KIND, _PICTURES = "dossier.kind", "dossier.pictures"
_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
#: what a file's name takes of a title
_LONGEST_NAME = 80

#: makes a dossier, with pictures of whole pages or of parts
MakeDossier = Callable[[bool], Dossier]


class DossierSaving(QObject):
    """Saves dossiers of one window, each with a dialog of its own."""

    def __init__(self, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._settings = services.settings
        self._library = services.library
        self._window = window

    def ask(self, dossiers: Mapping[Scope, MakeDossier]) -> DossierDialog:
        """Ask which of some dossiers to save, how and where to, and save it."""
        # one of a large sweep takes a while to make
        made = {scope: cache(make) for scope, make in dossiers.items()}
        offered = {scope: partial(make, False) for scope, make in made.items()}
        dialog = DossierDialog(offered, self._wanted_before(next(iter(dossiers))), self._window)
        dialog.chosen.connect(
            lambda wanted: self._ask_where(dialog, wanted, made[wanted.scope](wanted.pictures is Pictures.PAGES))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _wanted_before(self, scope: Scope) -> Wanted:
        kind, pictures = self._settings.remembered(_KIND), self._settings.remembered(_PICTURES)
        return Wanted(
            scope,
            Kind(kind) if kind in tuple(Kind) else Kind.PDF,
            Pictures(pictures) if pictures in tuple(Pictures) else Pictures.PARTS,
        )

    def _ask_where(self, dialog: DossierDialog, wanted: Wanted, dossier: Dossier) -> None:
        self._settings.remember(_KIND, wanted.kind.value)
        if dialog.pictures.isEnabled():
            self._settings.remember(_PICTURES, wanted.pictures.value)
        title = _UNFIT.sub(" ", dossier.title)[:_LONGEST_NAME].strip(" .…")
        name = (title or self.tr("Answers")) + wanted.kind.value
        where = save_dialog(dialog, self.tr("Save as a dossier"), self._settings, EXPORT_FOLDER, name)
        filters = {
            Kind.PDF: self.tr("PDF (*.pdf)"),
            Kind.DOCX: self.tr("Word (*.docx)"),
            Kind.MARKDOWN: self.tr("Markdown (*.md)"),
        }
        where.setNameFilters([filters[wanted.kind]])
        where.fileSelected.connect(lambda path: self._make(dialog, Path(path), wanted, dossier))
        where.open()

    def _make(self, dialog: DossierDialog, path: Path, wanted: Wanted, dossier: Dossier) -> None:
        try:
            kind_of_file(path)
        except UserError:
            # a name that was typed with another ending
            path = file_named(path, wanted.kind.value)
        job = DossierJob(self._library, dossier, path, pictures=wanted.pictures is not Pictures.NONE, parent=dialog)
        job.progressed.connect(dialog.show_progress)
        job.finished.connect(lambda end: dialog.show_end(path, _told(path, end), written=end is True))
        dialog.cancel_requested.connect(job.cancel)
        job.start()


def _told(path: Path, end: bool | Failure) -> str:
    return translate(end.sentence) if isinstance(end, Failure) else saved_text(path, written=end)
