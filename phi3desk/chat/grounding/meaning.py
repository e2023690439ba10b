"""How alike words of a claim and of a passage are in what they mean, as an embedder reads them amid the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from phi3desk.chat.grounding.statements import Word

if TYPE_CHECKING:
    import numpy as np

    from phi3desk.library.embedding.embedder import WordReader
    from phi3desk.library.embedding.encoder import ReadWord

    Matrix = np.ndarray[Any, np.dtype[np.float64]]


class WordVectors:
    """The vectors of the words of some texts; each text is read once."""

    def __init__(self, reader: WordReader) -> None:
        self._reader = reader
        self._read: dict[str, list[tuple[int, int, Any]] | None] = {}

    def read(self, texts: Sequence[str]) -> bool:
        """Read texts that were not read before; False where the model cannot be asked for words."""
        wanted = [text for text in dict.fromkeys(texts) if text not in self._read]
        if not wanted:
            return True
        prefix = self._reader.passage_prefix
        read = self._reader.read_words([prefix + text for text in wanted])
        if read is None:
            return False
        skipped = len(prefix.split())
        for text, words in zip(wanted, read, strict=True):
            self._read[text] = _placed(text, words[skipped:])
        return True

    def likeness(self, claim: str, words: Sequence[Word], passage: str, others: Sequence[Word]) -> Matrix:
        """Return the cosine of each word of a claim with each of a passage, shape (words, others)."""
        import numpy as np

        rows, columns = self._vectors(claim, words), self._vectors(passage, others)
        if not len(rows) or not len(columns):
            return np.zeros((len(words), len(others)))
        return np.asarray(rows @ columns.T, dtype=np.float64)

    def _vectors(self, text: str, words: Sequence[Word]) -> Any:
        import numpy as np

        placed = self._read.get(text) or []
        found = []
        width = len(placed[0][2]) if placed else 0
        at = 0
        for word in words:
            while at < len(placed) and placed[at][1] <= word.span[0]:
                at += 1
            inside = at < len(placed) and placed[at][0] <= word.span[0] < placed[at][1]
            found.append(placed[at][2] if inside else np.zeros(width))
        return np.stack(found) if found and width else np.zeros((0, 0))


def _placed(text: str, words: Sequence[ReadWord]) -> list[tuple[int, int, Any]]:
    """Return the place and the vector of length 1 of each word that was read."""
    import numpy as np

    found, at = [], 0
    for word in words:
        start = text.find(word.text, at)
        if start < 0 or not len(word.vectors):
            continue
        vector = word.vectors.mean(axis=0)
        found.append((start, start + len(word.text), vector / max(float(np.linalg.norm(vector)), 1e-12)))
        at = start + len(word.text)
    return found
