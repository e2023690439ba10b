"""The left side: conversations by day, made as they are scrolled, chosen, renamed and deleted by key; the expert."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from phi3desk.chat.messages import Conversation
from phi3desk.model.types import AdapterUse
from phi3desk.profiles.profile import Profile
from phi3desk.ui.window.side.conversation_list import BATCH, ConversationListModel
from phi3desk.ui.window.side.sidebar import Sidebar

DAY = 86_400


def conversation(id: int, days: float = 0, title: str = "") -> Conversation:
    changed = time.time() - days * DAY
    return Conversation(id, title or f"Conversation {id}", changed, changed)


@pytest.fixture
def sidebar(qtbot: QtBot) -> Sidebar:
    made = Sidebar()
    qtbot.addWidget(made)
    made.resize(260, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def texts(model: ConversationListModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


def test_list_groups_conversations_by_day() -> None:
    model = ConversationListModel()
    model.show([conversation(1), conversation(2), conversation(3, 1), conversation(4, 4), conversation(5, 20)])

    assert texts(model) == [
        "Today",
        "Conversation 1",
        "Conversation 2",
        "Yesterday",
        "Conversation 3",
        "Last seven days",
        "Conversation 4",
        "Last month",
        "Conversation 5",
    ]
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsSelectable


def test_help_stands_in_line_with_the_pages_above_and_opens_its_menu(qtbot: QtBot, sidebar: Sidebar) -> None:
    def first_ink(button: QPushButton) -> int:
        drawn = button.grab().toImage()
        rows = range(4, drawn.height() - 4)
        return next(x for x in range(4, drawn.width()) if any(drawn.pixel(x, y) != drawn.pixel(4, 4) for y in rows))

    pages = [button for button, _ in sidebar.page_buttons.values()]
    assert abs(first_ink(sidebar.help) - first_ink(pages[-1])) <= 2
    told = []
    sidebar.about_requested.connect(lambda: told.append("about"))
    qtbot.mouseClick(sidebar.help, Qt.MouseButton.LeftButton)
    menu = next(menu for menu in sidebar.help.findChildren(QMenu) if menu.isVisible())
    menu.actions()[-1].trigger()
    menu.close()
    assert told == ["about"]


def test_list_makes_rows_as_they_are_needed() -> None:
    model = ConversationListModel()
    model.show([conversation(id) for id in range(1, 2 * BATCH + 51)])
    assert model.rowCount() == BATCH + 1

    while model.canFetchMore(model.index(-1)):
        model.fetchMore(model.index(-1))
    assert model.rowCount() == 2 * BATCH + 51


def test_sidebar_opens_renames_and_deletes(qtbot: QtBot, sidebar: Sidebar, monkeypatch: pytest.MonkeyPatch) -> None:
    sidebar.show_conversations([conversation(1), conversation(2)], 1, False)
    sidebar.list.setFocus()
    sidebar.mark(2)

    with qtbot.waitSignal(sidebar.conversation_chosen) as chosen:
        qtbot.keyClick(sidebar.list, Qt.Key.Key_Return)
    assert chosen.args == [2]
    with qtbot.waitSignal(sidebar.delete_requested) as deleted:
        qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    assert deleted.args == [2]
    monkeypatch.setattr("phi3desk.ui.window.side.sidebar.QInputDialog.getText", lambda *_: (" Seals ", True))
    with qtbot.waitSignal(sidebar.rename_requested) as renamed:
        qtbot.keyClick(sidebar.list, Qt.Key.Key_F2)
    assert renamed.args == [2, "Seals"]


def test_sidebar_search_waits_for_a_pause(qtbot: QtBot, sidebar: Sidebar) -> None:
    with qtbot.waitSignal(sidebar.search_changed) as changed:
        qtbot.keyClicks(sidebar.search, "seal")
    assert changed.args == ["seal"]


def test_sidebar_says_when_nothing_is_there(sidebar: Sidebar) -> None:
    sidebar.show_conversations([], 0, True)
    assert not sidebar.list.isVisible()
    assert "No conversation holds these words." in [label.text() for label in sidebar.findChildren(QLabel)]


def test_sidebar_pages_are_targets_of_size(sidebar: Sidebar) -> None:
    for button, _ in sidebar.page_buttons.values():
        assert button.height() >= 32


def test_experts_show_name_and_what_they_are_made_of(sidebar: Sidebar) -> None:
    pump = Profile("p", "Pump & valve expert", adapters=(AdapterUse("grease", "/g.gguf", 0.8),))
    sidebar.expert_switcher.show_experts([Profile("g", "General"), pump], pump, "Phi-3 mini · grease 0.8")

    assert sidebar.expert_switcher.accessibleName() == "Expert in use: Pump & valve expert. Phi-3 mini · grease 0.8"
    assert sidebar.expert_switcher.experts() == ["General", "Pump && valve expert"]


def test_experts_menu_switches(qtbot: QtBot, sidebar: Sidebar) -> None:
    general, pump = Profile("g", "General"), Profile("p", "Pump")
    sidebar.expert_switcher.show_experts([general, pump], general, "")
    action = next(a for a in sidebar.expert_switcher.expert_menu.actions() if a.text().startswith("Pump"))

    with qtbot.waitSignal(sidebar.expert_switcher.expert_chosen) as chosen:
        action.trigger()
    assert chosen.args == ["p"]
    assert action.text().endswith("Ctrl+2")
