import itertools

from phi3desk.model.llama.drafting import MOST_DRAFTED, Drafter, Pace

PASSAGE = list(range(100, 160))
BARRED = {1}


def pace(cost_of_more: float, tokens: int = 64) -> Pace:
    """Return what is known where each further token read at once costs such a share of one alone."""
    known = Pace()
    for _ in range(5):
        known.took(1, 0.1)
    known.took_to_read(2 * tokens, tokens, 0.2 * (1 + cost_of_more * (tokens - 1)))
    return known


def copied(drafter: Drafter, tokens: list[int]) -> list[int]:
    """Return how many tokens were guessed before each token of an answer."""
    counts = []
    for token in tokens:
        counts.append(len(drafter.draft(MOST_DRAFTED)))
        drafter.add(token)
    return counts


def test_drafter_guesses_what_follows_in_the_prompt():
    drafter = Drafter([*PASSAGE, 1, 2, 3], BARRED, pace(0.05))
    assert drafter.draft(8) == []
    for token in (7, *PASSAGE[8:12]):
        drafter.add(token)
    assert drafter.draft(4) == PASSAGE[12:16]
    assert drafter.draft(0) == []
    drafter.add(PASSAGE[12])
    assert drafter.draft(2) == PASSAGE[13:15]
    drafter.add(9)
    assert drafter.draft(8) == []


def test_drafter_goes_on_from_the_latest_place_with_the_longest_agreement():
    drafter = Drafter([5, 6, 7, 8, 9, 6, 7, 20, 21, 2, 3], BARRED, pace(0.05))
    drafter.add(6)
    drafter.add(7)
    assert drafter.draft(2) == [20, 21]
    longer = Drafter([5, 6, 7, 8, 9, 6, 7, 20, 21, 2, 3], BARRED, pace(0.05))
    for token in (5, 6, 7):
        longer.add(token)
    assert longer.draft(2) == [8, 9]


def test_drafter_guesses_no_marker_and_nothing_past_the_end():
    drafter = Drafter([10, 11, 12, 13, 1, 14, 15], BARRED, pace(0.0))
    drafter.add(10)
    drafter.add(11)
    assert drafter.draft(8) == [12, 13]
    drafter = Drafter([10, 11, 12], BARRED, pace(0.0))
    drafter.add(10)
    drafter.add(11)
    assert drafter.draft(8) == [12, 10, 11]


def test_longer_drafts_where_the_answer_copies_and_none_where_it_does_not():
    known = pace(0.25)
    longest = max(copied(Drafter([*PASSAGE, 2], BARRED, known), PASSAGE))
    assert longest >= 7
    # every agreement of the prompt goes on differently in the answer
    prompt = [token for number in range(40) for token in (10, 11, 12, 200 + number)]
    answer = [token for number in range(60) for token in (10, 11, 12, 300 + number)]
    told = Drafter(prompt, BARRED, known)
    counts = copied(told, answer)
    wasted = [count for count, token in zip(counts, answer, strict=True) if token >= 300]
    assert not any(wasted[-20:])
    # it is noticed without a guess being read that copying has begun again
    assert max(copied(told, [*PASSAGE, *answer, *PASSAGE])) >= 3


def test_nothing_is_guessed_where_reading_more_at_once_costs_as_much():
    assert not any(copied(Drafter([*PASSAGE, 2], BARRED, pace(0.95)), PASSAGE))
    assert not any(copied(Drafter([*PASSAGE, 2], BARRED, Pace()), PASSAGE))


def test_costs_are_learned_while_writing():
    known = pace(0.05)
    # the end of a prompt whose beginning was in the cache is read token by token, nearly
    known.took_to_read(2, 64, 0.2)
    assert known.cost(16) < 2
    before = [known.cost(count) for count in range(1, 65)]
    assert before == sorted(before)
    for _ in range(8):
        known.took(16, 1.6)
        known.took(8, 0.8)
    assert known.cost(16) > 14
    assert known.cost(12) > 10
    assert known.length(20) < 7
    for _ in range(6):
        known.begin()
    assert known.cost(16) < 3
    assert all(one <= other for one, other in itertools.pairwise(known.cost(count) for count in range(1, 9)))
