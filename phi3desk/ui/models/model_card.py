"""One model as the models page shows it, with the adapters made for it beneath."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from phi3desk.errors import Sentence
from phi3desk.model.memory import Fit, Verdict, graphics_cards, shares_memory
from phi3desk.model.types import GgufInfo, Hardware, Measured, ModelEntry
from phi3desk.ui.formatting import counted, number, size_of, translate
from phi3desk.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from phi3desk.ui.widgets.basic import Button, Card, StateBadge, clear, label, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout
from phi3desk.ui.widgets.memory_bar import MemoryBar, MemoryPart
from phi3desk.ui.widgets.tooltip import plain_tooltip

#: of English text; a rule of thumb that OpenAI gives for its tokenizers
WORDS_PER_TOKEN = 0.75


def parameters_of(count: int) -> str:
    """Return a number of parameters as the field writes it: 3.8B, 135M."""
    if count >= 950_000_000:
        return f"{number(count / 1e9, 1)}B"
    return f"{number(count / 1e6)}M" if count >= 950_000 else number(count)


class ModelCard(Card):
    """A model: what it is, whether it fits this machine, and what can be done with it."""

    use_requested = Signal(str)
    remove_requested = Signal(str)
    cancel_requested = Signal()

    def __init__(self, entry: ModelEntry) -> None:
        super().__init__(entry.called)
        self.entry = entry
        self.facts = label(size_of(entry.size), "quiet")
        self.speed = label(kind="quiet")
        self.speed.hide()
        self._memory = QVBoxLayout()
        self._memory.setSpacing(SPACE_XS)
        self._verdict = QHBoxLayout()
        self.use_button: Button | None = None
        self.advice = label(kind="quiet")
        self.advice.hide()
        self.progress_bar = QProgressBar()
        self.progress_bar.setTextVisible(False)
        self.progress_bar.setAccessibleName(self.tr("Loading"))
        self.status = label(kind="quiet")
        self.failure = label(kind="bad")
        self.cancel_button = on_click(Button(self.tr("Cancel")), self.cancel_requested.emit)
        self._build()

    def show_facts(self, info: GgufInfo) -> None:
        """Show how much the model is and reads; what else the file says of itself, when the pointer is on it."""
        shown = [size_of(self.entry.size)]
        details = [self.entry.name, info.architecture, parameters_of(info.parameters), info.quantization]
        if info.context_train:
            words = round(info.context_train * WORDS_PER_TOKEN / 100) * 100
            shown.append(self.tr("reads up to about {count} words at a time").format(count=number(words)))
            details.append(self.tr("up to {count} tokens").format(count=number(info.context_train)))
        self.facts.setText("  ·  ".join(shown))
        self.facts.setToolTip(plain_tooltip("  ·  ".join(part for part in details if part)))
        self.facts.setAccessibleDescription("  ·  ".join(part for part in details if part))

    def show_speed(self, measured: Measured | None) -> None:
        """Show how fast the model was measured to be here, and what it runs with."""
        self.speed.setVisible(measured is not None)
        if measured is None:
            return
        text = self.tr(
            "Measured here: reads about {read} and writes about {written} words a second. Processor cores in use: "
            "{cores}."
        )
        self.speed.setText(
            text.format(
                read=number(measured.read * WORDS_PER_TOKEN),
                written=number(measured.written * WORDS_PER_TOKEN, 1),
                cores=number(measured.threads),
            )
        )

    def show_fit(self, fit: Fit, hardware: Hardware, blocks: int, notices: Sequence[Sentence] = ()) -> None:
        """Show what the model needs, of `blocks` and an output, against what there is, and what would fit instead.

        `notices` say what became of the settings when it was loaded.
        """
        clear(self._memory)
        need, cards = fit.need, graphics_cards(hardware)
        place = self.tr("Memory")
        own = [card for card in cards if not shares_memory(card) and card.memory_total]
        self._add_bar(place, (need.weights, need.cache, need.working), fit, fit.free, hardware.memory_total)
        if own and need.card:
            place = own[0].description or own[0].name
            parts = (need.card_weights, need.card_cache, need.card_working)
            self._add_bar(place, parts, fit, fit.card_free, sum(card.memory_total for card in own))
        said = [translate(sentence) for sentence in (*notices, *fit.advice)]
        if cards:
            layers = self.tr("{count} of {all} layers on the graphics card.")
            said.insert(0, layers.format(count=number(fit.setup.gpu_layers), all=number(blocks + 1)))
        self.advice.setText(" ".join(said))
        self.advice.setVisible(bool(said))
        self._show_verdict(fit.verdict)

    def _show_verdict(self, verdict: Verdict) -> None:
        clear(self._verdict)
        word, icon_name, color = {
            Verdict.FITS: (self.tr("Fits"), "check-circle", "good"),
            Verdict.TIGHT: (self.tr("Tight"), "information-outline", "attention"),
            Verdict.TOO_LARGE: (self.tr("Does not fit"), "alert-circle-outline", "bad"),
        }[verdict]
        self._verdict.addWidget(StateBadge(word, icon_name, color))
        if self.use_button is not None:
            anyway = verdict is Verdict.TOO_LARGE
            self.use_button.setText(self.tr("Load anyway") if anyway else self.tr("Use"))

    def show_loading(self, fraction: float | None) -> None:
        """Show how far loading is, 0 to 1; None when nothing is being loaded."""
        loading = fraction is not None
        for part in (self.progress_bar, self.status, self.cancel_button):
            part.setVisible(loading)
        if fraction is not None:
            self.failure.hide()
            self.progress_bar.setRange(0, 100)
            self.progress_bar.setValue(round(fraction * 100))
            self.status.setText(self.tr("Loading, {percent} %").format(percent=number(round(fraction * 100))))

    def show_failure(self, text: str) -> None:
        """Show why the model could not be loaded."""
        self.failure.setText(text)
        self.failure.setVisible(bool(text))

    def _build(self) -> None:
        entry = self.entry
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        name = QHBoxLayout()
        name.setSpacing(SPACE_M)
        title = label(entry.called, "section", wraps=False)
        title.setToolTip(plain_tooltip(entry.name))
        title.setMinimumWidth(60)
        name.addWidget(title)
        if entry.in_use:
            name.addWidget(StateBadge(self.tr("In use"), "check-circle", "good"))
        if entry.stand_in:
            name.addWidget(StateBadge(self.tr("Stand-in"), "information-outline", "attention"))
        elif entry.starter:
            name.addWidget(StateBadge(self.tr("Starter"), "information-outline", "quiet"))
        if entry.missing:
            name.addWidget(StateBadge(self.tr("File missing"), "alert-circle-outline", "bad"))
        name.addLayout(self._verdict)
        name.addStretch(1)
        words.addLayout(name)
        words.addWidget(self.facts)
        head.addLayout(words, 1)
        head.addLayout(self._buttons())
        self.column.addLayout(head)
        if entry.starter:
            self.column.addWidget(label(self._about_starter()))
        if entry.missing:
            self.column.addWidget(
                label(
                    self.tr("{path} is not there any more. Put it back, or remove the model.").format(path=entry.path)
                )
            )
        self.column.addWidget(self.speed)
        self.column.addLayout(self._memory)
        self.column.addWidget(self.advice)
        loading = QHBoxLayout()
        loading.setSpacing(SPACE_M)
        loading.addWidget(self.progress_bar, 1)
        loading.addWidget(self.cancel_button)
        self.column.addLayout(loading)
        self.column.addWidget(self.status)
        self.column.addWidget(self.failure)
        self.failure.hide()
        self._adapters = QVBoxLayout()
        self._adapters.setSpacing(SPACE_S)
        self._adapters.setContentsMargins(SPACE_M, 0, 0, 0)
        self.column.addLayout(self._adapters)
        self.show_loading(None)

    def _about_starter(self) -> str:
        if self.entry.stand_in:
            return self.tr(
                "It came with the program so that you can begin, and it is too small to be an expert. "
                "Choose a Phi-3 GGUF for answers you can rely on."
            )
        return self.tr(
            "It came with the program and gives short answers from your documents. A Phi-3 GGUF is more than twice as "
            "large: choose one for longer or harder questions."
        )

    def show_adapters(self, cards: Sequence[QWidget]) -> None:
        """Show the adapters that were made for this model."""
        clear(self._adapters)
        if cards:
            self._adapters.addWidget(label(counted(len(cards), "adapters"), "quiet"))
        for card in cards:
            self._adapters.addWidget(card)

    def _buttons(self) -> FlowLayout:
        entry, row = self.entry, FlowLayout(SPACE_S)
        if not entry.in_use and not entry.missing:
            use = Button(self.tr("Use"), tip=self.tr("Use {name}").format(name=entry.called))
            use.setObjectName("use")
            self.use_button = use
            row.addWidget(on_click(use, lambda: self.use_requested.emit(entry.name)))
        if not entry.starter:
            remove = Button(
                "",
                "trash-can-outline",
                "quiet",
                self.tr("Remove {name} from the list; its file stays").format(name=entry.called),
            )
            remove.setObjectName("remove")
            row.addWidget(on_click(remove, lambda: self.remove_requested.emit(entry.name)))
        return row

    def _add_bar(self, place: str, sizes: tuple[int, int, int], fit: Fit, free: int, total: int) -> None:
        """Show what goes to one place: weights, KV cache and working memory, in bytes."""
        weights, cache, working = sizes
        tokens, needed = number(fit.setup.context), sum(sizes)
        parts = (
            MemoryPart(self.tr("Model: {size}").format(size=size_of(weights)), weights),
            MemoryPart(self.tr("Context of {tokens} tokens: {size}").format(tokens=tokens, size=size_of(cache)), cache),
            MemoryPart(self.tr("Working memory: {size}").format(size=size_of(working)), working),
        )
        text = self.tr(
            "{place}: needs {needed} (model {weights}, context of {tokens} tokens {cache}, working memory {working}), "
            "free {free} of {total}"
        ).format(
            place=place,
            needed=size_of(needed),
            weights=size_of(weights),
            cache=size_of(cache),
            working=size_of(working),
            tokens=tokens,
            free=size_of(free),
            total=size_of(total),
        )
        bar = MemoryBar(text, parts, max(0, total - free), total)
        fits = (
            self.tr("It fits.")
            if bar.fits
            else self.tr(
                "It does not fit beside what is open now; part of it will be read from disk again and again, "
                "which is slow."
            )
        )
        if bar.fits and fit.verdict is Verdict.TIGHT:
            fits = self.tr("It just fits.")
        if needed > total:
            fits = self.tr("It is larger than this memory.")
        short = self.tr("{place}: needs {needed}, free {free} of {total}. {fits}").format(
            place=place, needed=size_of(needed), free=size_of(free), total=size_of(total), fits=fits
        )
        told = label(short, "quiet")
        told.setToolTip(plain_tooltip(text))
        self._memory.addWidget(told)
        self._memory.addWidget(bar)
