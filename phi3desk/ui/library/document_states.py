"""How the states of documents are told: an icon, a colour, a word, the reason, and what the user can do."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from phi3desk.library.documents import UNKNOWN_KIND, Document, State
from phi3desk.ui.formatting import translate

#: icon and colour of each state; the word beside it carries the same meaning
STATE_LOOKS: dict[State, tuple[str, str]] = {
    State.FOUND: ("clock-outline", "quiet"),
    State.READ: ("book-open-outline", "accent"),
    State.WORDS: ("text-search", "accent"),
    State.READY: ("check-circle-outline", "good"),
    State.EMPTY: ("file-outline", "attention"),
    State.NEEDS_OCR: ("image-outline", "attention"),
    State.LOCKED: ("lock-outline", "attention"),
    State.FAILED: ("alert-circle-outline", "bad"),
    State.DUPLICATE: ("content-duplicate", "quiet"),
    State.UNSUPPORTED: ("file-cancel-outline", "attention"),
}
UNREADABLE = frozenset({State.EMPTY, State.NEEDS_OCR, State.LOCKED, State.FAILED, State.UNSUPPORTED})
#: The order in which states are offered and sorted: what needs a look first, what is well last.
SERIOUS_FIRST = (
    State.FAILED, State.LOCKED, State.NEEDS_OCR, State.EMPTY, State.UNSUPPORTED, State.FOUND, State.READ, State.WORDS,
    State.DUPLICATE, State.READY,
)  # fmt: skip


def state_word(state: State) -> str:
    """Return a state in a word or two."""
    tr = QCoreApplication.translate
    return {
        State.FOUND: lambda: tr("DocumentTable", "Waiting"),
        State.READ: lambda: tr("DocumentTable", "Reading"),
        State.WORDS: lambda: tr("DocumentTable", "By words"),
        State.READY: lambda: tr("DocumentTable", "Ready"),
        State.EMPTY: lambda: tr("DocumentTable", "No text"),
        State.NEEDS_OCR: lambda: tr("DocumentTable", "Needs OCR"),
        State.LOCKED: lambda: tr("DocumentTable", "Locked"),
        State.FAILED: lambda: tr("DocumentTable", "Failed"),
        State.DUPLICATE: lambda: tr("DocumentTable", "Duplicate"),
        State.UNSUPPORTED: lambda: tr("DocumentTable", "Unsupported"),
    }[state]()


def advice(document: Document) -> str:
    """Return why a document is in its state, as the one who read it said; empty where all is well."""
    if document.reason is not None:
        return translate(document.reason)
    if document.state is State.WORDS:
        return QCoreApplication.translate("DocumentTable", "Searchable by words; by meaning soon.")
    return ""


def advice_and_next_step(document: Document) -> str:
    """Return what the user can do about a document, and why; empty where all is well."""
    return " ".join(part for part in (what_to_do(document), advice(document)) if part)


def what_to_do(document: Document) -> str:
    """Return what the user can do about a document; empty where there is nothing to do, or its reason says it."""
    # whatever else is not read, a link or a file too large, is none to be saved as another kind
    if document.state is State.UNSUPPORTED and document.reason not in (None, UNKNOWN_KIND):
        return ""
    tr = QCoreApplication.translate
    return {
        State.LOCKED: lambda: tr("DocumentTable", "Enter its password."),
        State.NEEDS_OCR: lambda: tr("DocumentTable", "See “Folders and rules” to have its text recognised."),
        State.EMPTY: lambda: tr("DocumentTable", "Look whether it is the right file."),
        State.FAILED: lambda: tr("DocumentTable", "Read it again, or open it with another program."),
        State.UNSUPPORTED: lambda: tr("DocumentTable", "Save it as PDF, Word, Excel or text, and add that."),
    }.get(document.state, str)()
