"""Every setting, declared once: its default, its range, its label and what it costs.

The settings page, the validation and the documentation are made from these declarations.
"""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phi3desk.errors import DamagedFile, UserError, say
from phi3desk.paths import copies_of, put_aside, write_atomically

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Setting:
    """One declaration. A choice setting has `choices` (value, label); a number has `low` and `high`."""

    key: str
    default: Any
    section: str
    label: str
    cost: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    #: the value that means "as the program sees fit", and how it is shown
    automatic: float | None = None

    def check(self, value: Any) -> Any:
        """Return the value in the setting's own type; raise UserError where it does not fit."""
        if isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
        elif self.choices:
            if value in [choice for choice, _ in self.choices]:
                return value
        elif isinstance(self.default, (int, float)) and isinstance(value, (int, float)) and not isinstance(value, bool):
            number = type(self.default)(value) if math.isfinite(value) else value
            low = self.low if self.low is not None else number
            high = self.high if self.high is not None else number
            if number == self.automatic or low <= number <= high:
                return number
        elif isinstance(self.default, str) and isinstance(value, str):
            return value
        raise UserError("The setting “{label}” cannot be {value}.", label=self.label, value=str(value))


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "appearance.scheme",
        "system",
        "Appearance",
        "Colours",
        "Takes effect at once.",
        choices=(("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
    ),
    Setting(
        "appearance.reading_size",
        15,
        "Appearance",
        "Size of answers",
        "Larger text shows fewer lines at a time.",
        low=11,
        high=24,
        unit="px",
    ),
    Setting(
        "answers.passages",
        5,
        "Answers",
        "Passages read for an answer",
        "Each passage costs reading time before the first word: on a laptop without a graphics card about 15 seconds "
        "with Phi-3 mini.",
        low=1,
        high=12,
    ),
    Setting(
        "answers.wait",
        "thorough",
        "Answers",
        "Time for reading",
        "How long passages may be read before the first word of an answer: 6 seconds, 15 seconds or a minute. Where "
        "that is too short for all of them, their best sentences are read.",
        choices=(("quick", "Quick"), ("balanced", "Balanced"), ("thorough", "Thorough")),
    ),
    Setting(
        "answers.max_tokens",
        512,
        "Answers",
        "Longest answer",
        "A longer limit lets answers run longer; the model usually stops earlier by itself.",
        low=16,
        high=8192,
        unit="tokens",
    ),
    Setting(
        "answers.summary_minutes",
        3,
        "Answers",
        "Time for a summary",
        "How long a document may be read for a summary, or two of them for a comparison. Of a long one more is read "
        "the more time there is; the answer says what was read.",
        low=1,
        high=60,
        unit="min",
    ),
    Setting(
        "answers.temperature",
        0.0,
        "Answers",
        "Variety of wording",
        "0 gives the same answer to the same question each time. Higher values vary the wording and invent more.",
        low=0.0,
        high=2.0,
    ),
    Setting(
        "search.reranker",
        "",
        "Answers",
        "Second look at what is found",
        "A reranker reads the best finds once more together with the question and puts them into a better order. "
        "Choose the folder of a CrossEncoder; each search then takes longer.",
    ),
    Setting(
        "model.context",
        0,
        "Model",
        "Context window",
        "More room for passages and history; each 1,000 tokens take memory (Phi-3 mini: 0.4 GB).",
        low=512,
        high=131072,
        unit="tokens",
        automatic=0,
    ),
    Setting(
        "model.gpu_layers",
        -1,
        "Model",
        "Layers on the graphics card",
        "More layers answer faster and fill the memory of the graphics card. Without a graphics card it has no effect.",
        low=0,
        high=999,
        unit="layers",
        automatic=-1,
    ),
    Setting(
        "model.threads",
        0,
        "Model",
        "Processor cores for the model",
        "More cores answer faster and leave less for other programs.",
        low=1,
        high=256,
        unit="cores",
        automatic=0,
    ),
    Setting(
        "model.saved_states",
        2048,
        "Model",
        "Room on disk for what was read of conversations",
        "Going on with an earlier conversation, also after a restart, then begins at once, without reading it again. "
        "The files hold what documents say, readable by you only; 0 keeps none.",
        low=0,
        high=1048576,
        unit="MB",
    ),
    Setting(
        "model.idle_minutes",
        60,
        "Model",
        "Let go of the model after",
        "Frees its memory when nothing is asked for so long; the next question loads it again, which takes seconds.",
        low=1,
        high=1440,
        unit="min",
    ),
    Setting(
        "downloads.address",
        "",
        "Model",
        "Address for downloading models",
        "Empty for huggingface.co. A mirror is of use where that cannot be reached; what comes from it is only as "
        "trustworthy as the mirror is. Nothing is fetched unless you ask for a download.",
    ),
    Setting(
        "library.readers",
        0,
        "Library",
        "Files read at the same time",
        "More readers finish an import sooner and take more memory and processor time.",
        low=1,
        high=16,
        automatic=0,
    ),
    Setting(
        "library.reader_seconds",
        120,
        "Library",
        "Longest time for one page",
        "A file whose page takes longer is stopped and shown as failed.",
        low=5,
        high=3600,
        unit="s",
    ),
    Setting(
        "library.reader_megabytes",
        2048,
        "Library",
        "Most memory for one file",
        "A file that needs more is stopped and shown as failed, so that it cannot take the machine down.",
        low=256,
        high=65536,
        unit="MB",
    ),
    Setting(
        "library.on_battery",
        "slow",
        "Library",
        "Imports on battery",
        "Going on finishes sooner and empties the battery; waiting goes on by itself when the mains is back.",
        choices=(("go_on", "Go on"), ("slow", "Go on slowly"), ("wait", "Wait for the mains")),
    ),
    Setting(
        "library.embedder_idle_minutes",
        15,
        "Library",
        "Let go of the embedding model after",
        "Frees some 300 MB of memory when nothing is searched; the next search takes some seconds longer.",
        low=1,
        high=1440,
        unit="min",
    ),
)
DECLARED: dict[str, Setting] = {setting.key: setting for setting in SETTINGS}


_UNREADABLE = say(
    "The settings cannot be read; they are as they come, and the file is kept as {kept}. To put back a copy: the "
    "Settings page, or phi3desk restore.",
    kept="",
)

_GONE = say(
    "The settings are not there any more; they are as they come. To put back a copy: the Settings page, or phi3desk "
    "restore."
)


def limits(key: str) -> tuple[float, float]:
    """Return the least and the most of a setting that is a number; KeyError for a key that is not declared."""
    setting = DECLARED[key]
    if setting.low is None or setting.high is None:
        raise KeyError(key)
    return setting.low, setting.high


class Settings:
    """The settings of one installation; reads fall back to the default, writes are kept at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = {}
        #: what could not be read, to be told once; the settings it is about are as they come
        self.problem: UserError | None = None
        if not path.exists():
            self.problem = DamagedFile(path, _GONE) if copies_of(path) else None
            return
        try:
            stored = json.loads(path.read_bytes())
            if not isinstance(stored, dict):
                raise ValueError
        except (OSError, ValueError, RecursionError):
            log.warning("settings.json cannot be read; the defaults are used")
            self.problem = DamagedFile(path, _UNREADABLE, kept=str(put_aside(path)))
            return
        for key, value in stored.items():
            if key not in DECLARED:
                self._values[key] = value
                continue
            try:
                self._values[key] = DECLARED[key].check(value)
            except UserError as error:
                log.warning("settings.json: %s", error)
                self.problem = UserError(
                    "The setting “{label}” cannot be read; it is as it comes.", label=DECLARED[key].label
                )

    @property
    def folder(self) -> Path:
        """The folder that holds the settings and all other data of this installation."""
        return self._path.parent

    def get(self, key: str) -> Any:
        """Return a setting's value; KeyError for a key that is not declared."""
        return self._values.get(key, DECLARED[key].default)

    def set(self, key: str, value: Any) -> None:
        """Check, change and keep a setting."""
        self._values[key] = DECLARED[key].check(value)
        if self._values[key] == DECLARED[key].default:
            del self._values[key]
        self._save()

    def remembered(self, key: str) -> Any:
        """Return a value the window remembers by itself (sizes, the model in use), or None."""
        return self._values.get(f"remembered.{key}")

    def remember(self, key: str, value: Any) -> None:
        """Keep a value of the window's own; it must be JSON. On a full disk it is forgotten when the program ends."""
        self._values[f"remembered.{key}"] = value
        try:
            self._save()
        except OSError as error:
            log.warning("settings.json cannot be written: %s", error.strerror)

    def _save(self) -> None:
        write_atomically(self._path, json.dumps(self._values, indent=1, sort_keys=True))
