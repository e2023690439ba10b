"""How likely a passage says what a claim says, by an encoder that was trained for it.

It is multilingual-e5-small with other weights (`packaging/entailment` tells how it was trained, and on what): claim and
passage are read together, and what has become of the first token and of the mean over all of them is weighed. What it
says is one sign among others; `chat.grounding` weighs it beside what words and figures tell.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from phi3desk.errors import UserError
from phi3desk.library.embedding.encoder import padded
from phi3desk.library.embedding.formats.unigram import UnigramTokenizer
from phi3desk.library.embedding.idle_release import IdleRelease
from phi3desk.library.embedding.local_embedder import give_back_memory
from phi3desk.library.embedding.made_models import open_made
from phi3desk.library.embedding.quantized import open_token_states, open_tokenizer
from phi3desk.library.entailment.making import HEAD, HEAD_BIAS, HEAD_WEIGHT, made_folder, make_folder

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

log = logging.getLogger(__name__)

_CLAIM, _PASSAGE = "claim: ", "passage: "


class ClaimReader(Protocol):
    """What can tell how likely passages say what claims say; thread-safe."""

    def read_claims(self, pairs: Sequence[tuple[str, str]]) -> list[float] | None:
        """Return for each pair of a claim and a passage the log-odds that it is said there; None where none can."""


class EntailmentModel:
    """The encoder, made and loaded when it is first asked, let go when idle; thread-safe.

    `kept_in` is the folder for what is made of models for this machine.
    """

    def __init__(self, kept_in: Path) -> None:
        self._kept_in = kept_in
        self._reader: _Reader | None = None
        self._is_missing = False
        self._loading = threading.Lock()
        self._idle = IdleRelease(self.release, lambda: self._reader is not None)

    def read_claims(self, pairs: Sequence[tuple[str, str]]) -> list[float] | None:
        """Return for each pair of a claim and a passage the log-odds that it is said there; None where none can.

        Takes some 50 ms a pair on a laptop; the first time ten seconds, where the installer has not made the encoder.
        """
        reader = self._loaded()
        if reader is None:
            return None
        try:
            return reader.log_odds(pairs)
        finally:
            self._idle.was_used()

    def release_when_idle(self, seconds: float | None) -> None:
        """Unload the encoder once it was not used for so long; None keeps it."""
        self._idle.after(seconds)

    def release(self) -> None:
        """Unload the encoder; who is using it keeps it until that is done."""
        with self._loading:
            self._reader = None
        gc.collect()
        give_back_memory()

    def _loaded(self) -> _Reader | None:
        with self._loading:
            if self._reader is None and not self._is_missing:
                try:
                    self._reader = _open(self._kept_in)
                except UserError as error:
                    log.warning("claims cannot be read: %s", error)
                    self._is_missing = True
                except Exception:
                    # answers are then checked by words and figures alone, which is better than not at all
                    log.exception("claims cannot be read")
                    self._is_missing = True
            return self._reader


def _open(kept_in: Path) -> _Reader:
    """Load the encoder, made before where it was not; once more where what was made is damaged."""
    return open_made(made_folder(kept_in) or make_folder(kept_in), _Reader, lambda: make_folder(kept_in))


class _Reader:
    """The encoder in memory; any thread may use it at any time."""

    def __init__(self, folder: Path) -> None:
        import numpy as np
        import psutil
        from safetensors.numpy import load_file

        head = load_file(folder / HEAD)
        self._weight: Array = head[HEAD_WEIGHT].astype(np.float32)
        self._bias: Array = head[HEAD_BIAS].astype(np.float32)
        self._session = open_token_states(folder)
        tokenizer = open_tokenizer(folder)
        assert isinstance(tokenizer, UnigramTokenizer), "e5's pieces were not written"
        self._tokenizer = tokenizer
        self._threads = ThreadPoolExecutor(psutil.cpu_count(logical=False) or 1, "entailment")

    def log_odds(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the log-odds that each claim is said in its passage."""
        return list(self._threads.map(self._of_pair, pairs))

    def _of_pair(self, pair: tuple[str, str]) -> float:
        import numpy as np

        claim, passage = pair
        ids, mask = padded([self._tokenizer.pair(_CLAIM + claim, _PASSAGE + passage)])
        states: Array = self._session.run(["tokens"], {"ids": ids, "mask": mask})[0][0]
        read = np.concatenate([_of_length_one(states[0]), _of_length_one(states.mean(axis=0))])
        return float((self._weight @ read + self._bias)[0])


def _of_length_one(vector: Array) -> Array:
    import numpy as np

    return vector / max(float(np.linalg.norm(vector)), 1e-12)
