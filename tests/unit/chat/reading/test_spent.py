"""An answer tells what was spent on reading for it: seconds that were allowed, tokens, and each source's share."""

import threading

from phi3desk.chat.answer import finish, write
from phi3desk.chat.messages import MadeBy, Source
from phi3desk.chat.prompt import PromptRequest
from phi3desk.chat.reading.wait import Wait
from phi3desk.chat.series import Speed
from phi3desk.library.documents import Passage
from phi3desk.model.types import Ending, Generation, LoadedModel, Sampling

MODEL = LoadedModel("m", "/m.gguf", "phi3", 4096, 4096, 0, 32, 2_400_000_000, 3_800_000_000, True, "CPU")
FILLER = "This sentence tells of the weather in the valley and of nothing else that anybody asks. "


class Reader:
    """A writer that reads a token in a tenth of a second, and found the first 30 of a prompt in its cache."""

    loaded = MODEL

    def count_turns(self, turns) -> int:
        return sum(4 + len(turn.text.split()) for turn in turns)

    def generate(self, turns, *_, **__) -> Generation:
        tokens = self.count_turns(turns)
        return Generation("30 g [2].", (1,), Ending.STOP, tokens, 30, 0.1 * (tokens - 30), 1.0, 4, 9.0)


def source(n: int, text: str) -> Source:
    return Source(n, Passage(n, n, f"{n}.pdf", f"/{n}.pdf", "", 1, 0, len(text), text))


def spent(wait: Wait | None, speed: float):
    sources = (source(1, FILLER * 20), source(2, FILLER * 10 + "The bearing gets 30 g of grease. " + FILLER * 10))
    seconds = wait.seconds if wait else 0.0
    request = PromptRequest("", sources, (), "How much grease does the bearing get?", budget_s=seconds, fit=1.0)
    nothing = (lambda *_: None, lambda _: None)
    written = write(Reader(), request, Sampling(max_tokens=64), *nothing, threading.Event(), Speed(speed, 9.0))
    answer = finish(written, request.question, sources, MadeBy(), 0.1)
    assert answer.spent is not None and answer.spent == written.spent
    return answer.spent, written


def test_all_is_read_where_no_wait_is_set_or_the_model_is_fast():
    for wait, speed in ((None, 1.0), (Wait.QUICK, 900.0)):
        told, written = spent(wait, speed)
        assert (told.passages, written.sources_read) == (2, (1, 2))
        assert all(not each.text and each.left_out is None for each in told.read)


def test_a_slow_model_reads_what_a_wait_allows_and_tells_each_share():
    told, written = spent(Wait.BALANCED, 10.0)
    assert told.budget_s == 15.0
    assert told.tokens == sum(each.tokens for each in told.read) <= 150 + 10
    assert [each.n for each in told.read] == [1, 2]
    assert [round(each.seconds, 6) for each in told.read] == [round(0.1 * each.tokens, 6) for each in told.read]
    assert "The bearing gets 30 g of grease." in told.read[1].text
    assert told.read[1].text in written.asked


def test_an_answer_without_passages_spends_nothing():
    request = PromptRequest("", (), (), "How much?", budget_s=15.0)
    written = write(
        Reader(), request, Sampling(max_tokens=64), lambda *_: None, lambda _: None, threading.Event(), None
    )
    assert written.spent is None
