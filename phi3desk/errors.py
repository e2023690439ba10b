"""The two kinds of errors: sentences for the user, and bugs with a report."""

from __future__ import annotations

import platform
import threading
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from phi3desk import __version__

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Sentence:
    """A sentence for the user: an English template and the values that fill it, other sentences among them.

    Kept apart so that the window can translate the template and the command line can print it as it is.
    """

    template: str
    values: dict[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values) if self.values else self.template


Value = str | int | float | Sentence


def say(template: str, **values: Value) -> Sentence:
    """Make a sentence; `template` is a literal in `str.format` form, so that it can be translated."""
    return Sentence(template, values)


def say_both(first: Sentence | None, second: Sentence | None) -> Sentence | None:
    """Return two sentences as one, or the only one of them that there is."""
    if first is None or second is None:
        return first or second
    return say("{first} {second}", first=first, second=second)


class UserError(Exception):
    """Something the user can understand and act on; its text is shown as it is."""

    def __init__(self, template: str, **values: Value) -> None:
        self.sentence = Sentence(template, values)
        super().__init__(str(self.sentence))

    @classmethod
    def of(cls, sentence: Sentence, **values: Value) -> UserError:
        """Make an error that says a sentence made elsewhere; `values` fill what the sentence leaves open."""
        return UserError(sentence.template, **{**sentence.values, **values})


class DamagedFile(UserError):
    """A file of the program's own data that is damaged or gone: a copy of it can be put back; `path` is the file."""

    def __init__(self, path: Path, sentence: Sentence, /, **values: Value) -> None:
        super().__init__(sentence.template, **{**sentence.values, **values})
        self.path = path


class Cancelled(Exception):
    """The user stopped the work; not an error and never shown as one."""


def until(cancelled: threading.Event, items: Iterable[_Item]) -> Iterator[_Item]:
    """Yield items; raise Cancelled between two of them where the work is to end."""
    for item in items:
        if cancelled.is_set():
            raise Cancelled
        yield item


def bug_report(error: BaseException) -> str:
    """Return a report of an unexpected error that a user can copy and send; it holds no document text."""
    trace = "".join(traceback.format_exception(error))
    return f"phi3desk {__version__}, Python {platform.python_version()}, {platform.platform()}\n{trace}"
