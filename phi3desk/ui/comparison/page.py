"""Does it help? The same questions with and without documents and adapters, or by several experts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from phi3desk.comparison.plan import Comparison
from phi3desk.comparison.report import write_report
from phi3desk.errors import UserError
from phi3desk.ui.comparison.form import ComparisonForm
from phi3desk.ui.comparison.launcher import ComparisonLauncher, ComparisonRequest
from phi3desk.ui.comparison.results import ComparisonResults
from phi3desk.ui.comparison.runner import ComparisonRunner
from phi3desk.ui.comparison.table import shown_variant
from phi3desk.ui.formatting import number, translate
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.file_dialogs import EXPORT_FOLDER, save_dialog, saved_text
from phi3desk.ui.widgets.run_pages import form_area, table_area


class ComparisonPage(QWidget):
    """The form, then the results; a comparison that was stopped can be opened again and goes on."""

    def __init__(
        self,
        services: Services,
        runner: ComparisonRunner,
        launcher: ComparisonLauncher,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._profiles = services.comparisons, services.profiles
        self._settings, self._notices = services.settings, services.notices
        self.runner, self._launcher = runner, launcher
        self._comparison: Comparison | None = None
        self.setAccessibleName(self.tr("Comparison"))
        self.form = ComparisonForm()
        self.results = ComparisonResults(self._store)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_form())
        self._stack.addWidget(self._make_results())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.form.start_requested.connect(self.start)
        self.form.open_requested.connect(self.open)
        self.form.delete_requested.connect(self.delete)
        self.results.reveal_requested.connect(self.reveal)
        self.runner.running_changed.connect(lambda _: self._show_buttons())
        self.runner.progressed.connect(self._on_progressed)
        self.runner.answered.connect(self._on_answered)
        self.runner.ended.connect(self._on_ended)
        self.refresh()

    def _make_form(self) -> QWidget:
        what = self.tr("Ask the same questions in several ways, and see which answers are better.")
        return form_area(self.tr("Does it help?"), what, self.form)

    def _make_results(self) -> QWidget:
        self._title = label("", "title")
        self._state = label("", "quiet")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Answers done"))
        back = on_click(Button(self.tr("All comparisons"), "arrow-left", "quiet"), self.show_form)
        self.stop_button = on_click(Button(self.tr("Stop"), "stop"), self.runner.stop)
        self.go_on_button = on_click(Button(self.tr("Go on"), "play", "primary"), self.go_on)
        self.reveal_button = on_click(Button(self.tr("Reveal the names"), "eye-outline"), self.reveal)
        self.csv_button = on_click(Button(self.tr("Save as CSV"), "table"), lambda: self._save("csv"))
        self.html_button = on_click(Button(self.tr("Save as HTML"), "file-chart-outline"), lambda: self._save("html"))
        buttons = (self.stop_button, self.go_on_button, self.reveal_button, self.csv_button, self.html_button)
        return table_area(back, buttons, (self._title, self._state, self._bar), self.results)

    @property
    def running(self) -> bool:
        """Whether the comparison that is shown has the model."""
        return self._comparison is not None and self.runner.runs(self._comparison.id)

    @property
    def state(self) -> str:
        """How far the comparison that is shown has come, in a sentence."""
        return self._state.text()

    def refresh(self) -> None:
        """Show the experts and the earlier comparisons as they are now."""
        kept = self._profiles.profiles()
        profiles = [self._launcher.on_its_model(profile) for profile in kept]
        left_out = {one.id for one, on_model in zip(kept, profiles, strict=True) if one.adapters != on_model.adapters}
        formed = self._launcher.only_with_passages(profiles)
        self.form.show_profiles(profiles, self._profiles.current.id, formed, left_out)
        self.form.show_earlier(self._store.comparisons())

    def start(self) -> None:
        """Begin what the form asks for."""
        form = self.form
        try:
            wanted = ComparisonRequest(form.title, form.questions(), form.base, form.variants, form.blind.isChecked())
        except UserError as error:
            form.tell(translate(error.sentence))
            return
        form.tell("")
        self._launcher.begin(wanted, lambda comparison: self.open(comparison.id), form.tell)

    def prepare(self, question: str, profile_id: str, variants: Sequence[str]) -> None:
        """Show the form filled with a question and the variants to answer it, so that more can be added."""
        self.show_form()
        self.form.fill(question, profile_id, variants)

    def go_on(self) -> None:
        """Answer what is not answered yet in the comparison that is shown."""
        if self._comparison is None:
            return
        self._launcher.go_on(self._comparison, lambda _: None, self._state.setText)

    def open(self, comparison_id: int) -> None:
        """Show a comparison, also while another one is running."""
        self._comparison = self._store.comparison(comparison_id)
        self._title.setText(self._comparison.plan.title)
        self.results.show_comparison(self._comparison)
        self._stack.setCurrentIndex(1)
        self._show_state("")
        self.results.table.setFocus()

    def show_form(self) -> None:
        """Show the form and the earlier comparisons; a comparison under way goes on."""
        self.refresh()
        self._stack.setCurrentIndex(0)

    def delete(self, comparison_id: int) -> None:
        """Delete a comparison that is not running; offers to undo it."""
        if self.runner.runs(comparison_id):
            self.form.tell(self.tr("This comparison is running. Stop it first."))
            return
        self._store.delete(comparison_id)
        self.refresh()
        self._notices.offer_undo(self.tr("The comparison was deleted."), lambda: self._restore(comparison_id))

    def _restore(self, comparison_id: int) -> None:
        self._store.restore(comparison_id)
        self.refresh()

    def reveal(self) -> None:
        """Show which variant wrote which answer."""
        if self._comparison is not None:
            self._store.reveal(self._comparison.id)
            self._comparison = self._store.comparison(self._comparison.id)
            self.results.show_comparison(self._comparison)
            self._show_buttons()

    def _on_progressed(self, done: int, total: int, variant: str) -> None:
        comparison = self._comparison
        if comparison is None or not self.running:
            return
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        hidden = comparison.names_hidden
        told = self.tr("{done} of {total} answers") if hidden else self.tr("{done} of {total} answers: {variant}")
        self._state.setText(told.format(done=number(done), total=number(total), variant=shown_variant(variant)))

    def _on_answered(self, question: str) -> None:
        if self.running:
            self.results.refresh(question)

    def _on_ended(self, _done: bool, problem: str) -> None:
        if self._comparison is not None and self.runner.ran(self._comparison.id):
            self._comparison = self._store.comparison(self._comparison.id)
            self.results.show_comparison(self._comparison)
            self._show_state(problem)
        self.form.show_earlier(self._store.comparisons())

    def _show_state(self, problem: str) -> None:
        comparison = self._comparison
        if comparison is not None and not problem:
            told = self.tr("{done} of {total} answers")
            problem = told.format(done=number(comparison.answered), total=number(comparison.total))
        self._state.setText(problem)
        self._show_buttons()

    def _show_buttons(self) -> None:
        comparison = self._comparison
        if comparison is None:
            return
        running, hidden = self.running, comparison.names_hidden
        self.stop_button.setVisible(running)
        self._bar.setVisible(running)
        self.go_on_button.setVisible(not self.runner.running and comparison.answered < comparison.total)
        self.reveal_button.setVisible(hidden)
        for button in (self.csv_button, self.html_button):
            button.setEnabled(not hidden)
            button.setToolTip(self.tr("Reveal the names first") if hidden else "")

    def _save(self, kind: str) -> None:
        title = self.tr("Save the comparison")
        dialog = save_dialog(self, title, self._settings, EXPORT_FOLDER, f"comparison.{kind}")
        named = self.tr("Table (*.csv)") if kind == "csv" else self.tr("Web page (*.html *.htm)")
        dialog.setNameFilters([named, self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.save(Path(path), kind))
        dialog.open()

    def save(self, path: Path, kind: str) -> None:
        """Write the comparison as csv or html."""
        comparison = self._comparison
        if comparison is None:
            return
        outcomes = self._store.outcomes(comparison.id)
        try:
            write_report(path, kind, comparison, outcomes)
        except OSError:
            self._notices.say(saved_text(path, written=False))
        else:
            self._notices.say(saved_text(path, written=True))
