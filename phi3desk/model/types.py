"""What the model side passes around: model files, how one is loaded, what a generation is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from phi3desk.errors import Sentence
from phi3desk.model.names import model_title

#: characters of the name of a model or an adapter
LONGEST_MODEL_NAME = 100
#: strengths of an adapter
WEAKEST, STRONGEST = 0.0, 2.0


@dataclass(frozen=True)
class ModelShape:
    """What of a model takes memory, block by block: bytes of weights, and numbers that a token leaves in the KV cache.

    `input_bytes` are of the table that the input is read from; `tied` where the output reads that table too.
    """

    block_bytes: tuple[int, ...] = ()
    cached: tuple[int, ...] = ()
    input_bytes: int = 0
    output_bytes: int = 0
    tied: bool = False
    heads: int = 0
    tokens: int = 0
    merges: int = 0


@dataclass(frozen=True)
class GgufInfo:
    """What a GGUF file says of itself, read from its header alone; sizes in bytes."""

    path: str
    kind: str
    architecture: str
    name: str
    size: int
    parameters: int
    quantization: str
    context_train: int
    blocks: int
    embedding_width: int
    kv_bytes_per_token: int
    has_template: bool
    #: models only
    shape: ModelShape = ModelShape()
    #: adapters only
    rank: int = 0
    alpha: float = 0.0
    base_name: str = ""
    tensors: int = 0
    #: what the model, or the base of an adapter, is called: by itself, by where it came from, by its file
    names: tuple[str, ...] = ()
    #: who or what made it
    made_by: str = ""
    #: the form of prompt an adapter was trained on, where it says so
    prompt: str = ""

    @property
    def identity(self) -> str:
        """The model as the user's confirmation names it; the same for every copy of the file under one name."""
        return " / ".join(self.names)


class ModelKind(StrEnum):
    """What a model is and how it is reached: a GGUF file in llama.cpp."""

    GGUF = "gguf"


@dataclass(frozen=True)
class ModelRef:
    """Which model is meant, wherever it is kept or reached.

    Two refs are equal where kind and name are: they name the same entry of the list. `fingerprint` has no part in
    that; it is the SHA-256 of the file as it was last read, empty while it is unknown, and tells whether the entry
    still has the same file (`same_file`).
    """

    kind: ModelKind
    name: str
    fingerprint: str = field(default="", compare=False)

    def same_file(self, listed: ModelRef) -> bool:
        """Tell whether this model is the one that is listed now, its file unchanged as far as this ref knows it."""
        return self == listed and self.fingerprint in ("", listed.fingerprint)


@dataclass(frozen=True)
class ModelEntry:
    """A model the user can use; a `starter` came with the program, and the small one of them is a `stand_in`.

    `fingerprint` is the SHA-256 of the file where it was read since the file last changed, empty otherwise. `title` is
    what it is called, where that tells it from the others of the list.
    """

    name: str
    path: str
    size: int
    starter: bool = False
    in_use: bool = False
    missing: bool = False
    fingerprint: str = field(default="", compare=False)
    title: str = field(default="", compare=False)
    stand_in: bool = False

    @property
    def called(self) -> str:
        """What a person would call it."""
        return self.title or model_title(self.name, self.path)

    @property
    def ref(self) -> ModelRef:
        """The model's identity."""
        return ModelRef(ModelKind.GGUF, self.name, self.fingerprint)


@dataclass(frozen=True)
class AdapterEntry:
    """An adapter in the program's own folder."""

    name: str
    path: str
    size: int
    sha256: str
    architecture: str
    rank: int
    alpha: float
    base: str
    tensors: int = 0
    made_by: str = ""
    #: models of another name than the adapter's base that the user said it is meant for (`GgufInfo.identity`)
    confirmed: tuple[str, ...] = ()
    #: came with the program, for the small starter
    starter: bool = False
    #: the form of prompt with passages that it was trained on, where it says so (`GgufInfo.prompt`)
    form: str = ""


@dataclass(frozen=True)
class AdapterUse:
    """An adapter attached to a model, with its strength (0 to 2; 1 as trained)."""

    name: str
    path: str
    strength: float = 1.0


@dataclass(frozen=True)
class ModelUse:
    """A model with exactly these adapters attached to it."""

    model: ModelRef
    adapters: tuple[AdapterUse, ...] = ()


@dataclass(frozen=True)
class LoadOptions:
    """How a model is loaded. `context` 0 and `gpu_layers` -1 and `threads` 0 mean: what fits this machine.

    `saved_states` is how many bytes what was read of conversations may take on the disk, 0 to keep none there.
    A model that nothing was asked of for `idle_minutes` is let go; 0 keeps it.
    """

    context: int = 0
    gpu_layers: int = -1
    threads: int = 0
    saved_states: int = 2048 << 20
    idle_minutes: int = 60


@dataclass(frozen=True)
class Measured:
    """With how many threads a model writes and reads fastest on this machine, and how many tokens a second it does."""

    threads: int
    reading_threads: int
    written: float
    read: float


@dataclass(frozen=True)
class LoadedModel:
    """What is loaded now, as the window shows it; `name` is the model's in the list, or its file's without one."""

    name: str
    path: str
    architecture: str
    context: int
    context_train: int
    gpu_layers: int
    blocks: int
    size: int
    parameters: int
    has_system_role: bool
    device: str
    sha256: str = ""
    adapters: tuple[AdapterUse, ...] = ()
    #: the form of prompt that the attached adapters were trained on, where one says so
    prompt: str = ""
    #: what it is run with, where that was measured and no number of cores is set
    measured: Measured | None = None
    #: what of the settings could not be kept to, and what became of a graphics card without room
    notices: tuple[Sentence, ...] = ()
    #: whether it extracts with an adapter that was trained for that (`Engine.use_reader`)
    has_reader: bool = False
    #: whether it checks claims with an adapter that was trained for that (`Engine.use_checker`)
    has_checker: bool = False

    @property
    def ref(self) -> ModelRef:
        """The model's identity."""
        return ModelRef(ModelKind.GGUF, self.name, self.sha256)


class Role(StrEnum):
    """Who speaks in a prompt or a conversation."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation or of a prompt; its text is data and never markup.

    `as_read` is what stood in the prompt in its place, where that was more: a question with its passages, an answer as
    the model wrote it. `tokens` are those that an answer was written in; a vocabulary they do not say it in takes none
    of them.
    """

    role: Role
    text: str
    as_read: str = ""
    tokens: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen; temperature 0 takes the likeliest (greedy)."""

    temperature: float = 0.0
    top_p: float = 0.95
    top_k: int = 40
    repeat_penalty: float = 1.0
    seed: int = 0
    max_tokens: int = 512


class Ending(StrEnum):
    """How the writing of an answer ended. The last two are of answers that no generation finished."""

    STOP = "stop"
    LENGTH = "length"
    CONTEXT = "context"
    #: the model said the same again and again
    REPEATED = "repeated"
    CANCELLED = "cancelled"
    FAILED = "failed"
    WRITING = "writing"


@dataclass(frozen=True)
class Generation:
    """What a generation produced, and with which adapters.

    Of the prompt's tokens, `reused_tokens` were in the cache; `question_tokens` are those of its last turn and its
    frame, which no earlier prompt can have held.
    """

    text: str
    tokens: tuple[int, ...]
    ended: Ending
    prompt_tokens: int
    reused_tokens: int
    prefill_seconds: float
    first_token_seconds: float
    generated_tokens: int
    tokens_per_second: float
    adapters: tuple[AdapterUse, ...] = ()
    question_tokens: int = 0

    @property
    def read_again(self) -> int:
        """Tokens that were read though an earlier prompt of the conversation held them."""
        return max(0, self.prompt_tokens - self.question_tokens - self.reused_tokens)


@dataclass(frozen=True)
class Extract:
    """How likely a model says that none of some sentences answers a question, 0 to 1, and else the words that do.

    `other` is how likely it begins with anything else, of all that it might begin with the likeliest. `words` is empty
    where that is less likely, or where they were not asked for.
    """

    none: float
    other: float
    words: str = ""


@dataclass(frozen=True)
class Device:
    """A processor or graphics card that llama.cpp can use; memory in bytes, 0 where unknown."""

    name: str
    description: str
    kind: str
    memory_total: int
    memory_free: int


@dataclass(frozen=True)
class Hardware:
    """What this machine has, for fitting a model into it."""

    cores: int
    memory_total: int
    memory_free: int
    devices: tuple[Device, ...] = ()
    can_offload: bool = False


def model_name(path: str | Path) -> str:
    """Return the name a model or adapter gets from its file."""
    return Path(path).stem
