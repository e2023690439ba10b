"""A stack of pages each of which is made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from PySide6.QtWidgets import QStackedWidget, QWidget

Name = TypeVar("Name")


class LazyStack(Generic[Name]):
    """Shows one page at a time in `widget`; `makers` make them by their names."""

    def __init__(self, makers: Mapping[Name, Callable[[], QWidget]]) -> None:
        self.widget = QStackedWidget()
        self._makers = makers
        self._made: dict[Name, QWidget] = {}

    def page(self, name: Name) -> QWidget:
        """Return a page, made now where it was not needed before."""
        if name not in self._made:
            made = self._made[name] = self._makers[name]()
            self.widget.addWidget(made)
        return self._made[name]

    def is_made(self, name: Name) -> bool:
        """Whether a page has been needed before."""
        return name in self._made

    def show(self, name: Name) -> None:
        """Show a page."""
        self.widget.setCurrentWidget(self.page(name))

    @property
    def shown(self) -> Name:
        """The name of the page that is shown."""
        current = self.widget.currentWidget()
        return next(name for name, page in self._made.items() if page is current)
