"""What a sweep asks and of which documents: the form before it starts, and the sweeps made before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from phi3desk.chat.reading.wait import Wait
from phi3desk.errors import UserError
from phi3desk.library.documents import EVERYWHERE, Collection, Document, SearchScope
from phi3desk.sweep.plan import Sweep, questions_in
from phi3desk.ui.formatting import counted, moment, number, translate
from phi3desk.ui.theme import SPACE_M
from phi3desk.ui.widgets.basic import Button, Card, label, on_click
from phi3desk.ui.widgets.choice import Choice
from phi3desk.ui.widgets.earlier_runs import EarlierRun, EarlierRuns
from phi3desk.ui.widgets.replaced_text import replace_text


class SweepForm(QWidget):
    """`start_requested` asks to begin; `open_requested` and `delete_requested` carry the id of an earlier sweep."""

    start_requested = Signal()
    open_requested = Signal(int)
    delete_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._chosen: tuple[SearchScope, str] | None = None
        self._scopes: list[tuple[SearchScope, str]] = []
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText(self.tr("What do you want to know of each document? One question to a line"))
        self.text.setAccessibleName(self.tr("Questions, one to a line"))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(96)
        self.scope = Choice()
        self.scope.setAccessibleName(self.tr("Documents to ask"))
        self._usual_wait: Wait | None = None
        self.wait = self._make_wait()
        self.quotes_only = QCheckBox(self.tr("Only the documents' own sentences, without the model: fast"))
        self.quotes_only.toggled.connect(self.wait.setDisabled)
        self.problem = label("", "bad")
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(self._make_card())
        column.addWidget(self.problem)
        self.start = on_click(Button(self.tr("Ask every document"), "play", "primary"), self.start_requested.emit)
        row = QHBoxLayout()
        row.addWidget(self.start)
        row.addStretch(1)
        column.addLayout(row)
        self.earlier = EarlierRuns(self.tr("Earlier sweeps"))
        self.earlier.open_requested.connect(self.open_requested)
        self.earlier.delete_requested.connect(self.delete_requested)
        column.addWidget(self.earlier)
        column.addStretch(1)

    def _make_card(self) -> QWidget:
        card = Card(self.tr("Questions"))
        for part in (label(self.tr("Questions"), "section"), self.text):
            card.column.addWidget(part)
        card.column.addWidget(label(self.tr("Asked of"), "section"))
        card.column.addWidget(self.scope)
        card.column.addWidget(label(self.tr("Time for reading"), "section"))
        card.column.addWidget(self.wait)
        card.column.addWidget(self.quotes_only)
        return card

    def _make_wait(self) -> Choice:
        choice = Choice()
        choice.setAccessibleName(self.tr("Time for reading each document"))
        for wait in Wait:
            told = self.tr("{wait}: up to {seconds} s for each document")
            choice.addItem(told.format(wait=translate(wait.label), seconds=number(wait.seconds)), wait.value)
        return choice

    def show_collections(self, collections: Sequence[Collection]) -> None:
        """Offer the library, its collections and their folders, and what was chosen in the library.

        What is chosen stays chosen, whatever it is called by now.
        """
        before, _ = self.wanted
        scopes = self._offered(collections)
        if scopes == self._scopes:
            # the list may be open; while documents are imported this comes once a second
            return
        self._scopes = scopes
        self.scope.clear()
        self.scope.addItems([name for _, name in scopes])
        self.scope.setCurrentIndex(next((at for at, (known, _) in enumerate(scopes) if known == before), 0))

    def _offered(self, collections: Sequence[Collection]) -> list[tuple[SearchScope, str]]:
        """Return what can be asked, with what it is called."""
        named = Counter(Path(folder).name for each in collections for folder in _folders(each))
        offered = [(EVERYWHERE, self.tr("All documents"))]
        if self._chosen is not None:
            offered.insert(0, self._chosen)
        for collection in collections:
            within = SearchScope((collection.id,))
            offered.append((within, self.tr("Collection {name}").format(name=collection.name)))
            folders = _folders(collection)
            here = Counter(Path(folder).name for folder in folders)
            for folder in folders:
                name = Path(folder).name
                told = self.tr("Folder {name}").format(name=name if here[name] == 1 else folder)
                if named[name] > here[name]:
                    told = self.tr("{folder} in {collection}").format(folder=told, collection=collection.name)
                offered.append((SearchScope((collection.id,), folders=(folder,)), told))
        return offered

    def show_usual_wait(self, wait: Wait) -> None:
        """Choose how long the person usually has documents read, unless that was chosen before."""
        if wait is not self._usual_wait:
            self._usual_wait = wait
            self.wait.setCurrentIndex(self.wait.findData(wait.value))

    def choose(self, documents: Sequence[Document], collections: Sequence[Collection]) -> None:
        """Offer some documents of the library first."""
        paths = tuple(dict.fromkeys(document.path for document in documents))
        name = documents[0].name if len(paths) == 1 else counted(len(paths), "documents")
        self._chosen = SearchScope(documents=paths), self.tr("Chosen: {documents}").format(documents=name)
        self.show_collections(collections)
        self.scope.setCurrentIndex(0)
        self.text.setFocus()

    def fill(self, question: str, scope: SearchScope, name: str, collections: Sequence[Collection]) -> None:
        """Put a question into the form ("" leaves what is there), and choose a scope that is called `name`."""
        if question:
            replace_text(self.text, " ".join(question.split()))
        self.show_collections(collections)
        if scope not in (known for known, _ in self._scopes):
            self._chosen = scope, name
            self.show_collections(collections)
        self.scope.setCurrentIndex(next(at for at, (known, _) in enumerate(self._scopes) if known == scope))
        self.text.setFocus()

    @property
    def wanted(self) -> tuple[SearchScope, str]:
        """The documents to ask, and what they are called, "" for the whole library."""
        scope, name = self._scopes[max(0, self.scope.currentIndex())] if self._scopes else (EVERYWHERE, "")
        return scope, "" if scope == EVERYWHERE else name

    @property
    def wanted_wait(self) -> Wait:
        """How long each document may be read."""
        return Wait(self.wait.currentData())

    def questions(self) -> tuple[str, ...]:
        """Return the questions typed; UserError where there are none."""
        return questions_in(self.text.toPlainText())

    def tell(self, text: str) -> None:
        """Say why it cannot start; an empty text says nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def tell_error(self, error: UserError) -> None:
        """Say why it cannot start."""
        self.tell(translate(error.sentence))

    def show_earlier(self, sweeps: Sequence[Sweep], running: int) -> None:
        """List the sweeps made before, the newest first; `running` is the id of the one under way, 0 for none."""
        self.earlier.show_runs([self._earlier_run(sweep, running == sweep.id) for sweep in sweeps])

    def _earlier_run(self, sweep: Sweep, running: bool) -> EarlierRun:
        count = f"{number(sweep.answered)} / {number(sweep.total)}"
        told = self.tr("{title} · {count} answers · {when}")
        if running:
            told = self.tr("{title} · {count} answers · runs now")
        text = told.format(title=sweep.plan.title, count=count, when=moment(sweep.created))
        return EarlierRun(sweep.id, text, self.tr("Delete the sweep {title}").format(title=sweep.plan.title))


def _folders(collection: Collection) -> list[str]:
    """Return the folders of a collection that are offered by themselves: those of more than one."""
    folders = [source.path for source in collection.sources if source.folder]
    return folders if len(folders) > 1 else []
