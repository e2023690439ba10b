"""Which model makes the search by meaning of a collection, and its change to another one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, QObject, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QWidget

from phi3desk.library.documents import Collection, EmbedderInfo
from phi3desk.ui.formatting import counted, duration, listed, number, size_of, translate
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, label, on_click
from phi3desk.ui.widgets.choice import Choice
from phi3desk.ui.widgets.file_dialogs import folder_dialog
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.wheel_guard import WheelGuard

FOLDER = "folder.embedder"
MEGABYTE = 1_000_000
# seconds a passage takes where it was not measured yet: a small model on two cores
TYPICAL_SECONDS = 0.1
# languages that are named one by one
_NAMED = 4


class EmbedderText(QObject):
    """Sentences about embedding models."""

    def knows(self, languages: Sequence[str]) -> str:
        """Return which languages a model knows: by name, or how many where they are more."""
        if len(languages) > _NAMED:
            return self.tr("%Ln language(s)", "", len(languages))
        return listed([_language(code) for code in languages])

    def entry(self, info: EmbedderInfo) -> str:
        """Return a model as an entry of a list: its name, languages and size."""
        size = size_of(info.megabytes * MEGABYTE)
        return "  ·  ".join((info.name, self.knows(info.languages), size))

    def costs(self, passages: int, seconds: float) -> str:
        """Return what embedding takes."""
        told = self.tr(
            "{passages} will be embedded again: {time} on this computer. It can be paused, and until it is done the "
            "search goes on as it is."
        )
        return told.format(passages=counted(passages, "passages"), time=duration(passages * seconds))


class EmbedderForm(Card):
    """Shows the model of one collection, or those of all, and takes another one."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Search by meaning"))
        self._library, self._settings, self._notices = services.library, services.settings, services.notices
        self._text = EmbedderText(self)
        self._collections: list[Collection] = []
        self._is_all = False
        self._infos: list[EmbedderInfo] = []
        self._measured: dict[str, float] = {}
        self.current = label()
        self.problem = label(kind="bad")
        self.choice = Choice()
        self.choice.setAccessibleName(self.tr("Model of the search by meaning"))
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.setMinimumWidth(120)
        self.choice.setMinimumHeight(32)
        self.choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        WheelGuard(self.choice)
        self.costs = label(kind="quiet")
        self.use_button = on_click(Button(self.tr("Embed again"), "refresh", "primary"), self._on_use)
        self.keep_button = on_click(
            Button(
                self.tr("Keep the earlier model"),
                "undo",
                tip=self.tr("Take the change back; what was made of the new one is deleted"),
            ),
            self._on_keep,
        )
        self.add_button = on_click(Button(self.tr("Add a model from a folder…"), "folder-plus-outline"), self.choose)
        self._build()
        self.choice.activated.connect(lambda _: self._on_chosen())
        self._library.collections_changed.connect(lambda _: self._fetch_if_shown())

    def show_collections(self, collections: Sequence[Collection], *, is_all: bool) -> None:
        """Show the model of a collection, or of all where `is_all`."""
        same = [each.id for each in collections] == [each.id for each in self._collections]
        self._collections, self._is_all = list(collections), is_all
        self._show_state()
        if not same:
            # what was chosen for another collection is no wish for this one
            self.choice.setCurrentIndex(-1)
            self._offer()

    def choose(self) -> None:
        """Ask for the folder of a model, and add it."""
        dialog = folder_dialog(self, self.tr("Choose the folder of an embedding model"), self._settings, FOLDER)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(lambda paths: self.add(paths[0]))
        dialog.open()

    def add(self, folder: str) -> None:
        """Add the model in a folder and choose it in the list; nothing is embedded by that."""
        self._tell(self.tr("Looking at the model"))
        self.add_button.setEnabled(False)

        def on_added(info: EmbedderInfo) -> None:
            self.add_button.setEnabled(True)
            self._fetch(info.name)

        def on_failure(reason: str) -> None:
            self.add_button.setEnabled(True)
            self._show_costs()
            self._notices.say(reason)

        self._library.add_embedder(folder, on_added, lambda failure: on_failure(translate(failure.sentence)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fetch()

    def _fetch_if_shown(self) -> None:
        if self.isVisible():
            self._fetch()

    def _fetch(self, chosen: str = "") -> None:
        def on_infos(infos: Sequence[EmbedderInfo]) -> None:
            self._infos = list(infos)
            self._offer(chosen)

        self._library.embedders(on_infos)

    def _build(self) -> None:
        self.column.setSpacing(SPACE_S)
        self.column.addWidget(self.current)
        self.column.addWidget(self.problem)
        self.column.addWidget(self.keep_button, 0, Qt.AlignmentFlag.AlignLeft)
        title = label(self.tr("Another model"))
        title.setBuddy(self.choice)
        self.column.addSpacing(SPACE_S)
        self.column.addWidget(title)
        self.column.addWidget(self.choice)
        self.column.addWidget(self.costs)
        row = QWidget()
        buttons = FlowLayout(SPACE_S)
        row.setLayout(buttons)
        buttons.addWidget(self.use_button)
        buttons.addWidget(self.add_button)
        self.column.addWidget(row)
        self.column.addWidget(
            label(
                self.tr(
                    "Any sentence-transformers model in a folder of this computer can be added, such as "
                    "multilingual-e5-base, granite-embedding-97m-multilingual-r2, bge-m3 or jina-embeddings. Its "
                    "weights must be in .safetensors files: other kinds (.bin, .pt) can run program code and are not "
                    "loaded."
                ),
                "quiet",
            )
        )

    def _show_state(self) -> None:
        """Tell which model answers, and how far a change is."""
        self.current.setText("\n".join(self._said()) or self.tr("There are no documents yet."))
        problems = dict.fromkeys(translate(each.embedder.problem) for each in self._collections)
        problem = "\n".join(text for text in problems if text)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.keep_button.setVisible(any(each.embedder.wanted for each in self._collections))

    def _said(self) -> list[str]:
        said = []
        by_model: dict[str, list[Collection]] = {}
        for each in self._collections:
            by_model.setdefault(each.embedder.name, []).append(each)
        for name, collections in by_model.items():
            knows = self._text.knows(collections[0].embedder.languages)
            if self._is_all and len(by_model) > 1:
                text = self.tr("“{model}” ({languages}): {collections}")
                names = listed([each.name for each in collections])
                said.append(text.format(model=name, languages=knows, collections=names))
            elif name:
                said.append(self.tr("Made by “{model}”, which knows {languages}.").format(model=name, languages=knows))
        for each in self._collections:
            if each.embedder.wanted:
                text = self.tr("{done} of {all} passages of {collection} are embedded with “{model}”.")
                said.append(
                    text.format(
                        done=number(each.embedder.done),
                        all=number(each.embedder.passages),
                        collection=each.name,
                        model=each.embedder.wanted,
                    )
                )
        return said

    def _offer(self, chosen: str = "") -> None:
        """Fill the list; what was chosen stays chosen, else the model in use is."""
        usable = [info for info in self._infos if info.problem is None]
        wanted = chosen or self._name_chosen()
        names = [info.name for info in usable]
        if wanted not in names:
            wanted = next((self._wish(each) for each in self._collections if self._wish(each) in names), "")
        entries = [(self._text.entry(info), info.name) for info in usable]
        known = [(self.choice.itemText(at), self.choice.itemData(at)) for at in range(self.choice.count())]
        if entries != known:
            self.choice.clear()
            for text, name in entries:
                self.choice.addItem(text, name)
        self.choice.setCurrentIndex(names.index(wanted) if wanted in names else -1)
        self._show_costs()

    def _name_chosen(self) -> str:
        return str(self.choice.currentData() or "")

    @staticmethod
    def _wish(collection: Collection) -> str:
        return collection.embedder.wanted or collection.embedder.name

    def _changing(self) -> list[Collection]:
        """Return the collections that would change to the chosen model."""
        chosen = self._name_chosen()
        return [each for each in self._collections if chosen and self._wish(each) != chosen]

    def _on_chosen(self) -> None:
        self._show_costs()
        info = self._info()
        if info is not None and not self._seconds(info) and self._changing():
            name = info.name
            self._tell(self.tr("Measuring how long it takes"))

            def on_measured(seconds: float) -> None:
                self._measured[name] = seconds
                if name == self._name_chosen():
                    self._show_costs()

            self._library.measure_embedder(
                name,
                None if self._is_all else self._collections[0].id,
                on_measured,
                lambda failure: self._tell(translate(failure.sentence)),
            )

    def _info(self) -> EmbedderInfo | None:
        return next((info for info in self._infos if info.name == self._name_chosen()), None)

    def _seconds(self, info: EmbedderInfo) -> float:
        return info.seconds or self._measured.get(info.name, 0.0)

    def _show_costs(self) -> None:
        info, changing = self._info(), self._changing()
        self.use_button.setEnabled(bool(info is not None and changing))
        passages = sum(each.passages for each in changing)
        seconds = (self._seconds(info) if info is not None else 0.0) or TYPICAL_SECONDS
        self._tell(self._text.costs(passages, seconds) if info is not None and passages else "")

    def _tell(self, text: str) -> None:
        self.costs.setText(text)
        self.costs.setVisible(bool(text))

    def _on_use(self) -> None:
        changed = self._changing()
        name = self._name_chosen()
        if not changed:
            return
        before = [(self._wish(each), each.id) for each in self._collections]
        default = next((info.name for info in self._infos if info.default and self._is_all), "")
        self._library.use_embedder(name, None if self._is_all else changed[0].id)
        told = self.tr("{collections}: being embedded with “{model}”. Ask about the documents meanwhile as before.")
        said = told.format(collections=listed([each.name for each in changed]), model=name)
        self._notices.offer_undo(said, lambda: self._go_back(before, default))

    def _go_back(self, before: Sequence[tuple[str, int]], default: str) -> None:
        """Have collections get the vectors of the models they had before, and new ones those of the default."""
        if default:
            self._library.use_embedder(default, None)
        for name, collection in before:
            self._library.use_embedder(name, collection)

    def _on_keep(self) -> None:
        self._go_back([(each.embedder.name, each.id) for each in self._collections if each.embedder.wanted], "")


def _language(code: str) -> str:
    language = QLocale.codeToLanguage(code)
    known = language not in (QLocale.Language.AnyLanguage, QLocale.Language.C)
    return QLocale.languageToString(language) if known else code
