"""What is filled in, ticked and chosen in the fields of a PDF's form (AcroForm), each with its label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from phi3desk.library.reading.blocks import one_line
from phi3desk.library.reading.pdf.annotations import Annotation, Entry, Rectangle, string_of
from phi3desk.library.reading.pdf.own_text import OwnText

#: Names of fields that were given by a program: they tell nothing about what is filled in.
_GIVEN_NAME = re.compile(
    r"(?:text|txt|field|text ?field|text ?box|check ?box|cb|chk|undefined|untitled|radio ?button|radio|button|group|"
    r"drop ?down|list ?box|combo ?box|fill|topmostsubform|subform|[a-z])?[\s_.#\[\]\d-]*",
    re.IGNORECASE,
)
_GIVEN_OPTION = re.compile(r"(?:on|off|yes|ja|oui|checked|choice|option|button)?[\s_]*\d*", re.IGNORECASE)
_INDEX = re.compile(r"\[\d+\]$")
#: A label stands beside its field within so many points; it is a few words, not a line of running text.
_LABEL_NEAR = 160.0
_LABEL_WITHIN = 260.0
#: A field as high as this has one line, a higher one several.
_LINE = 24.0
_LABEL_CHARACTERS = 80
_LABEL_WORDS = 10
#: Of a list only so many entries are told.
_MOST_OPTIONS = 200


class _Option(NamedTuple):
    """A tick box or a radio button of a field, or an entry of a list."""

    name: str
    chosen: bool
    place: Rectangle


@dataclass
class _Ticks:
    """The tick boxes or radio buttons of one field on a page."""

    first: Annotation
    options: list[_Option] = field(default_factory=list)


class Form:
    """The form of a PDFium document; it must be closed before the document is."""

    def __init__(self, document: Any) -> None:
        from pypdfium2 import raw

        self._settings = raw.FPDF_FORMFILLINFO(version=2)
        self.handle: Any = None
        kind = raw.FPDF_GetFormType(document.raw)
        self.is_xfa = kind in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND)
        if kind != raw.FORMTYPE_NONE:
            self.handle = raw.FPDFDOC_InitFormFillEnvironment(document.raw, self._settings)

    def close(self) -> None:
        """Forget the form."""
        from pypdfium2 import raw

        if self.handle:
            raw.FPDFDOC_ExitFormFillEnvironment(self.handle)
        self.handle = None

    @contextmanager
    def shown(self, page: Any) -> Iterator[None]:
        """Have PDFium know the fields of a page: without that it does not tell what a tick box stands for."""
        from pypdfium2 import raw

        if not self.handle:
            yield
            return
        raw.FORM_OnAfterLoadPage(page.raw, self.handle)
        try:
            yield
        finally:
            raw.FORM_OnBeforeClosePage(page.raw, self.handle)

    def entries(self, fields: Sequence[Annotation], own: OwnText) -> tuple[list[Entry], list[Rectangle]]:
        """Return what the fields of a page hold, and the places of buttons, whose words are only drawn."""
        return _Fields(self.handle, fields, own).read()


class _Fields:
    """The fields of one page."""

    def __init__(self, form: Any, fields: Sequence[Annotation], own: OwnText) -> None:
        from pypdfium2 import raw

        self._raw: Any = raw
        self._form = form
        self._fields = fields
        self._own = own

    def read(self) -> tuple[list[Entry], list[Rectangle]]:
        raw = self._raw
        entries: list[Entry | _Ticks] = []
        buttons: list[Rectangle] = []
        groups: dict[str, _Ticks] = {}
        for one in self._fields:
            kind = self._kind(one)
            if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
                name = self._name(one)
                if name not in groups:
                    groups[name] = _Ticks(one)
                    entries.append(groups[name])
                groups[name].options.append(self._option(one))
            elif kind == raw.FPDF_FORMFIELD_PUSHBUTTON:
                buttons.append(one.place)
            else:
                value = self._chosen(one) if kind == raw.FPDF_FORMFIELD_LISTBOX else self._value(one, kind)
                if value:
                    entries.append(Entry(f"{self._label(one, self._words_before(one))}: {value}", one.place))
        return [self._ticks(entry) if isinstance(entry, _Ticks) else entry for entry in entries], buttons

    def _ticks(self, ticks: _Ticks) -> Entry:
        """Return what of a field is ticked and what is not."""
        options = ticks.options
        chosen = next((option for option in options if option.chosen), options[0])
        if len(options) == 1:
            beside = self._words_behind(ticks.first) or self._words_left_of(ticks.first)
            return Entry(f"{self._label(ticks.first, beside)}: {_ticked(chosen)}", chosen.place)
        told = ", ".join(f"{option.name or number} ({_ticked(option)})" for number, option in enumerate(options, 1))
        beside = "" if self._spoken(self._name(ticks.first)) else self._words_before(ticks.first)
        return Entry(f"{self._label(ticks.first, beside)}: {told}", chosen.place)

    def _kind(self, one: Annotation) -> int:
        """Return PDFium's number of a field's kind; a field that the form does not list tells it itself."""
        raw = self._raw
        kind = raw.FPDFAnnot_GetFormFieldType(self._form, one.handle) if self._form else -1
        if kind <= 0 and one.string("FT") == "Btn":
            return int(raw.FPDF_FORMFIELD_CHECKBOX if one.string("AS") else raw.FPDF_FORMFIELD_PUSHBUTTON)
        return int(kind)

    def _name(self, one: Annotation) -> str:
        known = string_of(self._raw.FPDFAnnot_GetFormFieldName, self._form, one.handle) if self._form else ""
        return known or one.string("T")

    def _value(self, one: Annotation, kind: int) -> str:
        raw = self._raw
        flags = raw.FPDFAnnot_GetFormFieldFlags(self._form, one.handle) if self._form else 0
        if kind == raw.FPDF_FORMFIELD_TEXTFIELD and flags & raw.FPDF_FORMFLAG_TEXT_PASSWORD:
            return ""
        chosen = [option.name for option in self._options(one) if option.chosen]
        if kind == raw.FPDF_FORMFIELD_COMBOBOX and chosen:
            return ", ".join(chosen)
        known = string_of(raw.FPDFAnnot_GetFormFieldValue, self._form, one.handle) if self._form else ""
        return _lines(known or one.string("V"))

    def _chosen(self, one: Annotation) -> str:
        options = [f"{option.name} (chosen)" if option.chosen else option.name for option in self._options(one)]
        return ", ".join(options) or one.string("V")

    def _options(self, one: Annotation) -> Iterator[_Option]:
        raw = self._raw
        if not self._form:
            return
        for index in range(min(raw.FPDFAnnot_GetOptionCount(self._form, one.handle), _MOST_OPTIONS)):
            name = one_line(string_of(raw.FPDFAnnot_GetOptionLabel, self._form, one.handle, index))
            chosen = bool(raw.FPDFAnnot_IsOptionSelected(self._form, one.handle, index))
            if name:
                yield _Option(name, chosen, one.place)

    def _option(self, one: Annotation) -> _Option:
        exported, value = "", one.string("V")
        if self._form:
            exported = string_of(self._raw.FPDFAnnot_GetFormFieldExportValue, self._form, one.handle)
            value = string_of(self._raw.FPDFAnnot_GetFormFieldValue, self._form, one.handle) or value
        # what is shown counts, not what is saved
        shown = one.string("AS")
        chosen = shown != "Off" if shown else value not in ("", "Off") and value == (exported or value)
        given = "" if _GIVEN_OPTION.fullmatch(exported) else exported
        name = one_line(one.string("TU") or given or self._words_behind(one) or exported)
        return _Option(name, chosen, one.place)

    def _label(self, one: Annotation, beside: str) -> str:
        """Return the tool tip of a field, or the words that stand beside it, or its name."""
        told = one.string("TU")
        if self._form:
            told = string_of(self._raw.FPDFAnnot_GetFormFieldAlternateName, self._form, one.handle) or told
        name = self._name(one)
        return one_line(told or beside).rstrip(" :.") or self._spoken(name) or one_line(name) or "Field"

    def _spoken(self, name: str) -> str:
        """Return the last part of a field's full name, "" where a program has given it."""
        last = _INDEX.sub("", name.rsplit(".", 1)[-1]).replace("_", " ")
        return "" if _GIVEN_NAME.fullmatch(last) else one_line(last)

    def _words_before(self, one: Annotation) -> str:
        """Return the label to the left of a field, or above it where there is none."""
        place = one.place
        right = min(place.left + _LABEL_WITHIN, place.right + 40)
        return self._words_left_of(one) or self._label_within(
            Rectangle(place.left, place.top + 1, right, place.top + 9)
        )

    def _words_left_of(self, one: Annotation) -> str:
        place = self._line_of(one.place)
        edges = [other.place.right for other in self._fields if self._on_line(other, place) and other is not one]
        nearest = max((edge for edge in edges if edge <= place.left + 2), default=place.left - _LABEL_WITHIN)
        right = place.left + 1
        words = self._label_within(place._replace(left=max(nearest, place.left - _LABEL_WITHIN), right=right))
        near = place._replace(left=max(nearest, place.left - _LABEL_NEAR), right=right)
        return words if words and self._own.within(near) else ""

    def _words_behind(self, one: Annotation) -> str:
        """Return the label to the right of a tick box, up to the next field."""
        place = self._line_of(one.place)
        edges = [other.place.left for other in self._fields if self._on_line(other, place) and other is not one]
        end = min((edge for edge in edges if edge >= place.right - 2), default=place.right + _LABEL_WITHIN)
        words = self._label_within(place._replace(left=place.right - 1, right=min(end, place.right + _LABEL_WITHIN)))
        near = place._replace(left=place.right - 1, right=min(end, place.right + _LABEL_NEAR))
        return words if words and self._own.within(near) else ""

    def _label_within(self, place: Rectangle) -> str:
        words = self._own.within(place) if place.right > place.left else ""
        is_label = len(words) <= _LABEL_CHARACTERS and len(words.split()) <= _LABEL_WORDS
        return words if is_label and any(sign.isalpha() for sign in words) else ""

    @staticmethod
    def _line_of(place: Rectangle) -> Rectangle:
        """Return a field's first line, in which its label stands."""
        return place._replace(bottom=max(place.bottom, place.top - _LINE) - 3, top=place.top + 1)

    @staticmethod
    def _on_line(other: Annotation, place: Rectangle) -> bool:
        return other.place.bottom < place.top and other.place.top > place.bottom


def _ticked(option: _Option) -> str:
    return "ticked" if option.chosen else "not ticked"


def _lines(value: str) -> str:
    return " / ".join(filter(None, (one_line(line) for line in value.splitlines())))
