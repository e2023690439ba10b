"""The parts of the window that are not there at first: each is imported and made when it is first entered.

What they need is most of the program; a window that waited for all of it would take three times as long to be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.library.document_import import DocumentImport
from phi3desk.ui.library.progress import LibraryProgress
from phi3desk.ui.models.model_import import ModelImport
from phi3desk.ui.services import Services

if TYPE_CHECKING:
    from phi3desk.library.documents import Passage
    from phi3desk.ui.chat.controller import ConversationController
    from phi3desk.ui.chat.own_answers import OwnAnswers
    from phi3desk.ui.experts.active import ActiveExpert
    from phi3desk.ui.experts.page import ExpertsPage
    from phi3desk.ui.library.page import LibraryPage
    from phi3desk.ui.models.page import ModelsPage
    from phi3desk.ui.settings.page import SettingsPage
    from phi3desk.ui.source.pane import SourcePane
    from phi3desk.ui.sweep.page import SweepPage
    from phi3desk.ui.window.expert_tabs import ExpertTabs

_FOLDERS = ("library", "packs", "experts", "models", "source", "examples", "comparison", "sweep", "settings")
#: milliseconds between two modules that are loaded
STEP_MS = 50


def load_by_and_by(parent: QObject) -> None:
    """Import what the rooms need, so that entering one takes no longer than making it.

    One module at a time, so that nobody waits for it; not on a thread of its own: PySide makes its types only once they
    are needed, and two threads that need the same one are too much for it.
    """
    packages = [import_module(f"phi3desk.ui.{folder}") for folder in _FOLDERS]
    names = [f"{package.__name__}.{module.name}" for package in packages for module in iter_modules(package.__path__)]
    timer = QTimer(parent, interval=STEP_MS)

    def step() -> None:
        if names:
            import_module(names.pop(0))
        else:
            timer.deleteLater()

    timer.timeout.connect(step)
    timer.start()


def library_page(services: Services, documents: DocumentImport, progress: LibraryProgress) -> LibraryPage:
    """Return a new page of the library."""
    from phi3desk.ui.library.page import LibraryPage

    return LibraryPage(services, documents, progress)


def experts_page(services: Services) -> ExpertsPage:
    """Return a new page of the experts, without what stands beside them."""
    from phi3desk.ui.experts.page import ExpertsPage

    return ExpertsPage(services)


def expert_tabs(
    services: Services,
    conversation: ConversationController,
    give_back: Callable[[], None],
    own_answers: OwnAnswers,
    selected: Callable[[], Passage | None],
    window: QWidget,
) -> ExpertTabs:
    """Return what judges, corrects and compares answers; the arguments are as there."""
    from phi3desk.ui.window.expert_tabs import ExpertTabs

    return ExpertTabs(services, conversation, give_back, own_answers, selected, window)


def sweep_page(services: Services, expert: ActiveExpert) -> SweepPage:
    """Return a new page on which every document is asked the same."""
    from phi3desk.ui.sweep.page import SweepPage

    return SweepPage(services, expert)


def models_page(services: Services, models: ModelImport) -> ModelsPage:
    """Return a new page of the models."""
    from phi3desk.ui.models.page import ModelsPage

    return ModelsPage(services, models)


def settings_page(services: Services) -> SettingsPage:
    """Return a new page of the settings."""
    from phi3desk.ui.settings.page import SettingsPage

    page, model = SettingsPage(services.settings), services.model
    for told in (model.loaded, model.measured):
        told.connect(lambda _: page.wait.show_speed(model.model, model.speed))
    page.wait.show_speed(model.model, model.speed)
    return page


def source_pane(library: LibraryClient) -> SourcePane:
    """Return a new pane of sources."""
    from phi3desk.ui.source.pane import SourcePane

    return SourcePane(library)


def show_about(window: QWidget) -> None:
    """Tell over the window what the program is and what it is made of."""
    from phi3desk.ui.window.about.dialog import AboutDialog

    AboutDialog(window).open()
