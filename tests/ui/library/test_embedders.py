"""The model of the search by meaning: what is shown of it, its change, undo, and a better one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from phi3desk.errors import say
from phi3desk.library.documents import (
    Collection,
    CollectionEmbedder,
    EmbedderInfo,
    Figures,
    ImportProgress,
    ImportSummary,
    Phase,
)
from phi3desk.ui.library.document_import import DocumentImport
from phi3desk.ui.library.page import FOLDERS, LibraryPage
from phi3desk.ui.library.progress import LibraryProgress
from phi3desk.ui.services import Services
from phi3desk.workers.requests import AddEmbedder, MeasureEmbedder, Sync, UseEmbedder
from tests.ui.recorded_worker import RecordedWorker, document, recorded_library

ENGLISH = CollectionEmbedder("all-MiniLM-L6-v2", languages=("en",))
MANY = tuple(f"l{number}" for number in range(94))
INFOS = [
    EmbedderInfo("multilingual-e5-small", 384, (*MANY, "en"), 118, default=True, seconds=0.08),
    EmbedderInfo("all-MiniLM-L6-v2", 384, ("en",), 91),
    EmbedderInfo("bge-m3", 1024, (*MANY, "en"), 2271, "/models/bge-m3"),
    EmbedderInfo("gone", 384, ("en",), 100, "/models/gone", problem=say("It is gone.")),
]


class Worker(RecordedWorker):
    """Answers what is asked about embedders."""

    def answer(self, request, on_event):
        if isinstance(request, MeasureEmbedder):
            return 0.6
        if isinstance(request, AddEmbedder):
            self.embedders = [*self.embedders, EmbedderInfo("mine", 48, ("sl",), 5, request.folder, seconds=0.2)]
            return self.embedders[-1]
        return super().answer(request, on_event)


@pytest.fixture
def page(qtbot: QtBot, services: Services) -> Callable[..., LibraryPage]:
    def make(embedder: CollectionEmbedder = ENGLISH) -> LibraryPage:
        collections = [Collection(1, "Manuals", 2, 1500, embedder=embedder)]
        worker = Worker([document(1), document(2)], collections)
        worker.embedders = list(INFOS)
        library = recorded_library(worker)
        recorded = replace(services, library=library)
        document_import = DocumentImport(recorded, lambda: None)
        made = LibraryPage(recorded, document_import, LibraryProgress(library, library))
        library.setParent(made)
        document_import.setParent(made)
        made.worker, made.library = worker, library  # type: ignore[attr-defined]
        made.resize(1000, 800)
        qtbot.addWidget(made)
        made.show()
        library.refresh()
        return made

    return make


def asked(page: LibraryPage, *kinds: type) -> list:
    return [request for request in page.worker.asked if isinstance(request, kinds)]  # type: ignore[attr-defined]


def chosen(page: LibraryPage) -> LibraryPage:
    page.collections.list.setCurrentRow(1)
    page.tabs.setCurrentIndex(FOLDERS)
    return page


def test_a_better_model_is_offered_once_and_changes_nothing_by_itself(page: Callable[..., LibraryPage]):
    shown = page()
    notice = shown.embedder_notice
    assert notice.isVisible()
    assert notice.says.text() == (
        "The meaning of your documents is searched by a model that knows English only. Embed them again for 95 "
        "languages? It takes about 2 minutes and can be paused; until it is done the search goes on as it is."
    )
    assert not asked(shown, UseEmbedder)
    notice.again_button.click()
    assert asked(shown, UseEmbedder) == [UseEmbedder("multilingual-e5-small", 1)]
    assert asked(shown, Sync)[-1] == Sync()
    again = page()
    again.embedder_notice.later_button.click()
    assert not again.embedder_notice.isVisible()
    again.library.refresh()  # type: ignore[attr-defined]
    assert not again.embedder_notice.isVisible()
    assert not page().embedder_notice.isVisible()


@pytest.mark.parametrize(
    "embedder",
    [replace(ENGLISH, wanted="multilingual-e5-small"), CollectionEmbedder("bge-m3", languages=(*MANY, "en"))],
    ids=["is being changed", "knows as much"],
)
def test_nothing_is_offered_where_nothing_would_be_better(page: Callable[..., LibraryPage], embedder):
    assert not page(embedder).embedder_notice.isVisible()


def test_another_model_is_chosen_with_what_it_costs_and_taken_back(
    page: Callable[..., LibraryPage], qtbot: QtBot, services: Services
):
    shown = chosen(page())
    form = shown.folders.embedder
    assert "all-MiniLM-L6-v2" in shown._counts.text()
    assert form.current.text() == "Made by “all-MiniLM-L6-v2”, which knows English."
    entries = [form.choice.itemText(at) for at in range(form.choice.count())]
    assert entries[0] == "multilingual-e5-small  ·  95 languages  ·  118.0 MB" and len(entries) == 3
    assert form.choice.currentData() == "all-MiniLM-L6-v2" and not form.use_button.isEnabled()
    form.choice.setFocus()
    qtbot.keyClick(form.choice, Qt.Key.Key_Up)
    assert form.costs.text().startswith("1500 passages will be embedded again: about 2 minutes on this computer.")
    # one that was never used here is measured
    form.choice.setCurrentIndex(2)
    form.choice.activated.emit(2)
    assert asked(shown, MeasureEmbedder) == [MeasureEmbedder("bge-m3", 1)]
    assert "about 15 minutes" in form.costs.text()
    undo: list[Callable[[], None]] = []
    services.notices.undo_offered.connect(lambda text, act: undo.append(act) or told.append(text))
    told: list[str] = []
    form.use_button.click()
    assert asked(shown, UseEmbedder) == [UseEmbedder("bge-m3", 1)]
    assert "Manuals" in told[0] and "bge-m3" in told[0]
    undo[0]()
    assert asked(shown, UseEmbedder)[-1] == UseEmbedder("all-MiniLM-L6-v2", 1)
    for widget in (form, form.choice, form.use_button, form.keep_button, form.add_button):
        assert widget.accessibleName()


def test_a_model_chosen_for_one_collection_is_not_chosen_for_the_next(page: Callable[..., LibraryPage]):
    shown = page()
    library = shown.library  # type: ignore[attr-defined]
    shown.worker.collections.append(Collection(2, "Tenders", 0, 700, embedder=ENGLISH))  # type: ignore[attr-defined]
    library.refresh()
    form = chosen(shown).folders.embedder
    form.choice.setCurrentIndex(2)
    form.choice.activated.emit(2)
    library.refresh()
    assert (form.choice.currentData(), form.use_button.isEnabled()) == ("bge-m3", True)
    shown.collections.list.setCurrentRow(2)
    assert (form.choice.currentData(), form.use_button.isEnabled()) == ("all-MiniLM-L6-v2", False)
    assert not form.costs.isVisible()


def test_a_change_shows_how_far_it_is_and_can_be_paused(page: Callable[..., LibraryPage]):
    shown = chosen(page(replace(ENGLISH, wanted="bge-m3", passages=1500, done=600)))
    form = shown.folders.embedder
    assert "600 of 1500 passages of Manuals are embedded with “bge-m3”." in form.current.text()
    form.keep_button.click()
    assert asked(shown, UseEmbedder) == [UseEmbedder("all-MiniLM-L6-v2", 1)]
    shown.library._check_quietly()  # type: ignore[attr-defined]
    shown.worker.figures = Figures(2, 2, 2, 1500, 1500)  # type: ignore[attr-defined]
    progress = ImportProgress(0, 0, 0, 1500, 600, "Manuals", 0.0, 90.0, 0.4, Phase.RENEWING, renewing=True)
    shown.worker.progress(progress)  # type: ignore[attr-defined]
    bar = shown.import_bar
    assert bar.isVisible() and bar.text == "Embedding again with another model"
    assert bar.progress_bar.value() == 400
    assert "600 of 1500 passages" in bar.figures and "Manuals" in bar.figures
    shown.worker.progress(replace(progress, phase=Phase.PAUSED))  # type: ignore[attr-defined]
    assert (bar.text, bar.progress_bar.value()) == ("Paused", 400)
    bar.finish(ImportSummary({}, 60.0, changed=("Manuals",)))
    assert bar.text == "Manuals: searched with the new model now."


def test_a_model_is_added_from_a_folder(page: Callable[..., LibraryPage], qtbot: QtBot, tmp_path: Path):
    shown = chosen(page(replace(ENGLISH, problem=say("The folder is gone."))))
    form = shown.folders.embedder
    assert form.problem.isVisible() and form.problem.text() == "The folder is gone."
    form.add_button.click()
    (dialog,) = form.findChildren(QFileDialog)
    dialog.filesSelected.emit([str(tmp_path)])
    assert asked(shown, AddEmbedder) == [AddEmbedder(str(tmp_path))]
    assert (form.choice.currentData(), form.use_button.isEnabled()) == ("mine", True)
    assert not asked(shown, UseEmbedder)
