"""The experts page on the real profile, model and adapter stores."""

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from pytestqt.qtbot import QtBot

from phi3desk.library.documents import Collection
from phi3desk.model.store import AdapterStore, ModelStore
from phi3desk.paths import Paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.ui.experts_page import ExpertsPage


class TwoCollections(QObject):
    collections_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.collections = [Collection(1, "Manuals", 12), Collection(2, "Tenders", 3)]


@pytest.fixture
def store(home: Paths) -> ProfileStore:
    return ProfileStore(home.profiles)


@pytest.fixture
def page(home: Paths, store: ProfileStore, tiny_adapters: list[Path], qtbot: QtBot) -> ExpertsPage:
    adapters = AdapterStore(home)
    adapters.add(tiny_adapters[0])
    library = TwoCollections()
    made = ExpertsPage(store, library, adapters, ModelStore(home), Settings(home.settings))  # type: ignore[arg-type]
    library.setParent(made)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitUntil(lambda: bool(made.editor.strengths))
    return made


def test_experts_page_keeps_what_is_typed(page: ExpertsPage, home: Paths, qtbot: QtBot):
    page.add_expert()
    page.editor.name.selectAll()
    with qtbot.waitSignal(page.profile_saved):
        qtbot.keyClicks(page.editor.name, "Pump expert")
    page.editor.instructions.setPlainText("Give figures with their units.")
    page.editor.questions.setPlainText("How often?\n\nHow much?\n")
    page.editor.strengths[0].box.setChecked(True)
    page.editor.strengths[0].slider.setValue(80)
    page.editor.collections[1][1].setChecked(True)
    with qtbot.waitSignal(page.profile_saved):
        pass
    kept = ProfileStore(home.profiles).named("Pump expert")
    assert kept.instructions == "Give figures with their units."
    assert kept.first_questions == ("How often?", "How much?")
    assert [(use.name, use.strength) for use in kept.adapters] == [("tiny-a", 0.8)]
    assert kept.collections == (2,)
    assert page.validity == "Saved."


def test_experts_page_refused_name_is_told_and_not_kept(page: ExpertsPage, store: ProfileStore):
    store.create("Pump expert")
    page.add_expert()
    page.editor.name.setText("pump EXPERT")
    page.save()
    assert page.validity == "There is an expert named “pump EXPERT” already. Choose another name."
    assert page.chosen.name == "New expert"
    page.editor.name.setText("")
    page.save()
    assert page.validity == "An expert needs a name."


def test_experts_page_delete_can_be_undone_and_puts_it_in_use_again(page, store: ProfileStore, qtbot: QtBot):
    page.add_expert()
    page.use()
    deleted = page.chosen
    with qtbot.waitSignals([page.undo_offered, page.profile_used]):
        page.delete()
    assert deleted.id not in [profile.id for profile in store.profiles()]
    assert page.chosen.id == store.current.id


def test_experts_page_undo_of_delete_restores(page, store: ProfileStore, qtbot: QtBot):
    page.add_expert()
    page.use()
    deleted = page.chosen
    with qtbot.waitSignal(page.undo_offered) as offered:
        page.delete()
    offered.args[1]()
    assert store.profile(deleted.id) == deleted
    assert store.current.id == deleted.id
    assert page.experts.list.count() == 2


def test_experts_page_last_expert_cannot_be_deleted(page: ExpertsPage):
    assert not page._delete.isEnabled()
    page.delete()
    assert page.validity == "The last expert cannot be deleted."


def test_experts_page_copy_is_another_expert(page: ExpertsPage, store: ProfileStore):
    page.copy()
    assert page.chosen.name == "General (copy)"
    assert page.chosen.instructions == store.profiles()[0].instructions
    assert not page.chosen.built_in


def test_experts_page_uses_an_expert_by_keyboard(page: ExpertsPage, store: ProfileStore, qtbot: QtBot):
    made = store.create("Tender reader")
    page.choose(made.id)
    with qtbot.waitSignal(page.profile_used) as used:
        qtbot.keyClick(page.experts.list, Qt.Key.Key_Return)
    assert used.args == [made.id]
    assert store.current.id == made.id


def test_experts_page_switching_keeps_the_unsaved_text(page: ExpertsPage, store: ProfileStore):
    first, other = page.chosen.id, store.create("Other").id
    page.editor.instructions.setPlainText("Be brief.")
    page.choose(other)
    assert store.profile(first).instructions == "Be brief."


def test_experts_page_adapter_that_is_gone_is_shown_and_kept(page: ExpertsPage, home: Paths, qtbot: QtBot):
    page.editor.strengths[0].box.setChecked(True)
    page.save()
    AdapterStore(home).remove("tiny-a")
    page.refresh()
    qtbot.waitUntil(lambda: "Not on this machine" in page.editor.strengths[0].box.toolTip())
    assert [use.name for use in page.editor.profile.adapters] == ["tiny-a"]
