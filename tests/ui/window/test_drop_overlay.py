"""What a drop will do is said while the files are still held over the window."""

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from phi3desk.ui.window.drop_overlay import DropOverlay, Dropped, dropped_paths


@pytest.mark.parametrize(
    ("dropped", "text"),
    [
        (Dropped([], [], ["pump.phi3pack"]), "Drop to import the expert"),
        (Dropped([], ["phi3.gguf"], []), "Drop to add the model or adapter"),
        (Dropped(["pump.pdf"], [], ["pump.phi3pack"]), "Drop to add to “Manuals”"),
    ],
)
def test_drop_overlay_says_where_the_drop_will_land(qtbot: QtBot, dropped: Dropped, text: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    overlay = DropOverlay(window)
    overlay.show_target("Manuals", dropped)
    assert overlay.text == text


@pytest.mark.parametrize("suffix", [".pdf", ".phi3pack", ".safetensors"])
def test_drop_of_what_cannot_be_looked_at_is_taken_as_documents_that_tell_why(suffix: str) -> None:
    # no system has names so long
    path = f"/{'x' * 300}{suffix}"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path)])
    assert dropped_paths(data) == Dropped([path], [], [])
