"""What `make bench-model` rests on: processes that do steps in turn, conversations as the window leads them, shares."""

import os
from pathlib import Path

from phi3desk.chat.prompt import Completion
from phi3desk.model.types import Ending, Generation, Role
from tests.benchmarks.engine.bench import SHORTEST, sources
from tests.benchmarks.engine.conversations import Talk
from tests.benchmarks.engine.partner import partner
from tests.benchmarks.engine.program import Written
from tests.benchmarks.table import share

SCRIPT = """
import os, sys
kept = []
def keep(number):
    print("a library prints this")
    kept.append(number)
    return {"kept": kept, "home": os.environ["HERE"]}
def end():
    sys.exit()
STEPS = {"keep": keep, "end": end}
"""


def test_partner_does_steps_in_one_process_and_tells_of_its_end(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with partner(script, tmp_path, {**os.environ, "HERE": "there"}) as process:
        assert process.do("keep", number=1) == {"kept": [1], "home": "there"}
        assert process.do("keep", number=2)["kept"] == [1, 2]
        try:
            process.do("end")
        except RuntimeError as error:
            assert "end" in str(error)
        else:
            raise AssertionError("the end was not told")


def test_share_is_reached_from_its_least_on_and_shown_below_one():
    short, enough = (share("writing", speed, "tokens/s", 10, "bare loop", 0.97) for speed in (9.6, 9.8))
    assert (short.reached, enough.reached) == (False, True)
    assert (short.cells()[3], enough.cells()[3]) == ("0.96", "0.98")


def test_talk_carries_what_was_said_before():
    passages = sources(1200)
    assert 900 < sum(len(source.passage.text) for source in passages) <= 1200
    assert all(len(source.passage.text) > SHORTEST for source in passages)
    assert not {source.passage.text for source in passages} & {each.passage.text for each in sources(1200, 20)}
    for small in (False, True):
        talk = Talk(small=small)
        request = talk.request("How often?", passages)
        assert (
            (request.sources, passages[0].passage.text in request.question) == ((), True)
            if small
            else (passages, False)
        )
        generation = Generation("Daily.", (1, 2), Ending.STOP, 9, 0, 0.1, 0.2, 2, 5.0)
        read = tuple(source.n for source in request.sources)
        talk.keep(request, Written(Completion(generation, read, 0), 0.2, 0.1))
        after = talk.request("And then?", ())
        assert [(turn.role, turn.text) for turn in after.history] == [
            (Role.USER, request.question),
            (Role.ASSISTANT, "Daily."),
        ]
