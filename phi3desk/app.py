"""The composition root of the window: makes the stores, the workers and the window, and takes them down again."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QLockFile, QProcess, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from phi3desk import __version__
from phi3desk.backups import Kept, closed, explained, keep_copy, pinned, restore
from phi3desk.chat.examples import ExampleStore
from phi3desk.chat.history import ConversationStore
from phi3desk.comparison.store import ComparisonStore
from phi3desk.errors import DamagedFile, UserError, bug_report
from phi3desk.logs import log_to_file
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.hub.journal import ModelFolder
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.sweep.store import SweepStore
from phi3desk.ui.clients.downloads_client import DownloadsClient, downloads_worker
from phi3desk.ui.clients.library_client import LibraryClient, library_worker
from phi3desk.ui.clients.model_client import ModelClient, model_worker
from phi3desk.ui.formatting import translate
from phi3desk.ui.notices import Notices
from phi3desk.ui.services import Services
from phi3desk.ui.theme import apply_scheme
from phi3desk.ui.translations import install_translations
from phi3desk.ui.window import rooms
from phi3desk.ui.window.bug_dialog import BugDialog
from phi3desk.ui.window.damage_dialog import mend
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.protocol import Failure

log = logging.getLogger(__name__)

#: milliseconds after which the workers start although the window was not painted yet
UNSEEN_MS = 2000
#: milliseconds from the start of the workers until the rest of the window is loaded: they have the machine first
ROOMS_MS = 1500

#: the databases that the window has open itself
_OWNED = (Kept.CONVERSATIONS, Kept.COMPARISONS, Kept.SWEEPS, Kept.EXAMPLES)


def run(paths: Paths, settings: Settings) -> int:
    """Open the window and return the exit code when it is closed; 1 where another window has this home open."""
    application = make_application(settings)
    log_to_file(paths.logs, "window")
    lock = QLockFile(str(paths.home / "window.lock"))
    lock.setStaleLockTime(0)
    if not lock.tryLock(100):
        _tell(QCoreApplication.translate("app", "phi3desk is open already with these data. Look for its window."))
        return 1
    opened = open_services(paths, settings)
    if opened is None:
        return 1
    services = opened
    window = MainWindow(services)
    reporter = BugReporter(window, paths)
    sys.excepthook = reporter.report
    window.scheme_changed.connect(lambda: dress(application, services.settings))
    services.library.worker.damaged.connect(lambda failure: mend_library(window, services, paths, failure))
    begin_when_painted(window, services)
    window.show()
    try:
        code = application.exec()
    finally:
        sys.excepthook = sys.__excepthook__
        end(window, services, paths)
        lock.unlock()
    if window.wanted_copy is not None:
        program, *arguments = [sys.executable, "-m", "phi3desk", "--home", str(paths.home)]
        QProcess.startDetached(program, arguments)
    return code


def open_services(paths: Paths, settings: Settings) -> Services | None:
    """Open what the window works with, asking what is to become of files that cannot be read; None to quit."""
    if isinstance(settings.problem, DamagedFile):
        if not _mend(paths, settings.problem):
            return None
        settings = Settings(paths.settings)
    while True:
        try:
            services = make_services(paths, settings)
        except DamagedFile as error:
            if not _mend(paths, error):
                return None
        except UserError as error:
            _tell(translate(error.sentence))
            return None
        else:
            break
    services.models.list()
    for problem in (services.profiles.problem, services.models.problem):
        if isinstance(problem, DamagedFile) and not _mend(paths, problem):
            close_files(services)
            return None
    return services


def _mend(paths: Paths, error: DamagedFile) -> bool:
    sys.stderr.write(f"phi3desk: {error}\n")
    return mend(paths, error.path, error.sentence)


def mend_library(window: MainWindow, services: Services, paths: Paths, failure: Failure) -> None:
    """Ask what is to become of a catalogue that the library's worker cannot read, and start the worker again."""

    def ask() -> None:
        services.library.worker.close()
        if mend(paths, Path(failure.file), failure.sentence, window):
            services.library.worker.restart()
        else:
            window.close()

    # what has brought the news here has to be through with it first
    QTimer.singleShot(0, window, ask)


def end(window: MainWindow, services: Services, paths: Paths) -> None:
    """Close everything, and keep copies of what was changed, or put the copy back that the user wants."""
    wanted = pinned(window.wanted_copy) if window.wanted_copy is not None else None
    close(window, services)
    if wanted is None:
        for kept in Kept:
            if kept is not Kept.CATALOGUE:
                keep_copy(paths, kept)
        return
    try:
        with closed(paths, wanted.kept, by_window=True):
            restore(paths, wanted)
    except UserError as error:
        _tell(translate(error.sentence))
    finally:
        wanted.path.unlink(missing_ok=True)


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
    """Show the colours and the size of the text that the user chose."""
    apply_scheme(application, settings.get("appearance.scheme"), settings.get("appearance.reading_size"))


def make_services(paths: Paths, settings: Settings) -> Services:
    """Open what the window works with; raises UserError where a file of it cannot be opened."""
    with ExitStack() as undo:
        comparisons = ComparisonStore(paths.comparisons)
        undo.callback(comparisons.close)
        comparisons.forget_deleted()
        sweeps = SweepStore(paths.sweeps)
        undo.callback(sweeps.close)
        sweeps.forget_deleted()
        conversations = ConversationStore(paths.conversations)
        undo.callback(conversations.close)
        examples = ExampleStore(paths.examples)
        undo.callback(examples.close)
        adapters = AdapterStore(paths)
        adapters.forget_removed()
        models = ModelStore(paths)
        services = Services(
            settings=settings,
            conversations=conversations,
            examples=examples,
            profiles=ProfileStore(paths.profiles),
            comparisons=comparisons,
            sweeps=sweeps,
            models=models,
            adapters=adapters,
            library=LibraryClient(library_worker(paths)),
            model=ModelClient(model_worker(paths)),
            downloads=DownloadsClient(downloads_worker(paths), ModelFolder(paths), models),
            notices=Notices(),
        )
        undo.pop_all()
    return services


def begin_when_painted(window: MainWindow, services: Services) -> None:
    """Start the workers once the window can be seen, or after a while where its system shows it nowhere."""
    begun = False

    def begin() -> None:
        nonlocal begun
        if not begun:
            begun = True
            start_workers(window, services)
            QTimer.singleShot(ROOMS_MS, window, lambda: rooms.load_by_and_by(window))

    window.painted.connect(begin)
    QTimer.singleShot(UNSEEN_MS, window, begin)


def start_workers(window: MainWindow, services: Services) -> None:
    """Start the processes behind the window and load the model in use; called once the window is there."""
    services.library.start()
    services.model.start()
    services.downloads.restore()
    window.active_expert.load_in_use()
    for problem in (services.settings.problem, services.models.problem):
        if problem is not None and not isinstance(problem, DamagedFile):
            services.notices.say(translate(problem.sentence))


def close(window: MainWindow, services: Services) -> None:
    """Keep what has been written, stop the workers, close the files."""
    window.model_turns.stop_comparison()
    window.model_turns.rest_sweep()
    window.conversation_controller.close()
    services.model.close()
    services.downloads.close()
    services.library.close()
    close_files(services)


def close_files(services: Services) -> None:
    """Close the files that the window owns."""
    services.conversations.close()
    services.examples.close()
    services.comparisons.close()
    services.sweeps.close()


class BugReporter:
    """Shows a dialog for an exception nobody handled; the window lives on. One dialog at a time.

    What comes from a damaged file or a full disk is no bug and is said as a notice.
    """

    def __init__(self, window: MainWindow, paths: Paths) -> None:
        self._window = window
        self._paths = paths
        self.dialog: BugDialog | None = None

    def report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Take the place of sys.excepthook."""
        if isinstance(error, KeyboardInterrupt):
            QApplication.quit()
            return
        if isinstance(error, Exception):
            explanation = explained(error, self._paths, _OWNED)
            if isinstance(explanation, UserError):
                self._window.say(translate(explanation.sentence))
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
