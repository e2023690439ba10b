from __future__ import annotations

import math
import os
import struct
from pathlib import Path

import gguf
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phi3desk.errors import UserError
from phi3desk.model.gguf import inspect, tensors_of
from phi3desk.model.gguf_header import TENSOR_TYPES
from phi3desk.model.starter import find_small_starter
from tests.helpers.corpus import corpus
from tests.helpers.tiny_phi3 import write_tiny_phi3


def _refusal(path: Path, wanted: str = "") -> str:
    with pytest.raises(UserError) as caught:
        inspect(path, wanted)
    return str(caught.value)


def test_inspect_reads_what_the_model_says(tiny_phi3: Path) -> None:
    info = inspect(tiny_phi3, "model")
    assert (info.kind, info.architecture, info.name) == ("model", "phi3", "Tiny Phi3")
    assert (info.blocks, info.context_train, info.embedding_width) == (2, 2048, 64)
    assert info.kv_bytes_per_token == 2 * 2 * 2 * (16 + 16)
    assert info.quantization == "F32"
    assert info.has_template
    assert info.size == tiny_phi3.stat().st_size
    assert info.tensors == 15


def test_inspect_agrees_with_the_gguf_package(tiny_phi3: Path) -> None:
    reader = gguf.GGUFReader(tiny_phi3)
    ours = tensors_of(tiny_phi3)
    assert {tensor.name: int(tensor.n_bytes) for tensor in reader.tensors} == {
        name: tensor.nbytes for name, tensor in ours.items()
    }
    assert all(tuple(tensor.shape) == ours[tensor.name].shape for tensor in reader.tensors)


def test_tensor_sizes_agree_with_the_gguf_package() -> None:
    known = {int(kind): sizes for kind, sizes in gguf.GGML_QUANT_SIZES.items()}
    # Q8_1 is never stored in a file; gguf 0.19 gives it the size it had in 2023
    shared = (set(known) & set(TENSOR_TYPES)) - {int(gguf.GGMLQuantizationType.Q8_1)}
    assert len(shared) > 25
    assert {kind: TENSOR_TYPES[kind][1:] for kind in shared} == {kind: tuple(known[kind]) for kind in shared}


def test_inspect_reads_an_adapter(tiny_adapters: list[Path]) -> None:
    info = inspect(tiny_adapters[0], "adapter")
    assert (info.kind, info.rank, info.alpha, info.base_name) == ("adapter", 4, 8.0, "Tiny Phi3")


def test_inspect_refuses_an_adapter_as_model_and_the_reverse(tiny_phi3: Path, tiny_adapters: list[Path]) -> None:
    assert "is an adapter, not a model" in _refusal(tiny_adapters[0], "model")
    assert "is a model, not an adapter" in _refusal(tiny_phi3, "adapter")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 and more", "a PDF document"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"PK\x03\x04" + b"\0" * 60, "a ZIP archive or PyTorch weights"),
        (b"\x80\x02}q\x00.", "PyTorch weights"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS"),
        (struct.pack("<Q", 20) + b'{"__metadata__":{}}  ', "safetensors"),
        (b"lmgg" + b"\0" * 60, "old GGML"),
        (b"FUGG" + b"\0" * 60, "big-endian"),
        (b"GGUF" + struct.pack(">I", 3) + b"\0" * 60, "big-endian"),
        (b"GGUF" + struct.pack("<I", 1) + b"\0" * 60, "old form"),
        (b"GGUF" + struct.pack("<I", 9) + b"\0" * 60, "newer form"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1), "more entries than any model"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "header is empty"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 50), "impossible length"),
        (b"GG", "is not a GGUF file"),
        (b"just words", "is not a GGUF file"),
    ],
)
def test_inspect_says_what_a_foreign_file_is(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "some.gguf"
    path.write_bytes(content)
    assert words in _refusal(path)


def test_inspect_refuses_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert "is a folder" in _refusal(tmp_path)
    assert "not there" in _refusal(tmp_path / "nothing.gguf")


@pytest.mark.timeout(30)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_inspect_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    assert "is a pipe" in _refusal(tmp_path / "pipe.gguf")


def test_inspect_refuses_a_model_that_is_cut_off(tiny_phi3: Path, tmp_path: Path) -> None:
    raw = tiny_phi3.read_bytes()
    for length in (3, 10, 24, 100, 5000, len(raw) // 2, len(raw) - 100):
        path = tmp_path / f"{length}.gguf"
        path.write_bytes(raw[:length])
        assert "cut off" in (words := _refusal(path)) or "ends too early" in words or "not a GGUF" in words


def _writer(path: Path, architecture: str = "phi3") -> gguf.GGUFWriter:
    return gguf.GGUFWriter(path, architecture)


def _close(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_parts(folder: Path, count: int) -> list[Path]:
    """Write a model's parts as llama-gguf-split does: only the first one says what the model is."""
    paths = [folder / f"big-{number:05d}-of-{count:05d}.gguf" for number in range(1, count + 1)]
    for number, path in enumerate(paths):
        writer = gguf.GGUFWriter(path, "phi3")
        if number == 0:
            writer.add_block_count(1)
            writer.add_tokenizer_model("gpt2")
            writer.add_token_list(["a"])
        else:
            del writer.kv_data[0]["general.architecture"]
        writer.add_uint16("split.no", number)
        writer.add_uint16("split.count", count)
        writer.add_tensor(f"blk.{number}.weight", np.zeros((4, 4), dtype=np.float32))
        _close(writer)
    return paths


def test_inspect_joins_the_parts_of_a_split_model(tmp_path: Path) -> None:
    paths = _write_parts(tmp_path, 3)
    info = inspect(paths[0], "model")
    assert (info.tensors, info.parameters) == (3, 48)
    assert info.size == sum(path.stat().st_size for path in paths)
    assert sorted(tensors_of(paths[0])) == ["blk.0.weight", "blk.1.weight", "blk.2.weight"]
    assert "Choose its first part, “big-00001-of-00003.gguf”" in _refusal(paths[1], "model")


def test_inspect_names_the_missing_parts_of_a_split_model(tmp_path: Path) -> None:
    paths = _write_parts(tmp_path, 3)
    paths[1].unlink()
    for path in (paths[0], paths[2]):
        words = _refusal(path, "model")
        assert "3 parts" in words
        assert "Missing beside it: big-00002-of-00003.gguf." in words
    paths[0].rename(tmp_path / "renamed.gguf")
    assert "its name does not say which" in _refusal(tmp_path / "renamed.gguf", "model")


def test_inspect_refuses_kinds_that_cannot_write(tmp_path: Path) -> None:
    for name, architecture, words in (("clip", "clip", "vision model"), ("bert", "bert", "embedding model")):
        path = tmp_path / f"{name}.gguf"
        writer = _writer(path, architecture)
        writer.add_tensor("token_embd.weight", np.zeros((4, 4), dtype=np.float32))
        _close(writer)
        assert words in _refusal(path, "model")


def test_inspect_refuses_an_adapter_native_code_would_die_of(tmp_path: Path) -> None:
    path = tmp_path / "alpha.gguf"
    writer = _writer(path)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_uint32("adapter.lora.alpha", 8)
    _close(writer)
    assert "is damaged" in _refusal(path, "adapter")


def test_inspect_refuses_a_vocabulary_whose_lists_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "scores.gguf"
    writer = _writer(path)
    writer.add_block_count(1)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["a", "b", "c"])
    writer.add_token_scores([0.0])
    writer.add_tensor("token_embd.weight", np.zeros((4, 4), dtype=np.float32))
    _close(writer)
    assert "vocabulary does not fit" in _refusal(path, "model")


@pytest.mark.parametrize(("old", "new"), [("<0x80>", "<0xZZ>"), ("▁pump", "▁valv")], ids=["no-byte", "twice"])
def test_inspect_refuses_a_vocabulary_native_code_would_die_of(
    tmp_path: Path, tiny_phi3: Path, old: str, new: str
) -> None:
    raw = tiny_phi3.read_bytes()
    listed, changed = (struct.pack("<Q", len(text.encode())) + text.encode() for text in (old, new))
    assert (raw.count(listed), len(listed)) == (1, len(changed))
    path = tmp_path / "changed.gguf"
    path.write_bytes(raw.replace(listed, changed))
    assert "vocabulary does not fit" in _refusal(path, "model")


def test_inspect_refuses_numbers_native_code_would_die_of(tmp_path: Path, tiny_phi3: Path) -> None:
    key = b"phi3.rope.dimension_count" + struct.pack("<I", 4)
    raw = tiny_phi3.read_bytes()
    assert raw.count(key + struct.pack("<I", 16)) == 1
    path = tmp_path / "changed.gguf"
    path.write_bytes(raw.replace(key + struct.pack("<I", 16), key + struct.pack("<I", 272)))
    assert "numbers in its header" in _refusal(path, "model")


def test_inspect_handles_every_corpus_file() -> None:
    for path in sorted(corpus("gguf").rglob("*.gguf")):
        if path.parent.name == "corrupt":
            assert "is damaged" in _refusal(path)
        else:
            assert inspect(path).kind == "vocabulary"
            assert "vocabulary without weights" in _refusal(path, "model")


def test_inspect_knows_the_cache_size_of_phi3_mini() -> None:
    assert inspect(corpus("gguf", "ggml-vocab-phi-3.gguf")).kv_bytes_per_token == 384 * 1024


def test_inspect_accepts_the_starter() -> None:
    starter = find_small_starter()
    if starter is None:
        pytest.skip("the starter model is not installed")
    assert inspect(starter, "model").architecture == "llama"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tiny_phi3(tmp_path_factory.mktemp("small") / "small.gguf").read_bytes()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_inspect_never_fails_otherwise_than_in_words(small: bytes, tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(small)
    for _ in range(data.draw(st.integers(0, 8))):
        # most of the structure is in the first bytes and between vocabulary and weights
        place = data.draw(st.one_of(st.integers(0, 1000), st.integers(0, 20_000), st.integers(0, len(raw) - 1)))
        raw[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.one_of(st.just(len(raw)), st.integers(0, len(raw))))
    path = tmp_path / "mutated.gguf"
    path.write_bytes(raw[:end])
    try:
        inspect(path, data.draw(st.sampled_from(["", "model", "adapter"])))
    except UserError as error:
        assert str(error)


def _write_adapter(path: Path, alpha: float = 8.0, norms: int = 0) -> Path:
    import numpy as np

    writer = _writer(path)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for half, shape in (("lora_a", (4, 32)), ("lora_b", (32, 4))):
        writer.add_tensor(f"blk.0.attn_output.weight.{half}", np.ones(shape, np.float32))
    for block in range(norms):
        writer.add_tensor(f"blk.{block}.attn_norm.weight", np.ones(32, np.float32))
    _close(writer)
    return path


@pytest.mark.parametrize("alpha", [float("nan"), float("inf"), float("-inf")])
def test_inspect_refuses_an_adapter_whose_strength_is_no_number(tmp_path: Path, alpha: float) -> None:
    assert inspect(_write_adapter(tmp_path / "sound.gguf"), "adapter").alpha == 8.0
    assert "is no number" in _refusal(_write_adapter(tmp_path / "alpha.gguf", alpha), "adapter")


def test_inspect_refuses_an_adapter_with_norms_that_have_no_part_in_answers(tmp_path: Path) -> None:
    words = _refusal(_write_adapter(tmp_path / "norms.gguf", norms=4), "adapter")
    assert "4 tensors" in words
    assert "leaves out" in words


@pytest.mark.parametrize(
    ("key", "new", "words"),
    [
        ("phi3.context_length", struct.pack("<II", 4, 15), "too few for any question"),
        ("phi3.attention.layer_norm_rms_epsilon", struct.pack("<If", 6, math.nan), "is impossible"),
        ("phi3.attention.layer_norm_rms_epsilon", struct.pack("<If", 6, -1.0), "is impossible"),
    ],
)
def test_inspect_refuses_impossible_numbers_of_a_model(
    tiny_phi3: Path, tmp_path: Path, key: str, new: bytes, words: str
) -> None:
    raw = bytearray(tiny_phi3.read_bytes())
    at = raw.index(key.encode()) + len(key)
    raw[at : at + len(new)] = new
    path = tmp_path / "changed.gguf"
    path.write_bytes(raw)
    assert words in _refusal(path, "model")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("big.gguf.part1of2", "one of 2 pieces"),
        ("big.gguf.part2of2", "one of 2 pieces"),
        ("big.gguf.001", "one of several pieces"),
        ("big.gguf-split-a", "one of several pieces"),
        ("big.gguf.aa", "one of several pieces"),
    ],
)
def test_inspect_names_the_pieces_of_a_file_that_was_cut_up(
    tiny_phi3: Path, tmp_path: Path, name: str, words: str
) -> None:
    raw = tiny_phi3.read_bytes()
    path = tmp_path / name
    path.write_bytes(raw[len(raw) // 2 :] if "2of2" in name or name.endswith("aa") else raw[: len(raw) // 2])
    assert words in _refusal(path)
