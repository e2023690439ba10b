"""The rules by which a collection's folders are read, as a form."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from phi3desk.library.documents import LARGEST_MEGABYTES, Rules
from phi3desk.ui.theme import SPACE_M, SPACE_S, SPACE_XL
from phi3desk.ui.widgets.basic import Button, Card, clear, label, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.wheel_guard import WheelGuard

CONTROL_WIDTH = 140
PATTERN_LINES = 4
#: Tesseract's data that are no language.
NO_LANGUAGES = frozenset({"osd", "equ", "snum"})


class RulesForm(Card):
    """Shows rules and takes others; `chosen` carries the collection, the rules that hold and those that are to hold.

    They hold when `take` says so: until then, and where they are refused, what was typed stays to be changed.
    `check_requested` asks to look anew whether text recognition is there.
    """

    chosen = Signal(int, object, object)
    check_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Rules"))
        self._collection, self._rules = 0, Rules()
        self._languages: tuple[str, ...] | None = ()
        self.language_boxes: dict[str, QCheckBox] = {}
        self.exclude = QPlainTextEdit()
        self.exclude.setAccessibleName(self.tr("Leave out"))
        self.exclude.setPlaceholderText("archive\n*draft*\nold_*.pdf")
        self.exclude.setTabChangesFocus(True)
        self.exclude.setFixedHeight(PATTERN_LINES * self.exclude.fontMetrics().lineSpacing() + 22)
        self.largest = QSpinBox()
        self.largest.setRange(1, LARGEST_MEGABYTES)
        self.largest.setSuffix(" MB")
        self.largest.setGroupSeparatorShown(True)

        self.largest.setMinimumWidth(CONTROL_WIDTH)
        self.largest.lineEdit().setTextMargins(SPACE_S, 0, 0, 0)
        self.largest.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        WheelGuard(self.largest)
        self.largest.setAccessibleName(self.tr("Largest file"))
        self.hidden = QCheckBox(self.tr("Read hidden files too"))
        self.ocr = QCheckBox(self.tr("Recognise text on scans (OCR)"))
        self._language_row = QWidget()
        self._language_flow = FlowLayout(SPACE_M)
        self._language_row.setLayout(self._language_flow)
        self._language_title = label(self.tr("In which languages are the scans? None chosen: the program chooses."))
        self.no_tesseract = label(
            self.tr("Install Tesseract (tesseract-ocr) with the languages of your documents, then press Check now."),
            "quiet",
        )
        self.save_button = on_click(Button(self.tr("Use these rules"), kind="primary"), self._on_save)
        self.revert_button = on_click(Button(self.tr("Take back")), self.revert)
        self.check_button = on_click(Button(self.tr("Check now"), "refresh"), self.check_requested.emit)
        self._build()
        self.exclude.textChanged.connect(self._on_edited)
        self.largest.valueChanged.connect(self._on_edited)
        self.hidden.toggled.connect(self._on_edited)
        self.ocr.toggled.connect(self._on_edited)
        self._on_edited()

    @property
    def rules(self) -> Rules:
        """The rules as the form stands."""
        lines = (line.strip() for line in self.exclude.toPlainText().splitlines())
        # a language that is not installed at the moment stays chosen
        unoffered = tuple(code for code in self._rules.ocr_languages if code not in self.language_boxes)
        languages = tuple(code for code, box in self.language_boxes.items() if box.isChecked()) + unoffered
        return Rules(
            exclude=tuple(dict.fromkeys(line for line in lines if line)),
            largest_megabytes=self.largest.value(),
            hidden=self.hidden.isChecked(),
            ocr=self.ocr.isChecked(),
            ocr_languages=languages,
        )

    def show_rules(self, collection: int, rules: Rules) -> None:
        """Show a collection's rules; what is being edited stays while they are the same."""
        if (collection, rules) == (self._collection, self._rules):
            return
        self._collection, self._rules = collection, rules
        self.revert()

    def take(self, collection: int, rules: Rules) -> None:
        """Take note of rules that hold from now on; what is being edited stays."""
        if collection == self._collection:
            self._rules = rules
            self._on_edited()

    def show_languages(self, languages: Sequence[str] | None) -> None:
        """Offer these languages of Tesseract's; None where there is no Tesseract."""
        found = None if languages is None else tuple(code for code in languages if code not in NO_LANGUAGES)
        if found == self._languages:
            return
        self._languages = found
        edited = self.rules.ocr_languages
        clear(self._language_flow)
        self.language_boxes = {}
        for code in sorted(found or (), key=language_name):
            box = QCheckBox(language_name(code))
            box.setChecked(code in edited)
            box.toggled.connect(self._on_edited)
            self.language_boxes[code] = box
            self._language_flow.addWidget(box)
        self._on_edited()

    def revert(self) -> None:
        """Show the rules that hold."""
        rules = self._rules
        self.exclude.setPlainText("\n".join(rules.exclude))
        self.largest.setValue(rules.largest_megabytes)
        self.hidden.setChecked(rules.hidden)
        self.ocr.setChecked(rules.ocr)
        for code, box in self.language_boxes.items():
            box.setChecked(code in rules.ocr_languages)
        self._on_edited()

    def _build(self) -> None:
        self.column.setSpacing(SPACE_S)
        leave_out = label(self.tr("Leave out"))
        leave_out.setBuddy(self.exclude)
        self.column.addWidget(leave_out)
        self.column.addWidget(
            label(
                self.tr(
                    "One pattern in each line, for names or paths within the folder: * stands for anything, ? for "
                    "one sign. “*draft*” leaves out every name that holds the word draft."
                ),
                "quiet",
            )
        )
        self.column.addWidget(self.exclude)
        size = FlowLayout(SPACE_M)
        largest = label(self.tr("Leave out files larger than"), wraps=False)
        largest.setBuddy(self.largest)
        largest.setMinimumHeight(32)
        size.addWidget(largest)
        size.addWidget(self.largest)
        self.column.addSpacing(SPACE_S)
        self.column.addLayout(size)
        self.column.addWidget(self.hidden)
        self.column.addWidget(self.ocr)
        ocr = QVBoxLayout()
        ocr.setContentsMargins(SPACE_XL, 0, 0, 0)
        ocr.setSpacing(SPACE_S)
        ocr.addWidget(self._language_title)
        ocr.addWidget(self._language_row)
        ocr.addWidget(self.no_tesseract)
        ocr.addWidget(self.check_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(ocr)
        buttons = FlowLayout(SPACE_S)
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.revert_button)
        self.column.addSpacing(SPACE_S)
        self.column.addLayout(buttons)

    def _on_save(self) -> None:
        self.chosen.emit(self._collection, self._rules, self.rules)

    def _on_edited(self, *_: object) -> None:
        changed = _comparable(self.rules) != _comparable(self._rules)
        self.save_button.setEnabled(changed)
        self.revert_button.setEnabled(changed)
        wanted = self.ocr.isChecked()
        for widget in (self._language_title, self._language_row):
            widget.setVisible(wanted and bool(self._languages))
        for widget in (self.no_tesseract, self.check_button):
            widget.setVisible(wanted and self._languages is None)


def language_name(code: str) -> str:
    """Return one of Tesseract's languages (ISO 639-2, with a suffix for another script) in words."""
    base, _, rest = code.partition("_")
    language = QLocale.codeToLanguage(base, QLocale.LanguageCodeType.AnyLanguageCode)
    if language in (QLocale.Language.AnyLanguage, QLocale.Language.C):
        return code
    name = QLocale.languageToString(language)
    return f"{name} ({rest.replace('_', ' ')})" if rest else name


def _comparable(rules: Rules) -> tuple[object, ...]:
    return (rules.exclude, rules.largest_megabytes, rules.hidden, rules.ocr, frozenset(rules.ocr_languages))
