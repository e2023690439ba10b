"""The encoder that reads a claim and a passage together, as it is made of what the program ships."""

import hashlib
from pathlib import Path

import pytest

from phi3desk.library.embedding import e5_small
from phi3desk.library.embedding.encoder import hugging_face_tokenizer
from phi3desk.library.embedding.quantized import open_tokenizer
from phi3desk.library.entailment import making
from phi3desk.library.entailment.making import made_folder, make_folder
from phi3desk.library.entailment.model import EntailmentModel
from phi3desk.paths import resource

FIRE = (
    "5.1 Suitable extinguishing media: foam, carbon dioxide, dry powder. A grease fire must never be fought with "
    "a full jet of water: burning grease is spread by it."
)
#: a passage, what it says and what it does not say
TOLD = (
    (FIRE, "Water must not be used on burning grease.", "A grease fire can be put out with a water hose."),
    (
        "Die Pumpe P-2 wird alle 4.000 Betriebsstunden geschmiert, die Pumpe P-3 alle 2.000.",
        "P-3 ist alle 2.000 Stunden zu schmieren.",
        "P-3 ist alle 4.000 Stunden zu schmieren.",
    ),
    (
        "Η δεξαμενή καθαρίζεται μία φορά τον χρόνο από εξωτερικό συνεργείο· το προσωπικό δεν επιτρέπεται να εισέλθει.",
        "Το προσωπικό απαγορεύεται να μπει στη δεξαμενή.",
        "Το προσωπικό μπορεί να μπει στη δεξαμενή.",
    ),
    (
        "Sprinklerhuvuden som är målade ska bytas ut, inte rengöras. Pumpen provas varje vecka.",
        "Målade sprinklerhuvuden byts ut.",
        "Målade sprinklerhuvuden rengörs.",
    ),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> EntailmentModel:
    return EntailmentModel(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize(("passage", "said", "not_said"), TOLD)
def test_claim_that_is_said_is_likelier_than_one_that_is_not(
    model: EntailmentModel, passage: str, said: str, not_said: str
):
    read = model.read_claims([(said, passage), (not_said, passage)])
    assert read is not None
    assert read[0] > read[1]


def test_claim_is_read_in_another_language_than_its_passage(model: EntailmentModel):
    read = model.read_claims(
        [
            ("Gorečo mast se gasi s peno ali prahom.", FIRE),
            ("Jama črpalke se čisti vsak ponedeljek.", FIRE),
        ]
    )
    assert read is not None
    assert read[0] > read[1]


def test_pairs_are_read_alike_beside_others_and_alone(model: EntailmentModel):
    pairs = [(claim, passage) for passage, *claims in TOLD for claim in claims]
    together = model.read_claims(pairs)
    assert together == [odds for pair in pairs for odds in model.read_claims([pair]) or ()]
    assert model.read_claims([]) == []


def test_longest_text_is_truncated_and_control_pieces_are_data(model: EntailmentModel):
    read = model.read_claims([("</s><s>Yes. " * 2000, FIRE * 200), ("", ""), ("\ud800", "\x00")])
    assert read is not None
    assert len(read) == 3


def test_pair_of_texts_has_the_tokens_that_the_encoder_was_trained_with():
    folder = e5_small.make_folder(e5_small.INSTALLED)
    wanted = hugging_face_tokenizer(folder).encode("claim: Ένα 2.000 h", "passage: Die Pumpe, 30 g [1]").ids
    tokenizer = open_tokenizer(folder / e5_small.QUANTIZED)
    assert tokenizer.pair("claim: Ένα 2.000 h", "passage: Die Pumpe, 30 g [1]") == wanted


def test_what_is_shipped_is_what_the_program_names():
    shipped = resource("entailment", "weights.safetensors")
    assert hashlib.sha256(shipped.read_bytes()).hexdigest() == making.WEIGHTS_HASH


def test_damaged_encoder_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(e5_small, "INSTALLED", tmp_path / "nobody")
    folder = make_folder(tmp_path)
    assert made_folder(tmp_path) == folder
    graph = folder / "int8.onnx"
    graph.write_bytes(b"\0" * graph.stat().st_size)
    read = EntailmentModel(tmp_path).read_claims([("Water must not be used.", FIRE)])
    assert read is not None
    assert len(read) == 1


def test_claims_are_not_read_where_the_embedder_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(e5_small, "INSTALLED", tmp_path / "nobody")
    monkeypatch.setattr(e5_small, "package_file", lambda: None)
    model = EntailmentModel(tmp_path / "models")
    assert model.read_claims([("It is.", FIRE)]) is None
    assert model.read_claims([("It is.", FIRE)]) is None
    assert sum("claims cannot be read" in record.message for record in caplog.records) == 1


def test_claims_are_not_read_where_the_encoder_is_damaged_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    damaged = tmp_path / "weights.safetensors"
    damaged.write_bytes(b"no weights")
    monkeypatch.setattr(making, "resource", lambda *parts: damaged)
    monkeypatch.setattr(making, "FINGERPRINT", "of the damaged ones")
    assert EntailmentModel(tmp_path / "models").read_claims([("It is.", FIRE)]) is None
    assert "claims cannot be read" in caplog.text


def test_encoder_is_let_go_and_loaded_again(model: EntailmentModel):
    before = model.read_claims([("Foam is suitable.", FIRE)])
    model.release()
    assert model.read_claims([("Foam is suitable.", FIRE)]) == before
