"""A question whose answer a person put right is answered so again, and only that question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.citations import citation_index
from phi3desk.chat.correcting.corrections import (
    answer_of,
    known_answer,
    looked_after,
    quote_searches,
    source_chosen,
    standing,
    with_marks,
    with_quotes,
)
from phi3desk.chat.correcting.likeness import ALIKE, asks_the_same, likeness
from phi3desk.chat.decision import SearchStep, first_step, with_offer
from phi3desk.chat.examples import AskedWith, Chosen, ExampleStore, Verdict
from phi3desk.chat.messages import Answer, Basis, MadeBy, Message, Source, Timings
from phi3desk.chat.question import Question, with_known_answer
from phi3desk.errors import UserError
from phi3desk.library.documents import EVERYWHERE, Document, Found, Passage, SearchResult, SearchScope, State
from phi3desk.model.types import Ending, Role, Sampling
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.dossiers import conversation_markdown
from tests.helpers.pdf import BEARING_PAGES, write_pdf
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

ASKED = "How often must the main bearing be re-greased?"
RIGHT = "Every 2,000 operating hours [2]."
QUOTE = "Re-grease the main bearing every 2,000 operating hours."


def source(n: int, text: str, page: int = 1) -> Source:
    return Source(n, Passage(n, n, "pump.pdf", "/m/pump.pdf", "Pump manual", page, 0, len(text), text, ()))


SOURCES = (source(1, "Clean the pump."), source(2, f"Maintenance. {QUOTE} Use 30 g of grease.", 12))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExampleStore]:
    opened = ExampleStore(tmp_path / "examples.db")
    yield opened
    opened.close()


def correct(store: ExampleStore, question: str = ASKED, text: str = RIGHT, number: int = 1, profile: str = "p", **more):
    made = MadeBy(model="phi", profile="Pumps", profile_id=profile)
    asked = AskedWith("", AnswerMode.DOCUMENTS_ONLY, SOURCES, (), Basis.DOCUMENTS, made, more.pop("standing", ""))
    answer = Message(number, 1, Role.ASSISTANT, "Every 500 hours [1].", float(number))
    return store.judge(question, answer, asked, Verdict.CORRECTED, text, **more)


def ask(text: str, profile: str = "p", scope: SearchScope = EVERYWHERE) -> Question:
    return Question(text, "", (), scope, 5, Sampling(), MadeBy(model="phi", profile="Pumps", profile_id=profile))


def naming(*collections: int, text: str = ASKED, expert: tuple[int, ...] | None = None) -> Question:
    """Return a question that names collections; where it names none, those of the expert are searched."""
    return replace(ask(text, scope=SearchScope(collections or expert)), named_collections=collections)


def answer_to(store: ExampleStore, question: Question) -> Answer:
    step = first_step(with_known_answer(question, store))
    assert isinstance(step, Answer)
    return step


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ASKED, "how often must the main bearing be re-greased"),
        ("Wie groß ist der Druck?", "WIE GROSS ist der Druck ?"),
        ("What does CP 40 cost in 2,024 pieces?", "What does CP 40 cost in 2024 pieces?"),
        ("Was kosten 1.250.000 Stück?", "Was kosten 1250000 Stück?"),
        ("Koliko stane 1.250,50 m?", "Koliko stane 1250,50 m?"),
        ("Was kostet es ab 1'250 CHF?", "Was kostet es ab 1250 CHF?"),
        ("Was kostet es ab 1’250’000.50 CHF?", "Was kostet es ab 1250000.50 CHF?"),
        ("Was kostet '1'250 CHF'?", "Was kostet 1250 CHF?"),
        ("Скільки коштує C++?", "скільки коштує c++"),
        ("Vad gäller vid –20 °C?", "Vad gäller vid −20 °C?"),
        ("Which valve is for 5 – 10 bar?", "Which valve is for 5-10 bar?"),
        ("Which screw is ½ inch?", "Which screw is 1/2 inch?"),
        ("How large is an area of 40 m²?", "How large is an area of 40 m2?"),
        ("What is the pressure of 'CP 40'?", "What is the pressure of CP 40?"),
    ],
)
def test_questions_are_the_same_whatever_their_case_and_marks(one: str, other: str):
    assert asks_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ASKED, "How often is the main bearing greased?"),
        ("What is the pressure of CP 40?", "What's the pressure for the CP 40?"),
        ("Πόσο συχνά λιπαίνεται το κύριο ρουλεμάν;", "Κάθε πότε λιπαίνεται το κύριο ρουλεμάν;"),
        ("Як часто змащують головний підшипник?", "Як часто треба змащувати головний підшипник?"),
        ("Hur ofta smörjs huvudlagret?", "Hur ofta ska huvudlagret smörjas?"),
    ],
)
def test_questions_with_the_same_words_are_alike_but_not_the_same(one: str, other: str):
    assert not asks_the_same(one, other)
    assert likeness(one, other) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the pressure of CP 40?", "What is the pressure of CP 50?"),
        ("What is the oil level at 20 °C?", "What is the oil level at -20 °C?"),
        ("Can a grease fire be put out with water?", "Can a grease fire not be put out with water?"),
        ("Darf Wasser in den Tank?", "Darf kein Wasser in den Tank?"),
        ("Who signed the contract with Siemens?", "Who signed the contract with Bosch?"),
        ("What oil does the pump need?", "What gas does the valve need?"),
        (ASKED, "How must the main bearing be stored?"),
        ("Was liefert Siemens für $500?", "Was liefert Siemens für €500?"),
        ("Ce cumpăr cu 500 £?", "Ce cumpăr cu 500?"),
        ("Which C compiler is used?", "Which C++ compiler is used?"),
        ("Which C compiler is used?", "Which C# compiler is used?"),
        ("Kateri C++-prevajalnik je pravi?", "Kateri C-prevajalnik je pravi?"),
        ("Who may give blood of type A+?", "Who may give blood of type A-?"),
        ("Who may give blood of type A+?", "Who may give blood of type A?"),
        ("Hur mycket Ca2+ finns i vattnet?", "Hur mycket Ca2 finns i vattnet?"),
        ("Who gets a dose of 1.125 mg?", "Who gets a dose of 1125 mg?"),
        ("Wer bekommt eine Dosis von 1.125 mg?", "Wer bekommt eine Dosis von 1125 mg?"),
        ("Кому дають дозу 1,125 мг?", "Кому дають дозу 1125 мг?"),
        ("Which mixture is 3:1?", "Which mixture is 3 1?"),
        ("Which screw is 5 1/2 inch?", "Which screw is 51/2 inch?"),
        ("Which screw is 5½ inch?", "Which screw is 51/2 inch?"),
        ("Which pipe is 5' wide?", 'Which pipe is 5" wide?'),
        ("Which pipe is 5'11\" wide?", "Which pipe is 511 wide?"),
        ("Is a pressure of 10² Pa allowed?", "Is a pressure of 102 Pa allowed?"),
        ("Is a load of 5 mW allowed?", "Is a load of 5 MW allowed?"),
        ("Πόσο είναι στους –20 °C;", "Πόσο είναι στους 20 °C;"),
        ("Is x = 5 right?", "Is x ≠ 5 right?"),
    ],
)
def test_questions_that_differ_in_a_figure_a_name_or_a_negation_are_not_alike(one: str, other: str):
    assert not asks_the_same(one, other)
    assert likeness(one, other) < ALIKE


def test_corrected_question_is_answered_before_anything_is_searched(store: ExampleStore):
    kept = correct(store, chosen=[Chosen(SOURCES[1], QUOTE)])
    answer = answer_to(store, ask("how often must the main bearing be re-greased"))
    assert (answer.text, answer.is_own) == (RIGHT, True)
    assert answer.corrected is not None
    assert (answer.corrected.example, answer.corrected.changed) == (kept.id, kept.changed)
    assert [(c.n, c.page, c.quote) for c in answer.citations] == [(2, 12, QUOTE)]
    assert [s.n for s in answer.sources] == [2]
    assert (answer.made_by.profile, answer.made_by.model) == ("Pumps", "")


def test_correction_belongs_to_its_expert_and_to_what_the_question_was_restricted_to(store: ExampleStore):
    restricted = SearchScope(documents=("pump.pdf",))
    correct(store, standing=standing(ASKED, restricted))
    for other in (ask(ASKED, "another"), ask(ASKED), ask(ASKED, scope=SearchScope(documents=("fan.pdf",)))):
        step = first_step(with_known_answer(other, store))
        assert isinstance(step, SearchStep)
    assert answer_to(store, ask(ASKED, scope=restricted)).text == RIGHT


def test_correction_belongs_to_the_collections_that_the_question_names(store: ExampleStore):
    of_3 = SearchScope((3,))
    correct(store, standing=standing(ASKED, of_3, (3,)))
    for other in (naming(4), naming(3, 4), naming(), naming(expert=(3,)), naming(4, text=f"{ASKED} 3")):
        question = with_known_answer(other, store)
        assert isinstance(first_step(question), SearchStep)
        assert question.known is None
    assert answer_to(store, naming(3)).text == RIGHT
    correct(store, text="In both [1].", number=2, standing=standing(ASKED, SearchScope((4, 3)), (4, 3)))
    assert answer_to(store, naming(3, 4)).text == "In both [1]."
    alike = with_known_answer(naming(3, text="How often is the main bearing greased?"), store)
    assert alike.known is not None
    assert alike.known.example.correction == RIGHT


@pytest.mark.parametrize("expert", [None, (3,), (4, 5)])
def test_correction_without_a_collection_is_found_whichever_the_expert_searches(
    store: ExampleStore, expert: tuple[int, ...] | None
):
    # as it was kept before questions told which collections they name
    correct(store, standing=ASKED)
    assert answer_to(store, naming(expert=expert)).text == RIGHT
    assert isinstance(first_step(with_known_answer(naming(3, expert=expert), store)), SearchStep)


def test_last_correction_counts_and_one_taken_back_does_not(store: ExampleStore):
    correct(store, text="Old [1].", number=1)
    newer = correct(store, text="New [1].", number=2)
    assert answer_to(store, ask(ASKED)).text == "New [1]."
    store.remove(newer.id)
    assert answer_to(store, ask(ASKED)).text == "Old [1]."
    store.restore(newer.id)
    store.change(newer.id, Verdict.CORRECTED, "Newest [1].")
    assert answer_to(store, ask(ASKED)).text == "Newest [1]."
    store.change(newer.id, Verdict.REJECTED, "")
    assert answer_to(store, ask(ASKED)).text == "Old [1]."


def test_corrected_answer_that_is_corrected_stays_one_example(store: ExampleStore):
    first = correct(store)
    shown = answer_to(store, ask(ASKED))
    again = Message(9, 1, Role.ASSISTANT, shown.text, 9.0, shown)
    second = store.judge(ASKED, again, AskedWith(), Verdict.CORRECTED, "Every 1,000 hours.")
    assert (second.id, len(store.examples())) == (first.id, 1)
    assert answer_to(store, ask(ASKED)).text == "Every 1,000 hours."


def test_question_that_is_alike_is_asked_and_offered_the_answer(store: ExampleStore):
    kept = correct(store)
    question = with_known_answer(ask("How often is the main bearing greased?"), store)
    assert isinstance(first_step(question), SearchStep)
    written = Answer("x", (), (), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings())
    offered = with_offer(question, written)
    assert offered.corrected is not None
    assert (offered.corrected.example, offered.corrected.question, offered.is_own) == (kept.id, ASKED, False)
    assert with_offer(ask("Who?"), written).corrected is None


def test_answer_keeps_the_words_and_cites_what_was_chosen_or_says_most(store: ExampleStore):
    other = source(7, "The supplier recommends 2,500 hours.", 3)
    text = "Every 2,500 hours [7]. Use 30 g of grease [2]. See [5]."
    kept = correct(store, text=text, chosen=[Chosen(other, other.passage.text)])
    known = known_answer(store, ASKED, "p")
    assert known is not None
    assert known.example == kept
    answer = answer_of(known, MadeBy())
    assert answer.text == "Every 2,500 hours [7]. Use 30 g of grease [2]. See."
    assert [(c.n, c.quote) for c in answer.citations] == [
        (7, "The supplier recommends 2,500 hours."),
        (2, "Use 30 g of grease."),
    ]


def test_each_mark_of_an_answer_leads_to_its_own_sentence_also_behind_one_that_is_said_twice(store: ExampleStore):
    correct(store, text="Every 2,000 hours [2]. Every 2,000 hours, yes [2]. Use 30 g of grease [2].")
    answer = answer_to(store, ask(ASKED))
    shown = [answer.citations[citation_index(answer.citations, 2, at)].quote for at in range(3)]
    assert shown == [QUOTE, QUOTE, "Use 30 g of grease."]
    assert [search.quote for search in quote_searches(answer)] == [QUOTE, "Use 30 g of grease."]


def test_marks_are_put_where_the_chosen_sources_have_none():
    chosen = [Chosen(SOURCES[1], QUOTE), Chosen(SOURCES[0], "Clean the pump.")]
    assert with_marks("Every 2,000 hours.", chosen) == "Every 2,000 hours [2] [1]."
    assert with_marks("Clean it [1]. Every 2,000 hours [2].", chosen) == "Clean it [1]. Every 2,000 hours [2]."


def test_another_passage_becomes_a_further_source():
    other = source(1, "Another text.", 4).passage
    assert source_chosen(SOURCES, SOURCES[1].passage) == SOURCES[1]
    assert source_chosen(SOURCES, other) == Source(3, other)


def test_sentence_that_is_gone_is_told_and_one_that_moved_is_followed(store: ExampleStore):
    correct(store, chosen=[Chosen(SOURCES[1], QUOTE)])
    answer = answer_to(store, ask(ASKED))
    (search,) = quote_searches(answer)
    assert (search.quote, search.scope.documents) == (QUOTE, ("/m/pump.pdf",))

    there = SOURCES[1].passage
    assert looked_after(answer, {search: [there]}) == answer
    moved = replace(there, id=9, page=14, text=QUOTE.replace(" ", "\n"))
    assert [c.page for c in looked_after(answer, {search: [moved]}).citations] == [14]
    halves = [replace(there, text=half, start=at) for at, half in enumerate(QUOTE.split(" bearing "))]
    halves[1] = replace(halves[1], text=f"bearing {halves[1].text}")
    assert looked_after(answer, {search: halves[::-1]}).corrected == answer.corrected
    changed = replace(there, text=QUOTE.replace("2,000", "1,000"))
    for now in ([changed], []):
        told = looked_after(answer, {search: now})
        assert told.corrected is not None
        assert told.corrected.gone == (2,)


def document(number: int, path: str, passages: int = 3, state: State = State.READY) -> Document:
    name = Path(path).name
    return Document(number, 1, "Manuals", path, name, "Pump manual", state, None, 1, passages, 9, 0.0, 0.0)


@pytest.mark.parametrize(
    ("documents", "looked_in"),
    [
        ([document(2, "/m/new name.pdf"), document(5, "/m/fan.pdf")], ("/m/new name.pdf",)),
        ([document(2, "/elsewhere/pump.pdf"), document(5, "/m/fan.pdf")], ("/elsewhere/pump.pdf",)),
        # taken in anew, so that its number is another
        ([document(9, "/elsewhere/PUMP.pdf")], ("/elsewhere/PUMP.pdf",)),
        ([document(7, "/m/1/pump.pdf"), document(9, "/m/2/pump.pdf")], ("/m/1/pump.pdf", "/m/2/pump.pdf")),
        # others of its name are not looked at beside it, whether they have text or not
        ([document(2, "/m/1/pump.pdf"), document(7, "/m/2/pump.pdf")], ("/m/1/pump.pdf",)),
        ([document(7, "/m/2/pump.pdf", 0, State.FAILED), document(2, "/m/1/pump.pdf")], ("/m/1/pump.pdf",)),
        ([document(2, "/m/1/pump.pdf", 0, State.FOUND), document(7, "/m/2/pump.pdf")], ()),
        # its number may be that of another document, in a catalogue of another day
        ([document(2, "/m/other.pdf"), document(7, "/m/2/pump.pdf")], ()),
        ([document(2, "/m/copy.pdf", 0, State.DUPLICATE)], ("/m/copy.pdf",)),
        # being read anew, where it was and where it is
        ([document(2, "/m/pump.pdf", 0, State.FOUND)], ()),
        ([document(2, "/m/new name.pdf", 0, State.FOUND)], ()),
        ([document(5, "/m/fan.pdf")], ()),
    ],
)
def test_sentence_is_looked_for_where_its_document_is_now(
    store: ExampleStore, documents: list[Document], looked_in: tuple[str, ...]
):
    correct(store, chosen=[Chosen(SOURCES[1], QUOTE)])
    answer = answer_to(store, ask(ASKED))
    moved = [replace(SOURCES[1].passage, page=page, path="/now/pump.pdf", document="now.pdf") for page in (3, 12)]
    held: list[Passage] = []

    def search(quote: str, k: int, scope: SearchScope) -> SearchResult:
        if scope.documents != looked_in:
            raise UserError("There is no document named “{name}” in the library.", name=scope.documents[0])
        return SearchResult(tuple(Found(each, 1.0, True) for each in held), 3, "en", 0.0, by_meaning=False)

    told = with_quotes(answer, search, lambda: documents)
    assert told.corrected is not None
    assert told.corrected.gone == ((2,) if looked_in else ())
    held += moved
    told = with_quotes(answer, search, lambda: documents)
    assert told.corrected is not None and told.corrected.gone == ()
    where = ("now.pdf", "/now/pump.pdf", 12) if looked_in else ("pump.pdf", "/m/pump.pdf", 12)
    assert [(c.document, c.path, c.page) for c in told.citations] == [where]
    assert [source.passage.path for source in told.sources] == [where[1]]


def test_own_answer_stays_where_the_library_goes_while_its_sentences_are_looked_for(store: ExampleStore):
    chosen = [Chosen(SOURCES[0], "Clean the pump."), Chosen(SOURCES[1], QUOTE)]
    correct(store, text="Clean it [1]. Every 2,000 hours [2].", chosen=chosen)
    answer = answer_to(store, ask(ASKED))

    def gone() -> list[Document]:
        raise UserError("The window was closed.")

    def search(quote: str, k: int, scope: SearchScope) -> SearchResult:
        if quote == QUOTE:
            raise UserError("The window was closed.")
        return SearchResult((), 3, "en", 0.0, by_meaning=False)

    told = with_quotes(answer, search, gone)
    assert (told.text, told.citations) == (answer.text, answer.citations)
    assert told.corrected is not None and told.corrected.gone == (1,)


def test_document_that_was_renamed_still_says_what_was_chosen_of_it(store: ExampleStore, tmp_path: Path):
    paths, folder = open_paths(tmp_path / "home"), tmp_path / "in"
    folder.mkdir()
    write_pdf(folder / "pump.pdf", BEARING_PAGES, "Pump manual")
    with closing(LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())) as library:
        library.import_paths([folder], library.create_collection("Manuals"))
        quote = "Re-grease the main bearing every 2,000 operating hours."
        passage = next(each.passage for each in library.search(quote).found if quote in each.passage.text)
        correct(store, chosen=[Chosen(Source(2, passage), quote)])
        answer = answer_to(store, ask(ASKED))
        assert with_quotes(answer, library.search, library.documents) == answer

        folder.rename(tmp_path / "moved")
        renamed = (tmp_path / "moved" / "pump.pdf").rename(tmp_path / "moved" / "renamed.pdf")
        library.import_paths([tmp_path / "moved"], library.collection_id("Manuals"))
        told = with_quotes(answer, library.search, library.documents)
        assert told.corrected == answer.corrected
        assert [(c.document, c.path, c.quote) for c in told.citations] == [("renamed.pdf", str(renamed), quote)]

        library.remove_documents([each.id for each in library.documents()])
        assert with_quotes(answer, library.search, library.documents) == answer


def test_exported_answer_says_that_it_is_the_persons_own(store: ExampleStore):
    correct(store, chosen=[Chosen(SOURCES[1], QUOTE)])
    answer = answer_to(store, ask(ASKED))
    written = conversation_markdown("", [Message(1, 1, Role.ASSISTANT, answer.text, 0.0, answer)])
    assert "Corrected by hand on " in written
    assert QUOTE in written


def test_examples_of_an_older_program_keep_their_expert(tmp_path: Path):
    import sqlite3

    from phi3desk.chat import examples

    path = tmp_path / "examples.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "MIGRATIONS", examples.MIGRATIONS[:1])
        ExampleStore(path).close()
    with sqlite3.connect(path) as db:
        asked = '{"instructions": "", "mode": "documents_only", "sources": [], "made_by": {"profile_id": "p"}}'
        db.execute(
            "INSERT INTO example (origin, verdict, question, answer, correction, asked, changed)"
            " VALUES ('1@1.0', 'corrected', ?, 'Wrong.', 'Right.', ?, 1.0)",
            (ASKED, asked),
        )
    db.close()
    store = ExampleStore(path)
    assert answer_to(store, ask(ASKED)).text == "Right."
    store.close()
