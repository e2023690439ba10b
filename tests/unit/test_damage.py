"""Whatever happens to a file of the data folder, the program says a sentence and works again; see the benchmark."""

from pathlib import Path

from tests.benchmarks.damage import prepare, run

#: runs of the benchmark: lists with a flipped bit, cut and gone, databases cut, emptied and noisy, a damaged copy
SEEDS = (2, 7, 9, 10, 12, 22, 24)


def test_damaged_file_ends_in_a_sentence_and_a_working_program(tmp_path: Path):
    filled, expected = prepare(tmp_path)
    ends = {seed: run(filled, expected, tmp_path / f"run-{seed}", seed) for seed in SEEDS}
    assert {seed: wrong for seed, (_, wrong) in ends.items() if wrong} == {}
    assert sum("nothing said" not in done for done, _ in ends.values()) >= 4
