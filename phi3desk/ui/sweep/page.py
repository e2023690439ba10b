"""Every document asked the same: the form and the sweeps made before, then the table that fills."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from phi3desk.chat.dossier.dossier import Dossier
from phi3desk.chat.messages import Answer
from phi3desk.chat.reading.wait import Wait
from phi3desk.errors import UserError
from phi3desk.library.documents import Document, SearchScope
from phi3desk.library.search.scope import fitting, still_fitting
from phi3desk.sweep.cell import source_of
from phi3desk.sweep.dossier import sweep_dossier
from phi3desk.sweep.export import KINDS, write_table
from phi3desk.sweep.plan import Cell, Changes, Outcome, Row, Sweep, SweepPlan, SweptDocument, changes, swept
from phi3desk.sweep.reading import documents_of
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.clients.steps import guarded
from phi3desk.ui.dossiers.dialog import Scope
from phi3desk.ui.dossiers.saving import DossierSaving
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.formatting import counted, duration, number, translate
from phi3desk.ui.services import Services
from phi3desk.ui.sweep.form import SweepForm
from phi3desk.ui.sweep.results import SweepResults
from phi3desk.ui.sweep.row_loader import RowLoader
from phi3desk.ui.sweep.runner import SweepRunner
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.file_dialogs import EXPORT_FOLDER, save_dialog, saved_text
from phi3desk.ui.widgets.run_pages import form_area, table_area
from phi3desk.workers.protocol import Failure

FORM, TABLE = range(2)
#: milliseconds after a change of the library until the sweep's documents are compared with it
NEWS_MS = 300


class SweepPage(QWidget):
    """`source_requested` carries a Source and its quote: the page is to be shown beside."""

    source_requested = Signal(object, str)

    def __init__(self, services: Services, expert: ActiveExpert, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self._library = services.sweeps, services.library
        self._settings, self._notices, self._expert = services.settings, services.notices, expert
        self._sweep: Sweep | None = None
        self._news = Changes()
        #: what an earlier look for changes found is for nobody
        self._look = 0
        self.setAccessibleName(self.tr("Ask every document"))
        self.runner = SweepRunner(services, expert, self)
        self._loader = RowLoader(self._store, self)
        self._looking = QTimer(self, singleShot=True, interval=NEWS_MS)
        self._looking.timeout.connect(self._look_for_news)
        self.dossiers = DossierSaving(services, self)
        self.form = SweepForm()
        self.results = SweepResults()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_form())
        self._stack.addWidget(self._make_table())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._connect()
        self.refresh()

    # how it is built

    def _make_form(self) -> QWidget:
        what = self.tr("The same question for each document in turn: a table with the answer, its page and the quote.")
        return form_area(self.tr("Ask every document"), what, self.form)

    def _make_table(self) -> QWidget:
        self._title = label("", "title")
        self._state = label("", "quiet")
        self._unread = label("", "bad")
        self._unread.hide()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Answers done"))
        back = on_click(Button(self.tr("All sweeps"), "arrow-left", "quiet"), self.show_form)
        self.pause_button = on_click(Button(self.tr("Pause"), "pause"), self.runner.pause)
        self.go_on_button = on_click(Button(self.tr("Go on"), "play", "primary"), self.go_on)
        self.stop_button = on_click(Button(self.tr("Stop"), "stop"), self.stop)
        self.read_again_button = on_click(Button(self.tr("Read again"), "refresh", "primary"), self._read_rows)
        self.read_again_button.hide()
        self.add_button = on_click(
            Button(self.tr("Ask the new ones"), "file-plus-outline", "primary"), self.take_up_news
        )
        self.export_button = Button(self.tr("Export"), "download-outline")
        menu = QMenu(self.export_button)
        for kind, name in zip(KINDS, (self.tr("Excel"), self.tr("Word"), self.tr("CSV")), strict=True):
            menu.addAction(name).triggered.connect(lambda _=False, kind=kind: self._save(kind))
        menu.addAction(self.tr("Dossier with pages")).triggered.connect(lambda _=False: self.save_dossier())
        on_click(
            self.export_button,
            lambda: menu.popup(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft())),
        )
        buttons = (
            self.read_again_button, self.add_button, self.pause_button, self.go_on_button, self.stop_button,
            self.export_button,
        )  # fmt: skip
        return table_area(back, buttons, (self._title, self._state, self._unread, self._bar), self.results)

    def _connect(self) -> None:
        self.form.start_requested.connect(self.start)
        self.form.open_requested.connect(self.open)
        self.form.delete_requested.connect(self.delete)
        self.results.opened.connect(self._on_row_opened)
        self.runner.running_changed.connect(lambda _: self._show_buttons())
        self.runner.progressed.connect(self._on_progressed)
        self.runner.answered.connect(self._on_answered)
        self.runner.ended.connect(self._on_ended)
        self._library.collections_changed.connect(self.form.show_collections)
        self._library.documents_changed.connect(self._looking.start)
        self._loader.part_read.connect(self.results.append)
        self._loader.ended.connect(self._on_rows_read)
        self._loader.failed.connect(self._on_rows_failed)

    # what is shown

    @property
    def state(self) -> str:
        """How far the sweep that is shown has come, in a sentence."""
        return self._state.text()

    @property
    def problem(self) -> str:
        """Why the rows of the sweep that is shown could not be read, "" where they could."""
        return self._unread.text()

    @property
    def sweep(self) -> Sweep | None:
        """The sweep whose table is shown."""
        return self._sweep

    def showEvent(self, event: QShowEvent) -> None:
        """Offer what the settings say now."""
        super().showEvent(event)
        self.form.show_usual_wait(Wait(self._settings.get("answers.wait")))

    def refresh(self) -> None:
        """Show the collections and the earlier sweeps as they are now."""
        self.form.show_collections(self._library.collections)
        self._show_earlier()

    def _show_earlier(self) -> None:
        sweeps = self._store.sweeps()
        running = next((sweep.id for sweep in sweeps if self.runner.runs(sweep.id)), 0)
        self.form.show_earlier(sweeps, running)

    def show_form(self) -> None:
        """Show the form and the earlier sweeps; a sweep under way goes on."""
        self.refresh()
        self._stack.setCurrentIndex(FORM)
        self.form.text.setFocus()

    def ask_documents(self, documents: Sequence[Document]) -> None:
        """Show the form, for some documents of the library."""
        self.show_form()
        self.form.choose(documents, self._library.collections)

    def ask(self, question: str, scope: SearchScope, named: Sequence[str]) -> None:
        """Show the form with a question, for the documents of a scope; `named` are the names of what is in it."""
        self.show_form()
        name = ", ".join(named)
        self.form.fill(
            question, scope, self.tr("Chosen: {documents}").format(documents=name), self._library.collections
        )

    # what can be done

    def start(self) -> None:
        """Begin what the form asks for, once the documents are known."""
        try:
            questions = self.form.questions()
        except UserError as error:
            self.form.tell_error(error)
            return
        scope, where = self.form.wanted
        profile = self._expert.current
        has_model = self._expert.has_model()
        if not has_model and not self.form.quotes_only.isChecked():
            self.form.quotes_only.setChecked(True)
            self.form.tell(self.tr("There is no model: only the documents' own sentences can be shown. Start again."))
            return
        quotes_only = self.form.quotes_only.isChecked()
        plan = SweepPlan(
            questions, scope, where, profile.id, profile.instructions, "", quotes_only, self.form.wanted_wait
        )
        self.form.tell("")
        self.form.start.setEnabled(False)
        self._library.documents(None, lambda documents: self._choose(plan, documents), on_failure=self._on_not_started)

    def _choose(self, plan: SweepPlan, documents: Sequence[Document]) -> None:
        """Find the documents of a plan's scope, and begin."""

        def chosen() -> tuple[SweptDocument, ...]:
            taken = swept(fitting(documents, plan.scope))
            if not any(each.searchable for each in taken):
                raise UserError("There are no documents there that can be asked. Add some on the Library page.")
            return taken

        in_background(self, chosen, lambda taken: self._begin(plan, taken), self._on_not_started)

    def _on_not_started(self, failure: Failure) -> None:
        self.form.start.setEnabled(True)
        self.form.tell(translate(failure.sentence))

    def _begin(self, plan: SweepPlan, documents: Sequence[SweptDocument]) -> None:
        self.form.start.setEnabled(True)
        sweep = self._store.begin(plan, documents)
        self.runner.start(sweep)
        self.open(sweep.id)

    def open(self, sweep_id: int) -> None:
        """Show a sweep, also while another one is running."""
        sweep = self._sweep = self._store.sweep(sweep_id)
        self._news = Changes()
        self._title.setText(sweep.plan.title)
        self._read_rows()
        self._stack.setCurrentIndex(TABLE)
        self._show_state("")
        self._look_for_news()
        self.results.table.setFocus()

    def _read_rows(self) -> None:
        """Read the rows of the sweep that is shown, from the first."""
        if self._sweep is not None:
            self._show_unread("")
            self.results.begin(self._sweep.plan)
            self._loader.load(self._sweep)
            self._show_buttons()

    def go_on(self) -> None:
        """Ask what is not answered yet in the sweep that is shown, and again what could not be answered.

        What is known to be gone would be asked in vain.
        """
        if self._sweep is not None:
            self._bring_up_to_date(replace(self._news, new=()))
            self._store.forget_cells(self._sweep.id, Outcome.FAILED)
            self.results.open_again(Outcome.FAILED)
            self._show_progress()
            self.runner.start(self._sweep)

    def stop(self) -> None:
        """End the sweep that is shown where it is; it can go on later."""
        self.runner.pause()
        self.show_form()

    def take_up_news(self) -> None:
        """Ask the documents that are new since the sweep took up its own, and none that is gone.

        Where nothing is to be asked, another sweep under way goes on.
        """
        if self._sweep is not None and self._news:
            if self.runner.runs(self._sweep.id):
                self.runner.pause()
            self._bring_up_to_date(self._news)
            self._show_progress()
            if self._is_open:
                self.go_on()

    def _bring_up_to_date(self, wanted: Changes) -> None:
        if self._sweep is None or not wanted:
            return
        self._store.bring_up_to_date(self._sweep.id, wanted)
        self.results.follow(wanted)
        self.results.take_up(wanted.new)
        self._news = Changes() if wanted.new else Changes(self._news.new)
        # a look under way compares with what the sweep had until now
        self._look += 1
        self._looking.start()

    def delete(self, sweep_id: int) -> None:
        """Delete a sweep; offers to undo it."""
        if self.runner.runs(sweep_id):
            self.runner.pause()
        self._store.delete(sweep_id)
        self._show_earlier()
        self._notices.offer_undo(self.tr("The sweep was deleted."), lambda: self._restore(sweep_id))

    def _restore(self, sweep_id: int) -> None:
        self._store.restore(sweep_id)
        self._show_earlier()

    # what comes in

    def _on_rows_read(self) -> None:
        self.results.finish()
        self._show_buttons()

    def _on_rows_failed(self, failure: Failure) -> None:
        self.results.break_off()
        self._show_unread(translate(failure.sentence))

    def _show_unread(self, why: str) -> None:
        """Tell why the rows could not be read, and offer to read them again; "" where they could, or are being read."""
        self._unread.setText(why)
        self._unread.setVisible(bool(why))
        self.read_again_button.setVisible(bool(why))

    def _show_progress(self) -> None:
        if self._sweep is not None:
            self._sweep = self._store.sweep(self._sweep.id)
            self._show_state("")

    def _look_for_news(self) -> None:
        """Look what has become of the documents of the scope since the sweep that is shown took up its own."""
        sweep = self._sweep
        if sweep is None or self._stack.currentIndex() != TABLE:
            return
        file, number, scope = self._store.path, sweep.id, sweep.plan.scope
        self._look += 1
        look = self._look
        keep = partial(self._store.bring_up_to_date, number)

        def show(found: Changes) -> None:
            if found.numbered:
                # where they cannot be kept now, the next look finds them again
                guarded(keep, lambda _: None)(Changes(numbered=found.numbered))
            if look == self._look:
                self._news = replace(found, numbered=())
                self._show_buttons()

        def compared(documents: Sequence[Document]) -> Changes:
            known = documents_of(file, number)
            return changes(known, swept(still_fitting(documents, scope, {(each.id, each.imported) for each in known})))

        def on_documents(documents: Sequence[Document]) -> None:
            # why the sweep cannot be read is told where its rows are
            in_background(self, lambda: compared(documents), show, lambda _: show(Changes()))

        self._library.documents(None, on_documents)

    def _on_row_opened(self, row: Row) -> None:
        sweep, cell = self._sweep, row.cell
        if sweep is None or cell is None:
            return
        answer = self._store.answer(sweep.id, row.question, cell.path)
        source = source_of(answer, cell) if answer is not None else None
        if source is not None:
            self.source_requested.emit(source, cell.quote)

    def _on_progressed(self, done: int, total: int, name: str, left: float | None) -> None:
        if self._sweep is None or not self.runner.runs(self._sweep.id):
            return
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        told = self.tr("{done} of {total} answers").format(done=number(done), total=number(total))
        if self.runner.gives_way:
            told = self.tr("{told} · goes on when your question is answered").format(told=told)
        elif left is not None:
            told = self.tr("{told} · {left} left · {name}").format(told=told, left=duration(left), name=name)
        else:
            told = self.tr("{told} · {name}").format(told=told, name=name)
        self._state.setText(told)

    def _on_answered(self, cell: Cell) -> None:
        if self._sweep is not None and self.runner.runs(self._sweep.id):
            self.results.take(cell)

    def _on_ended(self, _done: bool, problem: str) -> None:
        if self._sweep is not None and self.runner.ran_last(self._sweep.id):
            self._show_progress()
            self._show_state(problem)
        elif problem:
            self._notices.say(problem)
        self._show_earlier()

    def _show_state(self, problem: str) -> None:
        sweep = self._sweep
        if sweep is not None and not problem:
            told = self.tr("{done} of {total} answers · {documents}")
            problem = told.format(
                done=number(sweep.answered),
                total=number(sweep.total),
                documents=counted(sweep.documents, "documents"),
            )
            if sweep.plan.where:
                problem = f"{problem} · {sweep.plan.where}"
        self._state.setText(problem)
        self._show_buttons()

    def _show_buttons(self) -> None:
        sweep = self._sweep
        if sweep is None:
            return
        running = self.runner.runs(sweep.id)
        for part in (self.pause_button, self.stop_button, self._bar):
            part.setVisible(running)
        # what changes rows, or takes all of them, waits until they are there
        whole = self.results.model.is_whole
        self.go_on_button.setVisible(whole and not running and self._is_open)
        self.add_button.setVisible(whole and bool(self._news))
        self.export_button.setEnabled(whole)
        self._show_changes()

    @property
    def _is_open(self) -> bool:
        """Whether something is to be asked in the sweep that is shown, for the first time or again."""
        failed = self.results.model.counts()[Outcome.FAILED] > 0
        return self._sweep is not None and (failed or not self._sweep.is_complete)

    def _show_changes(self) -> None:
        """Tell on the button that brings the sweep up to date what has changed."""
        found = self._news
        text = self.tr("Ask the new ones") if found.new else self.tr("Bring up to date")
        self.add_button.setText(text)
        self.add_button.setAccessibleName(text)
        tips = (
            (found.new, self.tr("New or read anew since: {documents}")),
            (found.kept, self.tr("At another place, or back: {documents}")),
            (found.gone, self.tr("No longer there: {documents}")),
        )
        told = (tip.format(documents=counted(len(those), "documents")) for those, tip in tips if those)
        self.add_button.setToolTip("\n".join(told))

    # export

    def _save(self, kind: str) -> None:
        title = self.tr("Save the answers")
        dialog = save_dialog(self, title, self._settings, EXPORT_FOLDER, f"answers.{kind}")
        named = {
            "xlsx": self.tr("Excel workbook (*.xlsx)"),
            "docx": self.tr("Word document (*.docx)"),
            "csv": self.tr("Table (*.csv)"),
        }
        dialog.setNameFilters([named[kind], self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.save(Path(path), kind))
        dialog.open()

    def save_dossier(self) -> None:
        """Ask how a dossier of the rows that say something is to be saved, and save it."""
        sweep, rows = self._sweep, self.results.model.rows()
        if sweep is None:
            return

        def answer_of(question: int, path: str) -> Answer | None:
            return self._store.answer(sweep.id, question, path)

        def make(whole_pages: bool) -> Dossier:
            return sweep_dossier(sweep, rows, answer_of, time.time(), whole_pages=whole_pages)

        self.dossiers.ask({Scope.ANSWER: make})

    def save(self, path: Path, kind: str) -> None:
        """Write the table as one of KINDS, on a thread of its own: a thousand rows take seconds."""
        sweep, rows = self._sweep, self.results.model.rows()
        if sweep is None:
            return
        in_background(
            self,
            lambda: write_table(path, kind, sweep, rows, translate),
            lambda _: self._notices.say(saved_text(path, written=True)),
            lambda _: self._notices.say(saved_text(path, written=False)),
        )
