"""Experts as files: written into a pack for a colleague, and taken in from one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from phi3desk.errors import UserError
from phi3desk.library.documents import Collection, Document
from phi3desk.packs.manifest import SUFFIX, PackProgress
from phi3desk.packs.outcome import ExportedPack, ImportedPack
from phi3desk.profiles.profile import Profile
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.packs.bar import PackBar
from phi3desk.ui.packs.export_dialog import PACKED, PackExportDialog
from phi3desk.ui.packs.text import PackText
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.file_dialogs import file_dialog, file_named, save_dialog
from phi3desk.workers.protocol import Failure, FailureKind

FOLDER = "folder.packs"


@dataclass(eq=False)
class _Job:
    """A pack on its way out or in; `name` is the expert's or the file's."""

    name: str
    saving: bool
    request: int = 0
    progress: PackProgress | None = None


class PackTransfer(QObject):
    """Has packs written and taken in by the library worker, one after the other, and tells of it in `bar`;
    while that is not seen, what became of a pack is said as a notice.

    `exported` carries an ExportedPack, `imported` an ImportedPack, `refused` a Failure.
    """

    exported = Signal(object)
    imported = Signal(object)
    refused = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library, self._adapters = services.library, services.adapters
        self._settings, self._notices = services.settings, services.notices
        self._text = PackText(self)
        self._jobs: list[_Job] = []
        self._ended: list[str] = []
        self._ended_badly = False
        self.bar = PackBar()
        self.bar.cancel_requested.connect(self.cancel)

    def ask_what(self, profile: Profile, window: QWidget) -> PackExportDialog:
        """Ask what goes into an expert's file, then where to, and write it."""
        wanted = profile.collections
        collections = [one for one in self._library.collections if not wanted or one.id in wanted]
        dialog = PackExportDialog(profile, collections, window)
        dialog.chosen.connect(lambda documents, index: self._ask_where(profile, window, documents, index))
        dialog.finished.connect(dialog.deleteLater)
        self._tell_size(collections, dialog)
        dialog.open()
        return dialog

    def choose_pack(self, window: QWidget) -> None:
        """Ask for a pack, and take it in."""
        dialog = file_dialog(window, self.tr("Choose an expert's file"), self._settings, FOLDER)
        dialog.setNameFilters(self._filters())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_in)
        dialog.open()

    def export(self, profile: Profile, path: str, *, with_documents: bool = False, with_index: bool = False) -> None:
        """Write an expert with its adapters, and its documents and their index where they are wanted."""
        job = _Job(profile.name, saving=True)
        job.request = self._library.export_pack(
            profile.id,
            path,
            lambda packed: self._on_exported(job, packed),
            lambda failure: self._on_failed(job, failure),
            lambda progress: self._on_progress(job, progress),
            with_documents=with_documents,
            with_index=with_index,
        )
        self._begin(job)

    def take_in(self, path: str) -> None:
        """Take in a pack."""
        job = _Job(Path(path).name, saving=False)
        job.request = self._library.import_pack(
            path,
            lambda imported: self._on_imported(job, imported),
            lambda failure: self._on_failed(job, failure),
            lambda progress: self._on_progress(job, progress),
        )
        self._begin(job)

    def cancel(self) -> None:
        """Stop the pack that is worked on and those that wait; one that waits for an import is told as stopped now."""
        for job in list(self._jobs):
            self._library.cancel(job.request)
            if job.progress is None:
                self._end(job, self._text.stopped(job.name, saving=job.saving))

    def forget(self, imported: ImportedPack, used: set[str]) -> None:
        """Take out again what came with an expert but itself; `used` names the adapters that others use."""
        for name in set(imported.adapters) - set(used):
            try:
                self._adapters.forget(self._adapters.find(name))
            except UserError:
                continue
        left = set(imported.collections)

        def on_deleted(collection: int) -> None:
            left.discard(collection)
            if not left and imported.folder:
                # copies: the pack holds them still
                remove = partial(shutil.rmtree, imported.folder, ignore_errors=True)
                in_background(self, remove, lambda _: None, lambda _: None)

        for collection in imported.collections:
            self._library.delete_collection(collection, partial(on_deleted, collection))
        self.bar.hide()

    def _ask_where(self, profile: Profile, window: QWidget, with_documents: bool, with_index: bool) -> None:
        name = _file_name(profile.name) + SUFFIX
        dialog = save_dialog(window, self.tr("Save the expert as a file"), self._settings, FOLDER, name)
        dialog.setNameFilters(self._filters())
        dialog.fileSelected.connect(
            lambda path: self.export(
                profile, str(file_named(Path(path), SUFFIX)), with_documents=with_documents, with_index=with_index
            )
        )
        dialog.open()

    def _begin(self, job: _Job) -> None:
        if not self._jobs:
            self._ended, self._ended_badly = [], False
        self._jobs.append(job)
        self._show()

    def _show(self) -> None:
        """Show the pack that is worked on, or the first that waits."""
        job = self._jobs[0]
        doing = self._text.doing(job.name, saving=job.saving)
        if job.progress is not None:
            self.bar.show_progress(doing, job.progress)
        elif self._library.importing:
            self.bar.begin(self._text.waiting(doing))
        else:
            self.bar.begin(doing)

    def _on_progress(self, job: _Job, progress: PackProgress) -> None:
        job.progress = progress
        if job in self._jobs:
            self._show()

    def _on_exported(self, job: _Job, packed: ExportedPack) -> None:
        self._end(job, self._text.exported(packed))
        self.exported.emit(packed)

    def _on_imported(self, job: _Job, imported: ImportedPack) -> None:
        self._end(job, self._text.imported(imported))
        self.imported.emit(imported)

    def _on_failed(self, job: _Job, failure: Failure) -> None:
        if job not in self._jobs:
            return
        if failure.kind is FailureKind.CANCELLED:
            self._end(job, self._text.stopped(job.name, saving=job.saving))
        else:
            self._end(job, self._text.failed(job.name, failure.sentence, saving=job.saving), bad=True)
            self.refused.emit(failure)

    def _end(self, job: _Job, text: str, *, bad: bool = False) -> None:
        """Tell how a pack ended; one that was told as stopped and ended otherwise after all is told again."""
        if job in self._jobs:
            self._jobs.remove(job)
        self._ended.append(text)
        self._ended_badly |= bad
        if self._jobs:
            self._show()
        else:
            self.bar.finish("\n".join(self._ended), bad=self._ended_badly)
        if not self.bar.isVisible():
            self._notices.say(text)

    def _tell_size(self, collections: Sequence[Collection], dialog: PackExportDialog) -> None:
        wanted = {one.id for one in collections}

        def on_documents(documents: list[Document]) -> None:
            if isValid(dialog):
                sizes = [one.size for one in documents if one.collection_id in wanted and one.state in PACKED]
                dialog.show_documents(len(sizes), sum(sizes))

        self._library.documents(None, on_documents)

    def _filters(self) -> list[str]:
        return [self.tr("Experts (*.phi3pack)"), self.tr("All files (*)")]


def _file_name(name: str) -> str:
    """Return a name without what file systems refuse."""
    return "".join("-" if letter in '/\\:*?"<>|' or ord(letter) < 32 else letter for letter in name).strip(" .")
