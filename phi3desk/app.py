"""The composition root of the window: makes the stores, the workers and the window, and takes them down again."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QLockFile, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from phi3desk import __version__
from phi3desk.chat.examples import ExampleStore
from phi3desk.chat.history import ConversationStore
from phi3desk.comparison.store import ComparisonStore
from phi3desk.errors import UserError, bug_report
from phi3desk.logs import log_to_file
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.ui.clients.library_client import LibraryClient, library_worker
from phi3desk.ui.clients.model_client import ModelClient, model_worker
from phi3desk.ui.formatting import translate
from phi3desk.ui.notices import Notices
from phi3desk.ui.services import Services
from phi3desk.ui.theme import apply_scheme
from phi3desk.ui.translations import install_translations
from phi3desk.ui.window.bug_dialog import BugDialog
from phi3desk.ui.window.main_window import MainWindow

log = logging.getLogger(__name__)


def run(paths: Paths, settings: Settings) -> int:
    """Open the window and return the exit code when it is closed; 1 where another window has this home open."""
    application = make_application(settings)
    log_to_file(paths.logs, "window")
    lock = QLockFile(str(paths.home / "window.lock"))
    lock.setStaleLockTime(0)
    if not lock.tryLock(100):
        _tell(QCoreApplication.translate("app", "phi3desk is open already with these data. Look for its window."))
        return 1
    try:
        services = make_services(paths, settings)
    except UserError as error:
        _tell(translate(error.sentence))
        return 1
    window = MainWindow(services)
    reporter = BugReporter(window)
    sys.excepthook = reporter.report
    window.scheme_changed.connect(lambda: dress(application, settings))
    window.show()
    QTimer.singleShot(0, window, lambda: start_workers(window, services))
    try:
        return application.exec()
    finally:
        sys.excepthook = sys.__excepthook__
        close(window, services)
        lock.unlock()


def make_application(settings: Settings) -> QApplication:
    """Make the QApplication in the user's language and colours, or dress the one there is."""
    known = QApplication.instance()
    application = known if isinstance(known, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("phi3desk")
    application.setApplicationVersion(__version__)
    QGuiApplication.setDesktopFileName("phi3desk")
    install_translations(application)
    dress(application, settings)
    QGuiApplication.styleHints().colorSchemeChanged.connect(
        lambda _: dress(application, settings) if settings.get("appearance.scheme") == "system" else None,
        Qt.ConnectionType.QueuedConnection,
    )
    return application


def dress(application: QApplication, settings: Settings) -> None:
    """Show the colours that the user chose."""
    apply_scheme(application, settings.get("appearance.scheme"))


def make_services(paths: Paths, settings: Settings) -> Services:
    """Open what the window works with; raises UserError where the conversations cannot be opened."""
    comparisons = ComparisonStore(paths.comparisons)
    comparisons.forget_deleted()
    return Services(
        settings=settings,
        conversations=ConversationStore(paths.conversations),
        examples=ExampleStore(paths.examples),
        profiles=ProfileStore(paths.profiles),
        comparisons=comparisons,
        models=ModelStore(paths),
        adapters=AdapterStore(paths),
        library=LibraryClient(library_worker(paths)),
        model=ModelClient(model_worker(paths)),
        notices=Notices(),
    )


def start_workers(window: MainWindow, services: Services) -> None:
    """Start the processes behind the window and load the model in use; called once the window is there."""
    services.library.start()
    services.model.start()
    window.active_expert.load_in_use()


def close(window: MainWindow, services: Services) -> None:
    """Keep what has been written, stop the workers, close the files."""
    window.expert_tabs.close()
    window.conversation_controller.close()
    services.model.close()
    services.library.close()
    services.conversations.close()
    services.examples.close()
    services.comparisons.close()


class BugReporter:
    """Shows a dialog for an exception nobody handled; the window lives on. One dialog at a time."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.dialog: BugDialog | None = None

    def report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Take the place of sys.excepthook."""
        if isinstance(error, KeyboardInterrupt):
            QApplication.quit()
            return
        report = bug_report(error.with_traceback(trace))
        log.error("unexpected error\n%s", report)
        if self.dialog is not None:
            return
        self.dialog = BugDialog(report, self._window)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _on_finished(self, _: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()


def _tell(sentence: str) -> None:
    box = QMessageBox(QMessageBox.Icon.Information, "phi3desk", sentence, QMessageBox.StandardButton.Ok)
    box.exec()
