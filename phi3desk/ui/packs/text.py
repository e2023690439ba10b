"""What is said of an expert on its way into a file or out of one."""

from __future__ import annotations

from PySide6.QtCore import QObject

from phi3desk.errors import Sentence
from phi3desk.packs.outcome import ExportedPack, ImportedPack
from phi3desk.ui.formatting import counted, listed, size_of, translate

#: documents that are named one by one
_NAMED = 3


class PackText(QObject):
    """Sentences for the window; `name` is the expert's where it is saved, the file's where it is taken in."""

    def doing(self, name: str, *, saving: bool) -> str:
        """Return what is being done."""
        text = self.tr("Saving “{name}” as a file") if saving else self.tr("Taking in “{name}”")
        return text.format(name=name)

    def waiting(self, doing: str) -> str:
        """Return that it has its turn later."""
        return self.tr("{doing}: it waits until the import in the library has ended").format(doing=doing)

    def stopped(self, name: str, *, saving: bool) -> str:
        """Return that the user stopped it."""
        text = self.tr("Stopped. “{name}” was not saved.") if saving else self.tr("Stopped. “{name}” was not taken in.")
        return text.format(name=name)

    def failed(self, name: str, reason: Sentence, *, saving: bool) -> str:
        """Return that it could not be done, and why."""
        text = self.tr("“{name}” was not saved.") if saving else self.tr("“{name}” was not taken in.")
        return f"{text.format(name=name)} {translate(reason)}"

    def exported(self, packed: ExportedPack) -> str:
        """Return where an expert was saved, and what of it."""
        parts = []
        if packed.files:
            parts.append(counted(packed.files, "documents"))
        if packed.documents:
            parts.append(
                self.tr("the finished index of {documents}").format(documents=counted(packed.documents, "documents"))
            )
        with_them = listed(parts)
        text = (
            self.tr("Saved as {path}, {size}, with {parts}.")
            if parts
            else self.tr("Saved as {path}, {size}, without documents.")
        )
        said = [text.format(path=packed.path, size=size_of(packed.bytes), parts=with_them)]
        if packed.left_out:
            text = self.tr("Left out, because they are gone or have changed since they were read: {names}")
            said.append(text.format(names=self._named(packed.left_out)) + ".")
        if packed.unread:
            text = self.tr("Left out, because they were not read yet or cannot be read: {names}")
            said.append(text.format(names=self._named(packed.unread)) + ".")
        if packed.embedders:
            needs = self.tr(
                "The embedding model “{model}” is not part of it; where it is missing, the documents are embedded anew."
            )
            said.append(needs.format(model=listed(packed.embedders)))
        return " ".join(said)

    def imported(self, imported: ImportedPack) -> str:
        """Return what came in, what is still being done for it, and what it lacks."""
        parts = []
        if imported.documents:
            parts.append(counted(imported.documents, "documents"))
        if adapters := len(imported.adapters) + len(imported.adapters_reused):
            parts.append(counted(adapters, "adapters"))
        with_them = listed(parts)
        text = self.tr("“{name}” was taken in, with {parts}.") if parts else self.tr("“{name}” was taken in.")
        said = [text.format(name=imported.profile.name, parts=with_them)]
        if imported.reads:
            said.append(self.tr("Its documents are being read now."))
        elif imported.embeds:
            told = self.tr(
                "Its documents can be asked by their words now; their meanings are being prepared anew, for “{model}”, "
                "which prepared them, is not on this machine."
            )
            said.append(told.format(model=imported.embedder))
        if imported.model_missing:
            missing = self.tr(
                "It was made for the model “{model}”, which is not on this machine; the model in use "
                "answers until you add it on the Models page."
            )
            said.append(missing.format(model=imported.model_missing))
        return " ".join(said)

    def _named(self, names: tuple[str, ...]) -> str:
        more = len(names) - _NAMED
        named = ", ".join(names[:_NAMED])
        if more > 0:
            named = self.tr("{names} and {files} more").format(names=named, files=counted(more, "files"))
        return named
