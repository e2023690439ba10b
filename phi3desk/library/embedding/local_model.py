"""Describes the embedding model of a folder that is laid out as sentence-transformers does it; loads nothing of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phi3desk.errors import UserError
from phi3desk.file_hash import sha256

#: The languages XLM-RoBERTa was trained on (Conneau et al., arXiv 1911.02116, appendix A); what is taken for the
#: languages of a model that is multilingual, or does not say.
ALL_LANGUAGES = frozenset((
    "af", "am", "ar", "as", "az", "be", "bg", "bn", "br", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "eo",
    "es", "et", "eu", "fa", "fi", "fr", "fy", "ga", "gd", "gl", "gu", "ha", "he", "hi", "hr", "hu", "hy", "id",
    "is", "it", "ja", "jv", "ka", "kk", "km", "kn", "ko", "ku", "ky", "la", "lo", "lt", "lv", "mg", "mk", "ml",
    "mn", "mr", "ms", "my", "nb", "ne", "nl", "nn", "no", "om", "or", "pa", "pl", "ps", "pt", "ro", "ru", "sa",
    "sd", "si", "sk", "sl", "so", "sq", "sr", "su", "sv", "sw", "ta", "te", "th", "tl", "tr", "ug", "uk", "ur",
    "uz", "vi", "xh", "yi", "zh",
))  # fmt: skip
#: What decides the vectors beside the files of a folder: raised when the way in which they are computed changes.
_COMPUTED_AS = "1"
_QUESTION_PROMPTS = ("query", "retrieval.query", "question", "search_query")
_PASSAGE_PROMPTS = ("passage", "document", "retrieval.passage", "search_document")
_LARGEST_HEADER = 100_000_000


@dataclass(frozen=True)
class EmbedderDescription:
    """What is known of an embedder without loading it; `fingerprint` changes with whatever changes its vectors."""

    name: str
    fingerprint: str
    folder: Path
    dimensions: int
    max_tokens: int
    languages: frozenset[str]
    question_prefix: str
    passage_prefix: str
    megabytes: int


def describe(
    folder: Path,
    name: str | None = None,
    question_prefix: str | None = None,
    passage_prefix: str | None = None,
    languages: Iterable[str] | None = None,
) -> EmbedderDescription:
    """Return what a folder holds; reads the weights once for their hash (a second for each gigabyte or two).

    What is given beside the folder replaces what its files say. UserError where there is no model of
    sentence-transformers, or one that is not to be trusted or not whole.
    """
    if not (folder / "modules.json").is_file():
        raise UserError(
            "{folder} holds no embedding model. Choose the folder of a sentence-transformers model: it has a file "
            "modules.json.",
            folder=str(folder),
        )
    model = _Folder(folder)
    model.check()
    known = _known_prefixes(model, name or _name(folder))
    question = question_prefix if question_prefix is not None else known[0]
    passage = passage_prefix if passage_prefix is not None else known[1]
    return EmbedderDescription(
        name=name or _name(folder),
        fingerprint=model.fingerprint(question, passage),
        folder=folder,
        dimensions=model.dimensions(),
        max_tokens=model.max_tokens(),
        languages=frozenset(languages) if languages is not None else _languages(folder),
        question_prefix=question,
        passage_prefix=passage,
        megabytes=round(sum(file.stat().st_size for file in model.weights()) / 1e6),
    )


class _Folder:
    """The files of one model."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules = self._read("modules.json", list)
        self._config = self._read("config.json", dict)

    def check(self) -> None:
        """Raise UserError where the model cannot be used, for its own code, its pickles or what is missing."""
        if not self._modules or not all(isinstance(module, dict) for module in self._modules):
            raise self._damaged("modules.json")
        kinds = [str(module.get("type", "")) for module in self._modules]
        has_code = any("auto_map" in self._read(name, dict, {}) for name in ("config.json", "tokenizer_config.json"))
        if has_code or not all(kind.startswith("sentence_transformers.") for kind in kinds):
            raise UserError(
                "The model in {folder} runs only with program code of its own, which is not run here. Choose a model "
                "that sentence-transformers knows by itself.",
                folder=str(self._folder),
            )
        if not kinds[0].endswith(".Transformer"):
            raise UserError(
                "The model in {folder} is of a kind that is not known here. Choose one whose first part is a "
                "transformer.",
                folder=str(self._folder),
            )
        for index, part in enumerate(self._module_folders()):
            self._check_weights(part, is_needed=index == 0)
        self._read("tokenizer.json", dict)

    def weights(self) -> list[Path]:
        """Return the files of the weights, in the order of their names."""
        return sorted({file for part in self._module_folders() for file in part.glob("*.safetensors")})

    def fingerprint(self, *prefixes: str) -> str:
        """Return the hash of everything that decides the vectors."""
        decisive = ["config.json", "tokenizer.json", "modules.json", "sentence_bert_config.json"]
        files = {self._folder / name for name in decisive} | set(self.weights())
        files |= {part / "config.json" for part in self._module_folders()}
        digests = {file.relative_to(self._folder).as_posix(): sha256(file) for file in sorted(files) if file.is_file()}
        told = json.dumps([_COMPUTED_AS, digests, prefixes], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def dimensions(self) -> int:
        """Return the length of a vector."""
        length = _number(self._config, "hidden_size", "dim", "d_model", "n_embd")
        for module, part in zip(self._modules, self._module_folders(), strict=True):
            kind = str(module["type"]).rsplit(".", 1)[-1]
            settings = self._read((part / "config.json").relative_to(self._folder).as_posix(), dict, {})
            if kind == "Pooling":
                modes = sum(name.startswith("pooling_mode_") and on is True for name, on in settings.items())
                length = length or _number(settings, "word_embedding_dimension", "embedding_dimension")
                length *= max(1, modes)
            elif kind == "Dense":
                length = _number(settings, "out_features") or length
        if not length:
            raise self._damaged("config.json")
        return length

    def max_tokens(self) -> int:
        """Return how many tokens of a text the model reads."""
        positions = _number(self._config, "max_position_embeddings", "n_positions") or 512
        if self._config.get("model_type") in ("roberta", "xlm-roberta", "camembert", "mpnet"):
            # their first two positions are taken
            positions -= 2
        told = _number(self._read("sentence_bert_config.json", dict, {}), "max_seq_length")
        told = told or _number(self._read("tokenizer_config.json", dict, {}), "model_max_length")
        return min(told, positions) if told else positions

    def prompts(self) -> Mapping[str, Any]:
        """Return the texts the model wants to be put before others, by their names."""
        prompts = self._read("config_sentence_transformers.json", dict, {}).get("prompts")
        return prompts if isinstance(prompts, dict) else {}

    def origin(self) -> str:
        """Return where the model says it comes from."""
        return str(self._config.get("_name_or_path", ""))

    def _module_folders(self) -> list[Path]:
        root = self._folder.resolve()
        folders = [(root / str(module.get("path", ""))).resolve() for module in self._modules]
        if not all(folder.is_relative_to(root) for folder in folders):
            raise self._damaged("modules.json")
        return [self._folder / folder.relative_to(root) for folder in folders]

    def _check_weights(self, part: Path, is_needed: bool) -> None:
        files = sorted(part.glob("*.safetensors"))
        pickled = [file for pattern in ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt") for file in part.glob(pattern)]
        if not files and pickled:
            raise UserError(
                "The weights in {folder} are kept as {name}, a kind of file that can run program code, and are not "
                "opened. Choose a model that is kept as .safetensors.",
                folder=str(self._folder),
                name=pickled[0].name,
            )
        if not files and is_needed:
            raise self._missing("model.safetensors")
        for file in files:
            if not _is_whole(file):
                raise self._damaged(file.name)

    def _read(self, name: str, kind: type, missing: Any = None) -> Any:
        """Return what a JSON file holds; `missing` where it is not there and need not be."""
        try:
            content = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            if missing is not None:
                return missing
            raise self._missing(name) from error
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(name) from error
        if not isinstance(content, kind):
            raise self._damaged(name)
        return content

    def _missing(self, name: str) -> UserError:
        return UserError(
            "The model in {folder} cannot be used: {name} is missing. Fetch the model again.",
            folder=str(self._folder),
            name=name,
        )

    def _damaged(self, name: str) -> UserError:
        return UserError(
            "The model in {folder} cannot be used: {name} is damaged or not complete. Fetch the model again.",
            folder=str(self._folder),
            name=name,
        )


def _name(folder: Path) -> str:
    """Return the name of a folder, or of its model where it lies in the cache of Hugging Face."""
    for part in folder.absolute().parts[::-1]:
        if part.startswith("models--"):
            return part.rsplit("--", 1)[-1]
    return folder.absolute().name


def _known_prefixes(model: _Folder, name: str) -> tuple[str, str]:
    """Return what stands before questions and passages: as the model says, or as is known of its family."""
    prompts = model.prompts()
    question, passage = (
        next((str(prompts[key]) for key in keys if isinstance(prompts.get(key), str)), "")
        for keys in (_QUESTION_PROMPTS, _PASSAGE_PROMPTS)
    )
    if question or passage:
        return question, passage
    called = f"{name} {model.origin()}".lower()
    is_e5 = re.search(r"\be5-(small|base|large)", called) and "instruct" not in called
    return ("query: ", "passage: ") if is_e5 else ("", "")


def _languages(folder: Path) -> frozenset[str]:
    """Return the languages that the head of a README.md names; all where it names none or calls itself multilingual."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace")[:20_000]
    except OSError:
        return ALL_LANGUAGES
    head = re.match(r"\ufeff?---\s*\n(.*?)\n---\s*(\n|$)", text, re.DOTALL)
    named = re.search(r"^language:[ \t]*(.*(?:\n[ \t]*-[ \t]*.+)*)", head[1], re.MULTILINE) if head else None
    found = re.findall(r"[A-Za-z][A-Za-z_-]*", named[1]) if named else []
    codes = frozenset(re.split("[-_]", code.lower())[0] for code in found)
    return codes if codes and all(len(code) <= 3 for code in codes) else ALL_LANGUAGES


def _number(settings: Mapping[str, Any], *names: str) -> int:
    """Return the first of some settings that is a sensible number; 0 where none is."""
    for name in names:
        value = settings.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1_000_000:
            return value
    return 0


def _is_whole(file: Path) -> bool:
    """Return whether a file of safetensors is as long as its header says."""
    try:
        with open(file, "rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            if length > _LARGEST_HEADER:
                return False
            header = json.loads(opened.read(length))
        end = max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__")
        return bool(8 + length + end == file.stat().st_size)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False
