"""The choice of how long passages are read, with what each wait comes to on this machine."""

from __future__ import annotations

from phi3desk.chat.reading.wait import Wait, tokens_within
from phi3desk.chat.series import Speed, known_speed
from phi3desk.model.types import LoadedModel
from phi3desk.settings import Setting, Settings
from phi3desk.ui.formatting import number
from phi3desk.ui.settings.row import SettingRow
from phi3desk.ui.widgets.basic import label
from phi3desk.ui.widgets.choice import Choice

WAIT = "answers.wait"
#: about how many tokens a passage has, with its heading; those of other alphabets have more
TOKENS_OF_PASSAGE = 250


class WaitRow(SettingRow):
    """Tells how much of a usual answer's passages each wait lets the loaded model read."""

    def __init__(self, setting: Setting, settings: Settings) -> None:
        self.here = label(kind="quiet")
        super().__init__(setting, settings)
        self._words.insertWidget(2, self.here)
        self.show_speed(None)

    def show_speed(self, model: LoadedModel | None, last: Speed | None = None) -> None:
        """Say what the waits come to with a model; nothing where none is loaded. `last` is how fast it wrote last."""
        self.here.setVisible(model is not None)
        assert isinstance(self.control, Choice)
        if model is None:
            return
        read = known_speed(model, last).read
        passages = self._settings.get("answers.passages")
        told = []
        for wait in Wait:
            name = self.control.itemText(self.control.findData(wait.value))
            share = tokens_within(wait.seconds, read) / (passages * TOKENS_OF_PASSAGE)
            told.append(self._told(name, share))
        text = self.tr("With this model on this machine, of {passages} passages: {told}.")
        self.here.setText(text.format(passages=number(passages), told=", ".join(told)))

    def _told(self, name: str, share: float) -> str:
        if share >= 1.0:
            return self.tr("{name} all").format(name=name)
        return self.tr("{name} about {percent} %").format(name=name, percent=number(5 * max(1, round(20 * share))))
