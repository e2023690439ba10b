"""The experts page on the real profile, model and adapter stores."""

import dataclasses
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.library.documents import Collection
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.starter import ADAPTER
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, LoadOptions
from phi3desk.paths import Paths
from phi3desk.profiles.profile import Profile, SamplingChoice
from phi3desk.profiles.store import ProfileStore
from phi3desk.ui.clients.model_client import ModelClient, model_worker
from phi3desk.ui.experts.adapter_row import AdapterRow
from phi3desk.ui.experts.expert_list import KEYS
from phi3desk.ui.experts.page import ExpertsPage
from phi3desk.ui.notices import Notices
from phi3desk.ui.services import Services
from tests.helpers.tiny_phi3 import config, write_tiny_phi3


class TwoCollections(QObject):
    collections_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.collections = [Collection(1, "Manuals", 12), Collection(2, "Tenders", 3)]
        self.status = None


@pytest.fixture
def store(services: Services) -> ProfileStore:
    return services.profiles


@pytest.fixture
def page(services: Services, tiny_adapters: list[Path], qtbot: QtBot) -> ExpertsPage:
    services.adapters.add(tiny_adapters[0])
    library = TwoCollections()
    made = ExpertsPage(dataclasses.replace(services, library=library))  # type: ignore[arg-type]
    library.setParent(made)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitUntil(lambda: any(row.name == "tiny-a" for row in made.editor.strengths))
    return made


def tell_collections(page: ExpertsPage) -> None:
    """Have the library tell its collections again, as it does at every change."""
    library = page.findChild(TwoCollections)
    library.collections_changed.emit(library.collections)


def strength_of(page: ExpertsPage, adapter: str) -> AdapterRow:
    """Return the row of an adapter; the starter's own is always among them."""
    return next(row for row in page.editor.strengths if row.name == adapter)


def test_experts_page_gives_the_form_more_room_than_its_preview(page: ExpertsPage, qtbot: QtBot):
    page.resize(720, 600)
    preview, form = page.preview, page.editor.parentWidget().parentWidget().parentWidget()
    qtbot.waitUntil(lambda: preview.y() > form.y())
    preview.answer.setPlainText("Every 2,000 operating hours. " * 40)
    preview.foot.setText("From documents, 3 sources. " * 20)
    qtbot.waitUntil(lambda: form.height() > 1.4 * preview.height())


def test_experts_page_keeps_what_is_typed(page: ExpertsPage, home: Paths, qtbot: QtBot):
    page.add_expert()
    page.editor.name.selectAll()
    with qtbot.waitSignal(page.profile_saved):
        qtbot.keyClicks(page.editor.name, "Pump expert")
    page.editor.instructions.setPlainText("Give figures with their units.")
    page.editor.questions.setPlainText("How often?\n\nHow much?\n")
    adapter = strength_of(page, "tiny-a")
    adapter.box.setChecked(True)
    adapter.slider.setValue(16)
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


def test_experts_page_delete_can_be_undone_and_puts_it_in_use_again(
    page, notices: Notices, store: ProfileStore, qtbot: QtBot
):
    page.add_expert()
    page.use()
    deleted = page.chosen
    with qtbot.waitSignals([notices.undo_offered, page.profile_used]):
        page.delete()
    assert deleted.id not in [profile.id for profile in store.profiles()]
    assert page.chosen.id == store.current.id


def test_experts_page_undo_of_delete_restores(page, notices: Notices, store: ProfileStore, qtbot: QtBot):
    page.add_expert()
    page.use()
    deleted = page.chosen
    with qtbot.waitSignal(notices.undo_offered) as offered:
        page.delete()
    offered.args[1]()
    assert store.profile(deleted.id) == deleted
    assert store.current.id == deleted.id
    assert page.expert_list.list.count() == len(store.profiles())


def test_experts_page_last_expert_cannot_be_deleted(page: ExpertsPage, store: ProfileStore):
    for profile in store.profiles()[1:]:
        page.choose(profile.id)
        page.delete()
    assert not page.header.delete.isEnabled()
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
        qtbot.keyClick(page.expert_list.list, Qt.Key.Key_Return)
    assert used.args == [made.id]
    assert store.current.id == made.id


def test_experts_page_switching_keeps_the_unsaved_text(page: ExpertsPage, store: ProfileStore):
    first, other = page.chosen.id, store.create("Other").id
    page.editor.instructions.setPlainText("Be brief.")
    page.choose(other)
    assert store.profile(first).instructions == "Be brief."


def test_experts_page_adapter_that_is_gone_is_shown_and_kept(page: ExpertsPage, home: Paths, qtbot: QtBot):
    strength_of(page, "tiny-a").box.setChecked(True)
    page.save()
    AdapterStore(home).remove("tiny-a")
    page.refresh()
    qtbot.waitUntil(lambda: "Not on this machine" in strength_of(page, "tiny-a").box.toolTip())
    assert [use.name for use in page.editor.profile.adapters] == ["tiny-a"]


def test_experts_page_tells_which_adapters_do_not_fit_the_model_chosen(
    page: ExpertsPage, home: Paths, tiny_phi3: Path, tmp_path: Path, qtbot: QtBot
):
    models = ModelStore(home)
    wide = write_tiny_phi3(tmp_path / "wide.gguf", shape=dataclasses.replace(config(), width=128, heads=8))
    for file, name in ((tiny_phi3, "tiny"), (wide, "wide")):
        models.add(file, name)
    page.refresh()
    model = page.editor.model
    qtbot.waitUntil(lambda: model.findData("wide") >= 0)
    model.setCurrentIndex(model.findData("wide"))
    qtbot.waitUntil(lambda: strength_of(page, "tiny-a").fit.isVisibleTo(page))
    assert "does not fit" in strength_of(page, "tiny-a").fit.text()
    model.setCurrentIndex(model.findData("tiny"))
    # what was found of the other model is gone at once
    assert not strength_of(page, "tiny-a").fit.isVisibleTo(page)
    others = [row for row in page.editor.strengths if row.name == ADAPTER]
    qtbot.waitUntil(lambda: all(row.fit.text().startswith("Made for the starter") for row in others))
    assert others
    assert not strength_of(page, "tiny-a").fit.isVisibleTo(page)


def test_experts_page_keeps_a_collection_that_was_deleted_until_it_is_taken_out(page: ExpertsPage, store: ProfileStore):
    expert = store.create("Pump expert")
    store.save(dataclasses.replace(expert, collections=(2, 9)))
    page.choose(expert.id)
    boxes = dict(page.editor.collections)
    assert (boxes[9].text(), boxes[9].isChecked()) == ("A deleted collection", True)
    page.use()
    assert store.profile(expert.id).collections == (2, 9)
    boxes[9].setChecked(False)
    page.save()
    assert store.profile(expert.id).collections == (2,)


def test_experts_page_keeps_what_was_typed_beside_a_refused_name(page: ExpertsPage, store: ProfileStore):
    expert = store.create("Pump expert")
    page.choose(expert.id)
    page.editor.name.setText("")
    page.editor.instructions.setPlainText("Give figures.")
    page.choose(store.profiles()[0].id)
    kept = store.profile(expert.id)
    assert (kept.name, kept.instructions) == ("Pump expert", "Give figures.")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("questions", "How often?\n" * 13, "There are too many first questions; 12 are the most."),
        ("questions", "?" * 501, "A first question is too long; 500 characters are the most."),
        ("instructions", "x" * 8001, "The instructions are too long; 8000 characters are the most."),
    ],
)
def test_experts_page_keeps_what_was_typed_beside_any_part_that_is_refused(
    page: ExpertsPage, store: ProfileStore, field: str, typed: str, sentence: str
):
    expert = store.create("Pump expert")
    store.save(replace(expert, instructions="Be brief.", first_questions=("How hot?",)))
    page.choose(expert.id)
    page.editor.appearance.icons[3].click()
    page.editor.name.setText("general")
    getattr(page.editor, field).setPlainText(typed)
    page.hide()
    assert page.validity == "There is an expert named “general” already. Choose another name."
    page.editor.name.setText("Pump keeper")
    page.save()
    assert page.validity == sentence
    assert getattr(page.editor, field).toPlainText() == typed
    kept = store.profile(expert.id)
    assert (kept.name, kept.icon) == ("Pump keeper", page.editor.appearance.icons[3].icon_name)
    assert (kept.instructions, kept.first_questions) == ("Be brief.", ("How hot?",))
    page.use()
    assert store.current.id == expert.id
    page.choose(store.profiles()[0].id)
    page.choose(expert.id)
    assert page.editor.profile == kept


def test_experts_page_brings_a_deleted_expert_back_over_one_with_a_refused_part(
    page: ExpertsPage, notices: Notices, store: ProfileStore, qtbot: QtBot
):
    page.choose(store.create("Pump expert").id)
    deleted = page.chosen
    with qtbot.waitSignal(notices.undo_offered) as offered:
        page.delete()
    page.editor.questions.setPlainText("How often?\n" * 13)
    offered.args[1]()
    assert page.chosen == deleted


def test_experts_page_a_held_key_deletes_one_expert(page: ExpertsPage, store: ProfileStore):
    before = len(store.profiles())
    for repeated in (False, True, True):
        press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, "", repeated)
        QCoreApplication.sendEvent(page.expert_list.list, press)
    assert len(store.profiles()) == before - 1


def test_experts_page_opens_on_the_expert_that_was_switched_to_elsewhere(page: ExpertsPage, store: ProfileStore):
    page.hide()
    store.use(store.profiles()[2].id)
    page.show()
    assert page.chosen.id == store.profiles()[2].id


def test_experts_page_keeps_icon_mode_and_sampling(page: ExpertsPage, home: Paths, qtbot: QtBot):
    page.editor.appearance.icons[3].click()
    page.editor.answer_mode.buttons[AnswerMode.DOCUMENTS_FIRST].click()
    page.editor.sampling.temperature.setValue(0.5)
    page.save()
    kept = ProfileStore(home.profiles).profile(page.chosen.id)
    assert (kept.icon, kept.answer_mode) == (page.editor.appearance.icons[3].icon_name, AnswerMode.DOCUMENTS_FIRST)
    assert kept.sampling == SamplingChoice(temperature=0.5)


def test_experts_page_strength_is_a_figure_and_can_be_set_to_one(page: ExpertsPage, qtbot: QtBot):
    row = strength_of(page, "tiny-a")
    row.box.setChecked(True)
    qtbot.keyClick(row.slider, Qt.Key.Key_Left)
    assert row.use is not None and row.use.strength == 0.95
    assert row.value.text() == "0.95"
    row.reset.click()
    assert row.use.strength == 1.0


def test_experts_page_order_changes_by_keyboard_and_is_kept(
    page: ExpertsPage, store: ProfileStore, home: Paths, qtbot: QtBot
):
    first, second, *rest = store.profiles()
    page.choose(second.id)
    with qtbot.waitSignal(page.profile_saved):
        qtbot.keyClick(page.expert_list.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [one.id for one in ProfileStore(home.profiles).profiles()] == [one.id for one in (second, first, *rest)]
    assert page.expert_list.list.currentItem().text() == second.name
    assert page.expert_list.list.currentItem().data(KEYS) == "Ctrl+1"


def test_experts_page_order_changes_by_drag(page: ExpertsPage, store: ProfileStore, qtbot: QtBot):
    before = [one.id for one in store.profiles()]
    rows = page.expert_list.list.model()
    with qtbot.waitSignal(page.expert_list.moved):
        rows.moveRow(rows.index(0, 0).parent(), 0, rows.index(0, 0).parent(), 3)
    qtbot.waitUntil(lambda: [one.id for one in store.profiles()] != before)
    assert [one.id for one in store.profiles()] == [before[1], before[2], before[0], *before[3:]]


def test_experts_page_makes_an_expert_from_a_template(page: ExpertsPage, store: ProfileStore):
    template = store.templates()[1]
    page.expert_list.new_requested.emit(template.id)
    assert page.chosen.instructions == template.instructions
    assert page.chosen.name != template.name
    assert not page.chosen.built_in


def test_experts_page_preview_says_that_no_model_is_loaded(page: ExpertsPage, qtbot: QtBot):
    page.editor.instructions.setPlainText("Be brief.")
    qtbot.waitUntil(lambda: "No model is loaded" in page.preview.status.text())


def test_experts_page_preview_answers_anew_and_gives_the_model_back(
    page: ExpertsPage, home: Paths, store: ProfileStore, tiny_phi3: Path, qtbot: QtBot
):
    model = ModelClient(model_worker(home))
    try:
        model.start()
        page.answer_with(model, lambda: False)
        page.choose(store.create("Drafts").id)
        page.preview.question.setText("How often?")
        page.editor.answer_mode.buttons[AnswerMode.MODEL_ALONE].click()
        page.editor.sampling.max_tokens.setValue(32)
        model.load(ModelStore(home).add(tiny_phi3).ref, LoadOptions(context=512, gpu_layers=0, threads=1))
        qtbot.waitUntil(lambda: "Drafts, tiny phi3" in page.preview.foot.text(), timeout=60_000)
        strength_of(page, "tiny-a").box.setChecked(True)
        qtbot.waitUntil(lambda: "tiny-a 1" in page.preview.foot.text(), timeout=60_000)
        qtbot.waitUntil(lambda: model.model is not None and model.model.adapters == (), timeout=60_000)
        assert store.current.adapters == ()
        assert page.preview.answer.toPlainText()
    finally:
        model.close()


def test_experts_page_leaves_what_is_being_used_while_an_import_counts(page: ExpertsPage):
    editor, library = page.editor, page.findChild(TwoCollections)
    row, (number, box) = strength_of(page, "tiny-a"), editor.collections[0]
    row.box.setChecked(True)
    changed: list[object] = []
    editor.choices_shown.connect(lambda: changed.append("choices"))
    editor.model.model().rowsRemoved.connect(lambda *_: changed.append("models"))
    box.setFocus()
    library.collections = [replace(one, documents=99) for one in library.collections]
    tell_collections(page)
    assert (strength_of(page, "tiny-a"), editor.collections[0], changed) == (row, (number, box), [])
    assert page.focusWidget() is box
    assert box.toolTip() == "99 documents"
    library.collections.append(Collection(3, "Alarms", 1))
    tell_collections(page)
    assert [box.text() for _, box in editor.collections] == ["Manuals", "Tenders", "Alarms"]
    assert (strength_of(page, "tiny-a"), changed) == (row, ["choices"])


#: what no field of the form can show as it is: limits, decimals, spaces, line ends, a path that moved
UNROUNDED = Profile(
    "",
    "Taken in",
    "  You know pumps.\r\nNo-break\u00a0space.\n\n",
    color="#12ab9F",
    model="not here",
    adapters=(
        AdapterUse("elsewhere", "/moved/elsewhere.gguf", 0.333),
        AdapterUse("tiny-a", "/moved/tiny-a.gguf", 1.234),
    ),
    collections=(2, 1, 99),
    first_questions=(" How often? ", "How\nmuch?"),
    icon="pump",
    sampling=SamplingChoice(temperature=0.333, top_p=0.012, top_k=7, repeat_penalty=1.1, max_tokens=8000),
)


@pytest.mark.parametrize("tokens", [16, 17, 8000, 8192])
def test_experts_page_leaves_an_expert_that_is_only_looked_at_as_it_was(
    page: ExpertsPage, home: Paths, store: ProfileStore, tokens: int, qtbot: QtBot
):
    added = store.add(replace(UNROUNDED, sampling=replace(UNROUNDED.sampling, max_tokens=tokens)))
    before = home.profiles.read_bytes()
    page.choose(added.id)
    assert page.editor.profile == added
    tell_collections(page)
    page.refresh()
    page.hide()
    page.choose(store.profiles()[0].id)
    page.choose(added.id)
    page.save()
    assert home.profiles.read_bytes() == before
    assert ProfileStore(home.profiles).profile(added.id) == added


def test_experts_page_keeps_what_is_edited_and_leaves_the_rest(page: ExpertsPage, store: ProfileStore):
    added = store.add(UNROUNDED)
    page.choose(added.id)
    page.editor.sampling.temperature.setValue(0.5)
    tell_collections(page)
    strength_of(page, "tiny-a").box.setChecked(False)
    tell_collections(page)
    page.editor.name.setText("Mine")
    page.save()
    assert store.profile(added.id) == replace(
        added,
        name="Mine",
        sampling=replace(added.sampling, temperature=0.5),
        adapters=(AdapterUse("elsewhere", "/moved/elsewhere.gguf", 0.333),),
    )


def test_experts_page_takes_every_length_of_answer_that_can_be_kept(page: ExpertsPage, store: ProfileStore):
    page.choose(store.create("Long").id)
    tokens = page.editor.sampling.max_tokens
    for typed, kept in ((16, 16), (8192, 8192), (9999, 8192), (5, 16), (0, None)):
        tokens.setValue(typed)
        tokens.editingFinished.emit()
        page.save()
        assert page.chosen.sampling.max_tokens == kept
