"""Conversations are kept from the first word on."""

import sqlite3
from dataclasses import replace

import pytest

from phi3desk.chat.history import (
    MIGRATIONS,
    ConversationStore,
    documents_spoken_of,
    exchanges_of,
    fitted_of,
    shorten_title,
    turns_of,
)
from phi3desk.chat.messages import Answer, Basis, Citation, Fitted, MadeBy, Mention, Reading, Source, Timings
from phi3desk.errors import UserError
from phi3desk.library.documents import Passage
from phi3desk.model.types import AdapterUse, Ending, Role, Turn
from tests.helpers.dossiers import conversation_markdown

PASSAGE = Passage(7, 3, "pump.pdf", "/m/pump.pdf", "Pump manual", 12, 10, 60, "Grease every 2,000 h.", ("Care",))
ANSWER = Answer(
    "Every 2,000 hours [1].",
    (Citation(1, "pump.pdf", "/m/pump.pdf", 12, "Grease every 2,000 h."),),
    (Source(1, PASSAGE),),
    Basis.DOCUMENTS,
    Ending.STOP,
    MadeBy("phi3", "/m/phi3.gguf", "ab12", "Pump expert", "p1", (AdapterUse("grease", "/a/grease.gguf", 0.8),)),
    Timings(0.1, 300, 2.0, 2.2, 9, 6.8),
)


@pytest.fixture
def store(tmp_path):
    opened = ConversationStore(tmp_path / "conversations.db")
    yield opened
    opened.close()


def test_conversation_takes_its_first_question_as_title(store):
    conversation = store.create()
    store.add(conversation.id, Role.USER, "How often must the main bearing be re-greased?")
    store.add(conversation.id, Role.USER, "And with what?")
    assert store.conversation(conversation.id).title == "How often must the main bearing be re-greased?"


def test_message_returns_with_all_that_made_it(store, tmp_path):
    conversation = store.create(profile_id="p1", collections=[2, 5])
    store.add(conversation.id, Role.USER, "How often?")
    store.add(conversation.id, Role.ASSISTANT, ANSWER.text, ANSWER)
    again = ConversationStore(tmp_path / "conversations.db")
    assert again.messages(conversation.id)[1].answer == ANSWER
    assert again.conversation(conversation.id).collections == (2, 5)
    again.close()


def test_streaming_text_is_seen_by_another_reader_at_once(store, tmp_path):
    conversation = store.create()
    message = store.add(conversation.id, Role.ASSISTANT, "")
    store.update(message.id, "Every 2,0")
    with sqlite3.connect(tmp_path / "conversations.db") as other:
        assert other.execute("SELECT text FROM message").fetchone() == ("Every 2,0",)


def test_deleted_conversation_lies_in_the_bin_for_thirty_days(store, tmp_path):
    kept, gone, old = (store.create(title) for title in ("kept", "gone", "old"))
    store.delete(old.id)
    store.delete(gone.id)
    assert [c.title for c in store.conversations()] == ["kept"]
    assert store.ids() == [kept.id]
    assert [(c.title, c.removed > 0) for c in store.bin()] == [("gone", True), ("old", True)]
    store.restore(gone.id)
    assert {c.title for c in store.conversations()} == {"kept", "gone"}
    store.delete(gone.id)
    with sqlite3.connect(tmp_path / "conversations.db") as other:
        other.execute("UPDATE conversation SET removed = removed - ? WHERE id = ?", (31 * 86400, old.id))
    store.close()
    again = ConversationStore(tmp_path / "conversations.db")
    assert [c.id for c in again.bin()] == [gone.id]
    again.delete_for_good(kept.id)
    again.delete_for_good(gone.id)
    assert not again.bin()
    assert [c.id for c in again.conversations()] == [kept.id]
    again.close()


def test_exchanges_hold_each_question_as_it_was_searched(store):
    conversation = store.create()
    for question, answer in (
        ("How often is the pump greased?", ANSWER),
        ("and how much?", replace(ANSWER, text="30 g [1].", searched_for="How much grease does the pump get?")),
        ("And by whom?", replace(ANSWER, text="Nothing was found.", basis=Basis.NOTHING_FOUND)),
    ):
        store.add(conversation.id, Role.USER, question)
        store.add(conversation.id, Role.ASSISTANT, answer.text, answer)
    store.add(conversation.id, Role.USER, "Why?")

    assert exchanges_of(store.messages(conversation.id)) == (
        ("How often is the pump greased?", "Every 2,000 hours."),
        ("How much grease does the pump get?", "30 g."),
        ("And by whom?", ""),
        ("Why?", ""),
    )


def test_answer_written_anew_keeps_the_versions_before_and_which_is_in_view(store, tmp_path):
    conversation = store.create()
    question = store.add(conversation.id, Role.USER, "How often?", named=[Mention("Manuals", 2), Mention("pump.pdf")])
    first = store.add(conversation.id, Role.ASSISTANT, ANSWER.text, ANSWER)
    writing = replace(ANSWER, text="", ended=Ending.WRITING)
    begun = store.begin_version(first.id, writing)
    assert (begun.id, begun.text, begun.version, begun.versions) == (first.id, "", 2, 2)
    second = replace(ANSWER, text="Twice a year [1].")
    store.update(first.id, second.text, second)
    store.close()

    again = ConversationStore(tmp_path / "conversations.db")
    assert again.message(question.id).named == (Mention("Manuals", 2), Mention("pump.pdf"))
    assert turns_of(again.messages(conversation.id))[1].text == "Twice a year."
    shown = again.show_version(first.id, 1)
    assert (shown.text, shown.answer, shown.version, shown.versions) == (ANSWER.text, ANSWER, 1, 2)
    assert turns_of(again.messages(conversation.id))[1].text == "Every 2,000 hours."
    assert again.show_version(first.id, 7) == shown
    again.begin_version(first.id, writing)
    assert again.drop_version(first.id).text == second.text

    before = again.messages(conversation.id)
    taken = again.delete_from(question.id)
    again.put_back(taken)
    assert again.messages(conversation.id) == before
    assert again.show_version(first.id, 1).answer == ANSWER
    again.close()


def test_store_holds_every_version_of_a_message_and_nothing_that_only_has_its_id(store):
    conversation = store.create("Seals")
    first = store.add(conversation.id, Role.ASSISTANT, ANSWER.text, ANSWER)
    second = store.begin_version(first.id, replace(ANSWER, text="Twice a year [1]."))
    assert second.text == "Twice a year [1]."
    assert all(store.holds(one) for one in (conversation, first, second))
    store.drop_version(first.id)
    assert (store.holds(first), store.holds(second)) == (True, False)
    store.delete(conversation.id)
    assert store.holds(conversation)
    store.delete_for_good(conversation.id)
    other = store.create("Pumps")
    message = store.add(other.id, Role.USER, "Which pump?")
    assert (other.id, message.id) == (conversation.id, first.id)
    assert [store.holds(one) for one in (conversation, first, other, message)] == [False, False, True, True]


def test_file_of_the_version_before_is_taken_over(tmp_path):
    path = tmp_path / "conversations.db"
    with sqlite3.connect(path) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("INSERT INTO conversation (title, created, changed, removed) VALUES ('old', 1, 1, NULL)")
        db.execute("INSERT INTO message (conversation_id, role, text, created) VALUES (1, 'user', 'How often?', 1)")
        db.execute("PRAGMA user_version = 1")
    db.close()
    store = ConversationStore(path)
    message = store.messages(1)[0]
    assert (message.text, message.named, message.version, message.versions) == ("How often?", (), 1, 1)
    store.close()


def test_search_finds_titles_and_messages_whatever_case_and_marks(store):
    first = store.create("Заміна підшипника")
    second = store.create("Tender terms")
    store.add(second.id, Role.USER, "Smörjfett?")
    assert [c.id for c in store.conversations("ПІДШИПНИКА")] == [first.id]
    assert [c.id for c in store.conversations("smorjfett")] == [second.id]
    assert store.conversations("100 %_") == []


def test_delete_from_cuts_this_conversation_only(store):
    one, two = store.create("one"), store.create("two")
    first = store.add(one.id, Role.USER, "a")
    store.add(two.id, Role.USER, "b")
    store.add(one.id, Role.ASSISTANT, "c")
    store.delete_from(first.id)
    assert store.messages(one.id) == []
    assert [m.text for m in store.messages(two.id)] == ["b"]


def test_full_disk_is_told_where_messages_are_brought_back_and_they_can_be_later(store):
    conversation = store.create("Pumps")
    first = store.add(conversation.id, Role.USER, "How often is it greased?")
    for number in range(50):
        store.add(conversation.id, Role.ASSISTANT, f"Every {number} hours. " * 200)
    before = store.messages(conversation.id)
    taken = store.delete_from(first.id)
    store._db.execute("VACUUM")
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UserError, match=r"^The disk is full"):
        store.put_back(taken)
    assert store.messages(conversation.id) == []
    store._db.execute("PRAGMA max_page_count = 100000")
    store.put_back(taken)
    assert store.messages(conversation.id) == before


def test_what_belongs_together_is_kept_together_or_not_at_all(store):
    conversation = store.create("Pumps")
    first = store.add(conversation.id, Role.USER, "How often is it greased?")
    before = store.messages(conversation.id)
    with pytest.raises(RuntimeError), store.transaction():
        store.delete_from(first.id)
        store.add(conversation.id, Role.USER, "How much grease?")
        raise RuntimeError
    assert store.messages(conversation.id) == before
    with store.transaction():
        store.delete_from(first.id)
        store.add(conversation.id, Role.USER, "How much grease?")
    assert [message.text for message in store.messages(conversation.id)] == ["How much grease?"]


def test_file_of_a_newer_program_is_left_alone(tmp_path):
    path = tmp_path / "conversations.db"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(UserError, match="newer"):
        ConversationStore(path)


def test_damaged_file_is_told_and_kept(tmp_path):
    path = tmp_path / "conversations.db"
    path.write_bytes(b"not a database" * 500)
    with pytest.raises(UserError, match="cannot be read"):
        ConversationStore(path)
    assert path.read_bytes().startswith(b"not a database")


def test_title_is_cut_between_words():
    assert shorten_title("word " * 40).endswith("word…")
    assert len(shorten_title("x" * 300)) == 60


def test_what_was_asked_about_documents_is_kept_and_exported(store):
    conversation = store.create()
    store.add(conversation.id, Role.USER, "List the documents.")
    told = replace(ANSWER, text="Documents: 1 [1].", basis=Basis.CATALOGUE, kind="inventory")
    store.add(conversation.id, Role.ASSISTANT, told.text, told)
    messages = store.messages(conversation.id)
    assert messages[1].answer == told
    assert "The library itself, without a model" in conversation_markdown("", messages)


@pytest.mark.parametrize(
    ("cited", "spoken_of"),
    [
        (["/a", "/a"], ("/a",)),
        (["/b", "/a", "/a"], ("/a", "/b")),
        (["/a", "/a", "/a", "/b", "/c"], ("/a",)),
        (["/a", "/b", "/c"], ()),
        ([], ("/m/pump.pdf",)),
    ],
)
def test_documents_that_the_last_answer_cites_are_spoken_of(store, cited, spoken_of):
    conversation = store.create()
    store.add(conversation.id, Role.USER, "How often?")
    store.add(conversation.id, Role.ASSISTANT, ANSWER.text, ANSWER)
    citations = tuple(replace(ANSWER.citations[0], path=path) for path in cited)
    store.add(conversation.id, Role.ASSISTANT, "Otherwise.", replace(ANSWER, citations=citations))
    assert documents_spoken_of(store.messages(conversation.id)) == spoken_of


def test_answer_returns_as_a_turn_with_what_the_model_read_and_wrote(store):
    conversation = store.create()
    read = Reading(
        "Passages: grease\n\nQuestion: How often?", " Every 2,000 hours [1, 9].", (5, 6), Fitted(1, 2, 4096), 300
    )
    for answer in (ANSWER, replace(ANSWER, reading=read)):
        store.add(conversation.id, Role.USER, "How often?")
        store.add(conversation.id, Role.ASSISTANT, ANSWER.text, answer)
    messages = store.messages(conversation.id)
    assert messages[3].answer.reading == read
    assert turns_of(messages) == (
        Turn(Role.USER, "How often?"),
        Turn(Role.ASSISTANT, "Every 2,000 hours."),
        Turn(Role.USER, "How often?", read.asked),
        Turn(Role.ASSISTANT, "Every 2,000 hours.", read.written, (5, 6)),
    )
    assert (fitted_of(messages), fitted_of(messages[:2])) == (read.fitted, Fitted())
