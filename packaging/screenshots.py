"""Takes the pictures of the README: the real window, its real workers, the sample documents, the starter model.

    python packaging/screenshots.py FOLDER [light|dark] [WIDTHxHEIGHT]

Writes empty-start, import-running, answer-with-sources, highlighted-page, answer-checked, inspector, refusal,
sheet-answer, dossier-page, sweep, compared-in-place, comparison, library, folders, expert-switched, experts, guide and
adapter-refused as PNG. Needs no display: with none it draws off screen.
The data lie in a temporary folder and are deleted at the end.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication

from phi3desk import app
from phi3desk.chat.dossier.dossier import dossier_of
from phi3desk.chat.messages import Message
from phi3desk.library.documents import Collection
from phi3desk.library.samples import sample_questions
from phi3desk.paths import HOME_VARIABLE, open_paths, resource
from phi3desk.profiles.teaching import Examples
from phi3desk.settings import Settings
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.dossiers.job import DossierJob
from phi3desk.ui.library.page import FOLDERS
from phi3desk.ui.pages import Page
from phi3desk.ui.window.expert_tabs import COMPARISON
from phi3desk.ui.window.main_window import MainWindow, Services

LONGEST_WAIT = 300.0
#: questions of the comparison; more make a better chart and a longer wait
COMPARED = 6
#: questions whose answers a small model likes to round off with something of its own
WITH_DOUBTS = (
    "How often is the main bearing greased, with how much grease, and what happens if it is greased more often?",
    "Describe step by step what to do before, during and after the main bearing is greased.",
    "Explain in four sentences how a grease fire is put out, with what, by whom, and why water is dangerous.",
)
SHEET = """Part;Store;Pieces;Price each (EUR)
Mechanical seal 40 mm;Graz;12;148,50
Bearing 6310;Graz;24;61,20
Bearing 6312;Linz;8;79,90
Coupling sleeve;Linz;30;14,75
Gasket DN 80;Graz;150;2,10
Shaft 40 mm;Vienna;3;412,00
"""


class Photographer:
    """Leads the window from scene to scene and keeps a picture of each."""

    def __init__(
        self, application: QApplication, window: MainWindow, services: Services, folder: Path, documents: Path
    ) -> None:
        self._application = application
        self._window = window
        self._services = services
        self._folder = folder
        self._documents = documents

    def wait(self, until: Callable[[], bool], what: str) -> None:
        """Let the window work until something holds."""
        end = time.monotonic() + LONGEST_WAIT
        while not until():
            if time.monotonic() > end:
                sys.exit(f"waited {LONGEST_WAIT:.0f} s in vain: {what}")
            self._application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)

    def rest(self, seconds: float) -> None:
        """Let the window settle."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end, "a moment")

    def take(self, name: str) -> None:
        """Keep a picture of the window."""
        self.rest(0.3)
        path = self._folder / f"{name}.png"
        self._window.grab().save(str(path))
        print(path)

    def scenes(self) -> None:
        """Take them all."""
        window, services = self._window, self._services
        self.wait(
            lambda: services.library.status is not None and services.model.model is not None, "the workers to start"
        )
        self.take("empty-start")
        window.document_import.add_samples()
        window.show_page(Page.LIBRARY)
        self.wait(lambda: self._share_done() > 0.4 or bool(window.chat.start.questions()), "the import to go on")
        self.take("import-running")
        window.show_page(Page.CHAT)
        self.wait(lambda: not services.library.importing and bool(window.chat.start.questions()), "the import to end")
        for question in sample_questions():
            answer = self._ask(question)
            if answer.answer is not None and answer.answer.grounded:
                break
        window.toast.dismiss()
        self.take("answer-with-sources")
        self._open_source(answer)
        self.take("highlighted-page")
        self._checked()
        self._sheet()
        self._sweep()
        self._comparisons(answer)
        window.show_page(Page.LIBRARY)
        self.rest(1.0)
        self.take("library")
        self._bind_folder()
        window.library_page.tabs.setCurrentIndex(FOLDERS)
        self.take("folders")
        self._experts()
        self._adapter_refused()

    def _checked(self) -> None:
        """An answer that is not found in the sources as a whole, how it was found, its dossier, and a refusal."""
        window = self._window
        window.source_dock.fold_in()
        for question in WITH_DOUBTS:
            told = self._ask(question)
            supported = [sentence.supported for sentence in told.answer.sentences] if told.answer is not None else []
            if supported.count(True) >= 2 and not all(supported):
                break
        window.toast.dismiss()
        self.take("answer-checked")
        self._dossier(told)
        window.chat.view.action_requested.emit(MessageAction.EXPLAIN, told.id)
        self.take("inspector")
        window.chat.view.action_requested.emit(MessageAction.EXPLAIN, told.id)
        self._ask("Who won the football world cup of 2014?")
        window.toast.dismiss()
        self.take("refusal")

    def _dossier(self, told: Message) -> None:
        """Save an answer as a dossier, and keep its first page."""
        asked = self._window.conversation_controller.question_of(told.id)
        if asked is None:
            sys.exit("the question of an answer is gone")
        file = self._services.settings.folder / "dossier.pdf"
        dossier = dossier_of(asked[0].text, (asked[0], told), time.time())
        job = DossierJob(self._services.library, dossier, file, pictures=True)
        ended: list[object] = []
        job.finished.connect(ended.append)
        job.start()
        self.wait(lambda: bool(ended), "the dossier")
        pages = QPdfDocument()
        pages.load(str(file))
        path = self._folder / "dossier-page.png"
        size = pages.pagePointSize(0) * 1.5
        page = QImage(size.toSize(), QImage.Format.Format_RGB32)
        page.fill("white")
        painter = QPainter(page)
        painter.drawImage(0, 0, pages.render(0, size.toSize()))
        painter.end()
        page.save(str(path))
        print(path)

    def _sheet(self) -> None:
        """Ask a sheet for a sum."""
        sheet = self._services.settings.folder / "Spare parts.csv"
        sheet.write_text(SHEET, encoding="utf-8")
        self._services.library.import_paths([sheet], None)
        self.wait(lambda: self._services.library.importing, "the import to begin")
        self.wait(lambda: not self._services.library.importing, "the import to end")
        self._ask("What is the total value of the parts in Graz?")
        self._window.toast.dismiss()
        self.take("sheet-answer")

    def _sweep(self) -> None:
        """Ask every document the same."""
        window = self._window
        window.show_page(Page.SWEEP)
        page = window.sweep_page
        page.form.text.setPlainText("What protective equipment has to be worn?")
        ended: list[object] = []
        page.runner.ended.connect(lambda *told: ended.append(told))
        page.start()
        self.wait(lambda: bool(ended), "the sweep")
        self.rest(1.0)
        self.take("sweep")
        page.show_form()
        window.show_page(Page.CHAT)

    def _comparisons(self, answer: Message) -> None:
        """Compare one answer where it stands, then a few questions with known answers."""
        window, tools = self._window, self._window.expert_tabs
        window.source_dock.fold_in()
        longest = self._services.settings.get("answers.max_tokens")
        self._services.settings.set("answers.max_tokens", 64)
        window.chat.view.action_requested.emit(MessageAction.COMPARE, answer.id)
        self.wait(lambda: tools.inline_comparison.shown is not None, "the comparison of an answer")
        self.wait(lambda: not tools.runner.running, "the compared answers")
        window.toast.dismiss()
        self.take("compared-in-place")
        tools.inline_comparison.close()
        questions = resource("samples", "questions.jsonl").read_text(encoding="utf-8").splitlines()
        file = self._services.settings.folder / "Pump questions.jsonl"
        file.write_text("\n".join(questions[:COMPARED]), encoding="utf-8")
        window.show_page(Page.EXPERTS)
        window.experts_page.show_tab(COMPARISON)
        page = tools.comparison
        page.form.take_file(file)
        for key, box in page.form.kinds.items():
            box.setChecked(key in ("alone", "documents"))
        page.start()
        self.wait(lambda: page.state.startswith(f"{2 * COMPARED} of"), "the comparison")
        page.results.setCurrentIndex(1)
        page.results.tabBar().setFocus()
        self.take("comparison")
        window.experts_page.tabs.setCurrentIndex(0)
        self._services.settings.set("answers.max_tokens", longest)

    def _experts(self) -> None:
        """Switch the expert in the middle of the conversation, then show its page and the guide."""
        window, page = self._window, self._window.experts_page
        window.show_page(Page.CHAT)
        window.source_dock.fold_in()
        other = next(one for one in self._services.profiles.profiles() if one.id != window.active_expert.current.id)
        window.use_expert(other.id)
        self._ask(sample_questions()[-1])
        window.toast.dismiss()
        self.take("expert-switched")
        page.choose(other.id)
        page.preview.question.setText(sample_questions()[0])
        window.show_page(Page.EXPERTS)
        self.wait(lambda: bool(page.preview.foot.text()), "the answer of the preview")
        self.take("experts")
        page.open_guide()
        guide = page.guide
        for choice, value in (
            (guide.changes_often, True),
            (guide.must_cite, True),
            (guide.vocabulary, True),
            (guide.examples, Examples.FEW),
            (guide.automated, False),
        ):
            choice.buttons[value].click()
        self.rest(0.3)
        guide.area.verticalScrollBar().setValue(guide.area.verticalScrollBar().maximum())
        self.take("guide")

    def _adapter_refused(self) -> None:
        """Offer an adapter whose weights are in a form that could run a stranger's code."""
        folder = self._services.settings.folder / "tender-tone"
        folder.mkdir()
        (folder / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 8}', encoding="utf-8")
        (folder / "adapter_model.bin").write_bytes(b"\x80\x02}q\x00.")
        window = self._window
        window.show_page(Page.MODELS)
        window.model_import.add([str(folder)])
        self.wait(window.models_page.refused.isVisible, "the refusal")
        self.rest(0.5)
        self.take("adapter-refused")

    def _bind_folder(self) -> None:
        """Follow a folder as a user would have it, and show its collection."""
        plant = self._documents / "Plant"
        plant.mkdir(parents=True)
        for sample in resource("samples").glob("*.pdf"):
            shutil.copy(sample, plant)
        made: list[Collection] = []
        self._services.library.create_collection("Plant", made.append)
        self.wait(lambda: bool(made), "a collection")
        self._services.library.import_paths([plant], made[0].id)
        self.wait(lambda: self._services.library.importing, "the import to begin")
        self.wait(lambda: not self._services.library.importing, "the import to end")
        self.rest(1.0)
        self._window.library_page.collections.list.setCurrentRow(1)

    def _share_done(self) -> float:
        progress = self._window.library_progress.progress
        return progress.share if progress is not None else 0.0

    def _ask(self, question: str) -> Message:
        ended: list[Message] = []
        self._window.conversation_controller.answer_ended.connect(lambda message, _: ended.append(message))
        self._window.presenter.ask(question)
        self.wait(lambda: bool(ended), "an answer")
        return ended[-1]

    def _open_source(self, message: Message) -> None:
        answer = message.answer
        if answer is None or not answer.sources:
            sys.exit("the answer has no source to open")
        cited = answer.citations[0] if answer.citations else None
        source = next((s for s in answer.sources if cited is not None and s.n == cited.n), answer.sources[0])
        self._window.show_source(source, cited.quote if cited else "")
        self.wait(lambda: not self._window.source.view.image.isNull(), "the page")


def main() -> int:
    """Take the pictures; returns the exit code."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    scheme = sys.argv[2] if len(sys.argv) > 2 else "light"
    width, height = (int(side) for side in (sys.argv[3] if len(sys.argv) > 3 else "1280x800").split("x"))
    with (
        tempfile.TemporaryDirectory(prefix="phi3desk-") as home,
        tempfile.TemporaryDirectory(prefix="documents-") as documents,
    ):
        os.environ[HOME_VARIABLE] = home
        paths = open_paths(home)
        settings = Settings(paths.settings)
        settings.set("appearance.scheme", scheme)
        application = app.make_application(settings)
        services = app.make_services(paths, settings)
        window = MainWindow(services)
        window.resize(width, height)
        window.show()
        app.start_workers(window, services)
        try:
            Photographer(application, window, services, folder, Path(documents)).scenes()
        finally:
            app.close(window, services)
    return 0


if __name__ == "__main__":
    sys.exit(main())
