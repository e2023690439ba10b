"""Whether a passage in another language holds what single words of the question mean.

One vector for a passage of a dozen properties tells little about each of them, and the words of another language are
not found as they are. So question and passages are read by the embedder once more, and each word of the question is
compared with each token of a passage amid its sentence, as in ColBERT (Khattab and Zaharia, arXiv 2004.12832).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from phi3desk.library.embedding.embedder import WordReader
from phi3desk.library.embedding.encoder import ReadWord
from phi3desk.library.words.terms import words_of


def alignments(reader: WordReader, question: str, words: Collection[str], passages: Sequence[str]) -> list[float]:
    """Return, for each passage, how much more than the other passages it holds something like these words.

    `words` are folded words of the question. Each brings the cosine of its most similar token in the passage, less the
    mean of those of all the passages; these are added. Zeros where the reader cannot be asked for words.
    """
    import numpy as np

    texts = [reader.question_prefix + question, *(reader.passage_prefix + passage for passage in passages)]
    read = reader.read_words(texts)
    if read is None:
        return [0.0] * len(passages)
    question_words = read[0][len(reader.question_prefix.split()) :]
    asked = [word.vectors.mean(axis=0) for word in question_words if not _is_other(word, words)]
    if not asked:
        return [0.0] * len(passages)
    rows = np.stack([vector / max(float(np.linalg.norm(vector)), 1e-12) for vector in asked])
    skipped = len(reader.passage_prefix.split())
    tokens = [[word.vectors for word in text[skipped:] if len(word.vectors)] for text in read[1:]]
    best = np.stack([(rows @ np.concatenate(each).T).max(axis=1) if each else np.zeros(len(rows)) for each in tokens])
    found: list[float] = (best - best.mean(axis=0)).sum(axis=1).tolist()
    return found


def _is_other(word: ReadWord, words: Collection[str]) -> bool:
    """Return whether a word is none of some folded ones."""
    return not len(word.vectors) or set(words_of(word.text)).isdisjoint(words)
