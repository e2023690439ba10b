"""Experts as files, from the real window through the real library worker to a second home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.library.documents import Collection, SearchResult, SearchScope
from phi3desk.model.types import AdapterUse
from phi3desk.packs.exporter import export_pack
from phi3desk.packs.outcome import ExportedPack
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles.profile import Profile
from phi3desk.settings import Settings
from phi3desk.ui.experts.page import ExpertsPage
from phi3desk.ui.packs.export_dialog import PackExportDialog
from phi3desk.ui.packs.text import PackText
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.requests import ExportPack
from tests.helpers.pdf import write_pump_manual

WAIT = 90_000
QUESTION = "How often is the main bearing greased?"


Opened = Callable[[Paths], AbstractContextManager[tuple[MainWindow, Services]]]


@pytest.fixture
def opened(qtbot: QtBot) -> Iterator[Opened]:
    """Return a function that opens the window of an installation with its library, without a model."""
    windows = []

    @contextmanager
    def open_window(paths: Paths) -> Iterator[tuple[MainWindow, Services]]:
        services = app.make_services(paths, Settings(paths.settings))
        window = MainWindow(services)
        qtbot.addWidget(window)
        # Qt still lays it out when the test has let go of it
        windows.append(window)
        window.show()
        services.library.start()
        try:
            qtbot.waitUntil(lambda: services.library.status is not None, timeout=WAIT)
            yield window, services
        finally:
            app.close(window, services)

    yield open_window


def add_document(qtbot: QtBot, services: Services, file: Path) -> Collection:
    made: list[Collection] = []
    services.library.create_collection("Pumps", made.append)
    qtbot.waitUntil(lambda: bool(made), timeout=WAIT)
    with qtbot.waitSignal(services.library.import_finished, timeout=WAIT):
        services.library.import_paths([write_pump_manual(file)], made[0].id)
    return made[0]


def add_expert(services: Services, **values: object) -> Profile:
    profile = replace(services.profiles.create("Pump expert"), **values)  # type: ignore[arg-type]
    services.profiles.save(profile)
    return profile


def asked(qtbot: QtBot, ask: Callable[[Callable[[object], None]], object]) -> object:
    told: list[object] = []
    ask(told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    return told[0]


def found(qtbot: QtBot, services: Services, collections: tuple[int, ...]) -> list[tuple[object, ...]]:
    result = asked(
        qtbot,
        lambda tell: services.library.search(
            QUESTION, 3, SearchScope(collections), tell, lambda f: pytest.fail(str(f.sentence))
        ),
    )
    assert isinstance(result, SearchResult)
    return [(f.passage.document, f.passage.page, f.passage.text, round(f.score, 3)) for f in result.found]


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)


def save_with_documents(qtbot: QtBot, window: MainWindow, target: Path) -> None:
    page = window.experts_page
    page.header.export_requested.emit()
    dialog = page.findChild(PackExportDialog)
    qtbot.waitUntil(lambda: "1 document," in dialog.documents.text(), timeout=WAIT)
    assert not dialog.documents.isChecked() and "No text" in dialog.warning.text()
    qtbot.keyClick(dialog.documents, Qt.Key.Key_Space)
    assert dialog.index.isChecked() and "can read them" in dialog.warning.text()
    qtbot.keyClick(dialog.documents, Qt.Key.Key_Return)
    chooser = page.findChild(QFileDialog)
    with qtbot.waitSignal(page.pack_transfer.exported, timeout=WAIT):
        chooser.fileSelected.emit(str(target))
    chooser.reject()


def test_expert_with_documents_and_index_travels_from_window_to_window(
    home: Paths, opened: Opened, qtbot: QtBot, tiny_adapters: list[Path], tmp_path: Path
) -> None:
    pack = tmp_path / "pump.phi3pack"
    with opened(home) as (window, services):
        collection = add_document(qtbot, services, tmp_path / "docs" / "pump.pdf")
        adapter = services.adapters.add(tiny_adapters[0])
        expert = add_expert(
            services,
            adapters=(AdapterUse(adapter.name, adapter.path, 0.8),),
            collections=(collection.id,),
            model="Phi-3",
        )
        window.show_page(Page.EXPERTS)
        window.experts_page.choose(expert.id)
        save_with_documents(qtbot, window, pack)
        assert "with 1 document and the finished index of 1 document" in window.experts_page.pack_transfer.bar.text
        wanted = found(qtbot, services, expert.collections)
    assert wanted[0][:2] == ("pump.pdf", 2)

    there = open_paths(tmp_path / "there")
    with opened(there) as (window, services):
        page, library = window.experts_page, services.library
        reading: list[bool] = []
        library.import_started.connect(lambda: reading.append(True))
        with qtbot.waitSignal(services.notices.undo_offered, timeout=WAIT) as offered:
            drop(window, pack)
        assert window.toast.text == "“Pump expert” was taken in."
        assert window.page is Page.EXPERTS
        assert page.pack_transfer.bar.text.startswith("“Pump expert” was taken in, with 1 document and 1 adapter.")
        assert "the model “Phi-3”, which is not on this machine" in page.pack_transfer.bar.text
        taken = page.chosen
        assert (taken.name, taken.adapters[0].strength) == ("Pump expert", 0.8)
        page.save()
        assert page.chosen.collections == taken.collections == tuple(one.id for one in library.collections)
        assert found(qtbot, services, taken.collections) == wanted
        library.refresh()
        qtbot.waitUntil(lambda: library.status is not None and library.status.passages > 0, timeout=WAIT)
        assert library.status is not None and library.status.embedded == library.status.passages
        assert not reading

        offered.args[1]()
        assert "Pump expert" not in [profile.name for profile in services.profiles.profiles()]
        assert "tiny-a" not in [entry.name for entry in services.adapters.list()]
        qtbot.waitUntil(lambda: library.collections == [], timeout=WAIT)
        qtbot.waitUntil(lambda: list((there.home / "packs").iterdir()) == [], timeout=WAIT)


def test_packs_that_wait_for_an_import_say_so_and_can_be_stopped(
    home: Paths, opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    with opened(home) as (window, services):
        page, library = window.experts_page, services.library
        packs, expert = page.pack_transfer, add_expert(services)
        page.choose(expert.id)
        whole = tmp_path / "whole.phi3pack"
        export_pack(home, None, expert, whole)
        before = services.profiles.profiles()
        library.pause(True)
        library.import_paths([write_pump_manual(tmp_path / "pump.pdf")], None)
        packs.export(expert, str(tmp_path / "stopped.phi3pack"))
        packs.take_in(str(whole))
        assert "waits until the import" in packs.bar.text
        packs.bar.cancel.click()
        assert packs.bar.text == "Stopped. “Pump expert” was not saved.\nStopped. “whole.phi3pack” was not taken in."
        packs.export(expert, str(tmp_path / "kept.phi3pack"))
        with qtbot.waitSignal(packs.exported, timeout=WAIT):
            library.pause(False)
        assert sorted(path.name for path in tmp_path.glob("*pack*")) == ["kept.phi3pack", "whole.phi3pack"]
        assert services.profiles.profiles() == before


def test_tampered_pack_is_refused_in_words_and_leaves_no_trace(
    home: Paths, opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    with opened(home) as (window, services):
        pack = tmp_path / "pump.phi3pack"
        export_pack(home, None, add_expert(services), pack)
        # the manifest's own hash stands at the end
        pack.write_bytes(pack.read_bytes()[:-1] + b"!")
        before = services.profiles.profiles(), sorted(home.home.iterdir())
        window.toast.dismiss()
        with qtbot.waitSignal(window.experts_page.pack_transfer.refused, timeout=WAIT):
            window.experts_page.pack_transfer.take_in(str(pack))
        said = window.experts_page.pack_transfer.bar.text
        assert said.startswith("“pump.phi3pack” was not taken in.")
        assert window.toast.text == said, "the page is not seen, so the window tells"
        assert (services.profiles.profiles(), sorted(home.home.iterdir())) == before


def test_expert_without_documents_goes_into_a_file_and_comes_back(
    home: Paths, opened: Opened, qtbot: QtBot, tiny_adapters: list[Path], tmp_path: Path
) -> None:
    with opened(home) as (window, services):
        adapter = services.adapters.add(tiny_adapters[0])
        known = services.adapters.list()
        expert = add_expert(
            services, adapters=(AdapterUse(adapter.name, adapter.path),), answer_mode=AnswerMode.MODEL_ALONE
        )
        page = window.experts_page
        dialog = page.pack_transfer.ask_what(expert, page)
        assert not dialog.documents.isEnabled() and not dialog.index.isEnabled()
        dialog.reject()
        with qtbot.waitSignal(page.pack_transfer.exported, timeout=WAIT):
            page.pack_transfer.export(expert, str(tmp_path / "pump.phi3pack"))
        assert "without documents" in page.pack_transfer.bar.text
        with qtbot.waitSignal(page.pack_transfer.imported, timeout=WAIT):
            page.pack_transfer.take_in(str(tmp_path / "pump.phi3pack"))
        assert page.chosen.name == "Pump expert 2"
        assert page.chosen.adapters == expert.adapters
        assert services.adapters.list() == known


@pytest.mark.usefixtures("qapp")
def test_saved_pack_names_what_is_gone_and_what_is_not_read() -> None:
    saved = ExportedPack("p.phi3pack", 1000, 1, 1, 1, 0, ("gone.pdf",), (), ("a.pdf", "b.pdf", "c.pdf", "d.pdf"))
    said = PackText().exported(saved)
    assert "Left out, because they are gone or have changed since they were read: gone.pdf." in said
    assert "Left out, because they were not read yet or cannot be read: a.pdf, b.pdf, c.pdf and 1 file" in said


def test_expert_takes_the_place_of_no_file_that_nobody_was_asked_about(
    qtbot: QtBot, services: Services, tmp_path: Path
) -> None:
    page = ExpertsPage(services)
    qtbot.addWidget(page)
    (tmp_path / "pump 2.3.phi3pack").write_bytes(b"of last year")
    page.pack_transfer.ask_what(services.profiles.current, page).chosen.emit(False, False)
    chooser = page.findChild(QFileDialog)
    # the dialog takes what follows the full stop for an ending
    chooser.fileSelected.emit(str(tmp_path / "pump 2.3"))
    chooser.reject()
    asked = [call.request for call in services.library.worker._calls.values()]
    assert [one.file for one in asked if isinstance(one, ExportPack)] == [str(tmp_path / "pump 2.3 2.phi3pack")]
