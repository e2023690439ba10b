"""How an answer came about, in plain sentences: for the window, for the clipboard and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phi3desk.chat.inspection.account import Fate, Seen, read_passages, seen
from phi3desk.chat.messages import Answer, Basis
from phi3desk.errors import Sentence, say
from phi3desk.library.documents import Ranker, Trace, place

RANKER_NAMES = {
    Ranker.WORDS.value: say("Words"),
    Ranker.TRIGRAMS.value: say("Parts of words"),
    Ranker.MEANING.value: say("Meaning"),
    Ranker.NAME.value: say("Document’s name"),
    Ranker.ALIGNMENT.value: say("Words across languages"),
    Ranker.RERANKER.value: say("Reranker"),
}
_PART_NAMES = {
    "words": say("words"),
    "trigrams": say("parts of words"),
    "trigram_coverage": say("share of the parts of words"),
    "proximity": say("words close together"),
    "pairs": say("words side by side"),
    "clause": say("number of the clause"),
    "document": say("document’s name"),
    "standing": say("meaning"),
    "standing_of_document": say("meaning of the document"),
    "standing_within": say("meaning within the document"),
    "alignment": say("words across languages"),
}
_STEP_NAMES = {
    "question": say("getting ready"),
    "words": say("words"),
    "trigrams": say("parts of words"),
    "meaning": say("meaning"),
    "name": say("comparing"),
    "scores": say("adding up"),
    "alignment": say("words across languages"),
    "passages": say("fetching the passages"),
    "reranker": say("reranker"),
}
_TIED = {
    ("words",): say("The first source was found by its words."),
    ("meaning",): say("The first source was found by its meaning."),
    ("words", "meaning"): say("The first source was found by its words and by its meaning."),
    ("clause",): say("The first source was found by the number of the clause."),
}
_FATES = {
    Fate.NEAREST: say("Not read. It is near to the question, but does not answer it."),
    Fate.NOT_TAKEN: say("Not read. Others fit the question better."),
    Fate.UNRELATED: say("Not read. It has no relation to the question."),
}


def _plainly(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}"


@dataclass(frozen=True)
class Tongue:
    """How sentences, figures and names of languages (by their code) are said."""

    translate: Callable[[Sentence], str] = str
    figure: Callable[[float, int], str] = _plainly
    language: Callable[[str], str] = str


def summary(answer: Answer, tongue: Tongue) -> list[str]:
    """Return in a few sentences how an answer came about."""
    trace = answer.trace
    if trace is None:
        return [tongue.translate(_untraced(answer))]
    all_seen = seen(answer)
    told = [_searched(trace, tongue), *_read(answer, tongue)]
    first = next((each for each in all_seen if each.fate in (Fate.CITED, Fate.READ)), None)
    if first is not None and first.candidate.tied_by in _TIED:
        told.append(tongue.translate(_TIED[first.candidate.tied_by]))
    if first is not None and trace.language and first.candidate.language not in ("", trace.language):
        one, other = tongue.language(trace.language), tongue.language(first.candidate.language)
        told.append(
            tongue.translate(say("The question is in {one}, the first source in {other}.", one=one, other=other))
        )
    if not any(each.candidate.relevant for each in all_seen):
        none = say("None of the passages has to do with the question.")
        near = say("No passage as a whole has to do with the question; single sentences come close to it.")
        told.append(tongue.translate(none if first is None else near))
    return told


def fate(one: Seen, tongue: Tongue) -> str:
    """Return what became of a passage, in a line."""
    if one.fate in _FATES:
        return tongue.translate(_FATES[one.fate])
    if one.fate is Fate.LEFT_OUT:
        reason = one.read.left_out if one.read is not None else None
        return " ".join([tongue.translate(say("Not read.")), *([tongue.translate(reason)] if reason else [])])
    n = one.source.n if one.source is not None else 0
    cited = one.fate is Fate.CITED
    told = tongue.translate(say("Read and cited as [{n}]", n=n) if cited else say("Read as [{n}], not cited", n=n))
    return "  ·  ".join([told, *([took(one, tongue)] if took(one, tongue) else [])])


def took(one: Seen, tongue: Tongue) -> str:
    """Return how many tokens of a passage were read in which time; "" where that was not kept."""
    if one.read is None or not one.read.tokens:
        return ""
    tokens, seconds = tongue.figure(one.read.tokens, 0), tongue.figure(one.read.seconds, 1)
    if not one.read.seconds:
        return tongue.translate(say("{tokens} tokens", tokens=tokens))
    return tongue.translate(say("{tokens} tokens in {seconds} s", tokens=tokens, seconds=seconds))


def ranks(one: Seen, tongue: Tongue) -> str:
    """Return which place each ranker gave a passage, in a line; "" where none found anything in it."""
    known = [(tongue.translate(RANKER_NAMES[name]), at.rank) for name, at in one.candidate.places.items()]
    return ", ".join(tongue.translate(say("{ranker}: place {rank}", ranker=name, rank=rank)) for name, rank in known)


def sum_of(one: Seen, tongue: Tongue) -> str:
    """Return what a passage's score was added up from, in a line; "" where it was not searched for."""
    parts = sorted(one.candidate.parts.items(), key=lambda item: -abs(item[1]))
    if not parts:
        return ""
    added = " + ".join(f"{tongue.translate(_PART_NAMES[name])} {tongue.figure(value, 2)}" for name, value in parts)
    total = tongue.figure(sum(value for _, value in parts), 2)
    return tongue.translate(say("Score {total} = {added}", total=total, added=added))


def steps(trace: Trace, tongue: Tongue) -> str:
    """Return what each step of a search took, in a line."""
    kept = sorted(trace.seconds.items(), key=lambda item: -item[1])
    named = [
        f"{tongue.translate(_STEP_NAMES[name])} {tongue.figure(s, 3)} s" for name, s in kept if name in _STEP_NAMES
    ]
    return tongue.translate(say("Time of the search: {steps}", steps=", ".join(named)))


def text(answer: Answer, tongue: Tongue) -> str:
    """Return all that is known of how an answer came about, as plain text."""
    lines = summary(answer, tongue)
    for one in seen(answer):
        passage = one.candidate.passage
        where = tongue.translate(place(passage.kind, passage.page, passage.label))
        lines += ["", f"{passage.document}, {where}", *_told_of(one, tongue)]
    if answer.trace is not None:
        lines += ["", steps(answer.trace, tongue)]
    return "\n".join(lines)


def of_search(trace: Trace, tongue: Tongue) -> str:
    """Return how a search went that was for no answer, as plain text."""
    lines = [_searched(trace, tongue)]
    related, not_related = say("Has to do with the question."), say("It has no relation to the question.")
    for candidate in trace.candidates:
        one, passage = Seen(candidate, Fate.NOT_TAKEN), candidate.passage
        where = tongue.translate(place(passage.kind, passage.page, passage.label))
        told = (
            tongue.translate(related if candidate.relevant else not_related),
            ranks(one, tongue),
            sum_of(one, tongue),
        )
        lines += ["", f"{passage.document}, {where}", *(f"    {line}" for line in told if line)]
    return "\n".join([*lines, "", steps(trace, tongue)])


def _told_of(one: Seen, tongue: Tongue) -> Sequence[str]:
    excerpt = one.read.text if one.read is not None else ""
    quoted = f"“{' '.join(excerpt.split())}”" if excerpt else ""
    told = (fate(one, tongue), ranks(one, tongue), sum_of(one, tongue), quoted)
    return [f"    {line}" for line in told if line]


def _untraced(answer: Answer) -> Sentence:
    if answer.is_own:
        return say("This is your own answer to the question, so nothing was searched.")
    if answer.sheet is not None:
        return say("This was calculated from a sheet. The query and the rows that it found stand in the answer.")
    if answer.basis is Basis.CATALOGUE:
        return say("This was told from the list of your documents. Their text was not searched for it.")
    if answer.basis is Basis.MODEL and not answer.sources:
        return say("Nothing was searched: the model answered from what it has learned.")
    if answer.kind:
        return say("The question named what to read, so nothing was searched.")
    return say("How this was found was not kept with the answer. Ask again to see it.")


def _searched(trace: Trace, tongue: Tongue) -> str:
    seconds = tongue.figure(sum(trace.seconds.values()), 2)
    values = {"passages": tongue.figure(trace.searched, 0), "seconds": seconds, "asked": trace.asked}
    if trace.embedders:
        told = say("Searched {passages} passages by words and by meaning in {seconds} s as: “{asked}”.", **values)
    else:
        told = say("Searched {passages} passages by words only in {seconds} s as: “{asked}”.", **values)
    return tongue.translate(told)


def _read(answer: Answer, tongue: Tongue) -> list[str]:
    """Return how much was read, in a sentence; none for an answer that no model was asked for."""
    read = [each for each in read_passages(answer).values() if each.left_out is None]
    if not read:
        return [tongue.translate(say("No passage was read."))]
    tokens, seconds = sum(each.tokens for each in read), sum(each.seconds for each in read)
    spent = answer.spent
    if spent is not None and not tokens:
        tokens = spent.tokens
    count = tongue.figure(len(read), 0)
    if not tokens:
        asked, prefill = tongue.figure(answer.timings.prompt_tokens, 0), tongue.figure(answer.timings.prefill_s, 1)
        told = say(
            "{count} of them were read, in a prompt of {tokens} tokens that took {seconds} s.",
            count=count,
            tokens=asked,
            seconds=prefill,
        )
    else:
        took_s = tongue.figure(seconds or answer.timings.prefill_s, 1)
        told = say(
            "{count} of them were read: {tokens} tokens in {seconds} s.",
            count=count,
            tokens=tongue.figure(tokens, 0),
            seconds=took_s,
        )
    return [tongue.translate(told)]
