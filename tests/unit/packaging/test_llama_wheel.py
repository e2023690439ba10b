"""llama.cpp comes from its author's index of built wheels where one works on this machine, and is compiled else."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
import sysconfig
import threading
import venv
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

import install  # noqa: E402
import llama_wheel  # noqa: E402
from llama_wheel import LEAN, LlamaCpp, Site, plan  # noqa: E402
from machine import WHEEL_FEATURES, Card, Machine, card_of, compilers, old_system, this_machine  # noqa: E402
from progress import Log  # noqa: E402

FULL = frozenset({*WHEEL_FEATURES, "avx512f"})
LAPTOP = Machine("Linux", "x86_64", FULL)
RTX = Card("NVIDIA GeForce RTX 3060", (8, 6), (12, 4))
REQUIREMENT = "llama-cpp-python>=0.3.36,<0.4"
LIBRARIES = Path(importlib.util.find_spec("llama_cpp").origin).parent / "lib"  # type: ignore[union-attr, arg-type]
TAG = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


class Silent(SimpleHTTPRequestHandler):
    """Serves files; a path with "stalls" in it never gets its answer until the server goes."""

    going = threading.Event()

    def do_GET(self) -> None:
        if "stalls" in self.path:
            self.going.wait(60)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Return the folder and the address of an index that looks like the author's."""
    folder = tmp_path_factory.mktemp("index")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    Silent.going.set()
    server.shutdown()
    server.server_close()
    thread.join()


class SiteWithoutPip(Site):
    """An environment that the pip of the tests installs into: to put one into each takes longer than the tests."""

    def pip(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pip", "--python", str(self.python), *arguments]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an empty environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.fixture
def site(python: Path, index: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(llama_wheel, "SILENCE_S", 1)
    log = Log(tmp_path / "install.log")
    log.begin()
    # what this machine's pip is set to must not find a wheel elsewhere
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_CACHE_DIR": str(tmp_path / "cache")}
    environment.pop("CMAKE_ARGS", None)
    return SiteWithoutPip(python, log, REQUIREMENT, index[1], environment)


def publish(folder: Path, version: str, tag: str, change: Callable[[Path], object] | None = None) -> None:
    """Put a wheel of llama.cpp as it is installed here into a folder of the index, changed where that is wanted."""
    page = folder / "llama-cpp-python"
    page.mkdir(parents=True, exist_ok=True)
    libraries = page / "lib"
    names = {f.name for stem in ("ggml", "llama") for f in LIBRARIES.glob(f"*{stem}*") if not f.is_symlink()}
    libraries.mkdir()
    for name in names:
        shutil.copy2(LIBRARIES / name, libraries / name)
    if change:
        change(libraries)
    wheel = page / f"llama_cpp_python-{version}-{tag}.whl"
    info = f"llama_cpp_python-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("llama_cpp/__init__.py", "")
        for file in sorted(libraries.iterdir()):
            archive.write(file, f"llama_cpp/lib/{file.name}")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: llama_cpp_python\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    shutil.rmtree(libraries)
    links = "".join(f'<a href="{file.name}">{file.name}</a><br>' for file in sorted(page.glob("*.whl")))
    (page / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>", encoding="utf-8")


def without_a_library(libraries: Path) -> None:
    for file in libraries.glob("*ggml-base*"):
        file.unlink()


def with_an_unknown_instruction(libraries: Path) -> None:
    """Make the computing begin with an instruction that no processor has, as AVX2 is one to a processor without it."""
    for file in libraries.glob("*ggml-cpu*"):
        code = ctypes.cast(ctypes.CDLL(str(file)).ggml_graph_compute_with_ctx, ctypes.c_void_p).value
        found = ctypes.string_at(code, 48)
        content = file.read_bytes()
        assert content.count(found) == 1
        # another file: the one that is loaded above stays as it is
        file.unlink()
        file.write_bytes(content.replace(found, b"\x0f\x0b" + found[2:]))


@pytest.mark.parametrize(
    ("machine", "environment", "folders", "options", "words"),
    [
        (LAPTOP, {}, ("cpu",), (), "ready-made"),
        (Machine("Windows", "x86_64", FULL), {}, ("cpu",), (), "ready-made"),
        (Machine("Linux", "x86_64", FULL - {"f16c"}), {}, (), (), "F16C"),
        (Machine("Linux", "arm64", frozenset({"asimddp"})), {}, (), (), "faster instructions"),
        (Machine("Darwin", "arm64"), {}, ("metal",), (), "Metal"),
        (Machine("Darwin", "x86_64"), {}, (), (), "compiled here"),
        (Machine("Linux", "x86_64", FULL, RTX), {}, ("cu124", "cu123", "cpu"), (), "toolkit"),
        (Machine("Linux", "x86_64", FULL, RTX, "/opt/cuda/bin/nvcc"), {}, (), ("-DGGML_CUDA=on",), "takes longer"),
        (Machine("Linux", "x86_64", FULL, None, "/opt/cuda/bin/nvcc"), {}, ("cpu",), (), "ready-made"),
        (LAPTOP, {"CMAKE_ARGS": "-DGGML_VULKAN=on"}, (), (), "CMAKE_ARGS"),
        (LAPTOP, {"PHI3DESK_COMPILE": "1"}, (), (), "PHI3DESK_COMPILE"),
    ],
)
def test_where_it_comes_from_is_decided_by_the_machine(
    machine: Machine, environment: dict[str, str], folders: tuple[str, ...], options: tuple[str, ...], words: str
) -> None:
    decided = plan(machine, environment)

    assert decided.folders == folders
    assert decided.options[: len(options)] == options and bool(decided.options) == bool(options)
    assert words in decided.why


def test_wheels_for_cuda_are_those_that_card_and_driver_run() -> None:
    assert llama_wheel.cuda_folders(Card("GTX 1080", (6, 1), (13, 0))) == ("cu125", "cu124")
    assert llama_wheel.cuda_folders(Card("RTX 5090", (12, 0), (13, 1))) == ("cu130", "cu125")
    assert llama_wheel.cuda_folders(Card("GTX 780", (3, 5), (11, 4))) == ()
    assert llama_wheel.cuda_folders(None) == ()


def test_card_is_read_from_what_the_driver_tells() -> None:
    report = "| NVIDIA-SMI 550.54.15    Driver Version: 550.54.15    CUDA Version: 12.4     |\n"

    assert card_of("NVIDIA GeForce RTX 3060, 8.6\nNVIDIA H200, 9.0\n", report) == RTX
    assert card_of("NVIDIA H200, 9.0\n", "") == Card("NVIDIA H200", (9, 0), (0, 0))
    assert card_of("No devices were found\n", report) is None
    assert card_of("", report) is None


def test_system_older_than_its_libraries_is_told_what_runs() -> None:
    assert old_system((3, 11), "Linux", "x86_64", (2, 28)) == ""
    assert old_system((3, 12), "Linux", "x86_64", (2, 34)) == ""
    assert old_system((3, 12), "Linux", "x86_64", ()) == ""
    assert old_system((3, 12), "Windows", "x86_64", (10,)) == ""
    assert "glibc 2.34 or newer, and this system has 2.31" in old_system((3, 12), "Linux", "x86_64", (2, 31))
    assert "python3.11" in old_system((3, 13), "Darwin", "arm64", (13, 6, 1))


def test_compilers_are_no_more_than_cores_and_memory_bear() -> None:
    gib = 1 << 30
    assert [compilers(8, 64 * gib), compilers(8, 4 * gib), compilers(4, gib // 2), compilers(2, 0)] == [8, 4, 1, 2]


def test_versions_fit_as_pip_has_it() -> None:
    assert llama_wheel.fits("0.3.36", REQUIREMENT) and llama_wheel.fits("0.3.100", REQUIREMENT)
    assert not any(llama_wheel.fits(version, REQUIREMENT) for version in ("0.3.9", "0.4", "0.4.1", "0.3.40rc1", ""))
    with pytest.raises(ValueError, match="~="):
        llama_wheel.fits("0.3.36", "llama-cpp-python~=0.3")


@pytest.mark.skipif(sys.platform != "linux", reason="the changed library is an ELF file of x86-64")
@pytest.mark.skipif(this_machine().processor != "x86_64", reason="the unknown instruction is one of x86-64")
def test_ready_made_wheel_is_taken_only_where_it_computes(
    site: Site, index: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = index
    llama_cpp = LlamaCpp(site, LAPTOP)

    def outcome() -> str:
        assert llama_cpp.get_ready_made() is not bool(llama_wheel.problem_of(site))
        return capsys.readouterr().out

    publish(folder / "cpu", "0.3.36", "cp39-cp39-" + TAG.split("-")[2])
    publish(folder / "cpu", "0.3.36", "py3-none-win_amd64")
    publish(folder / "cpu", "0.2.90", TAG)
    assert "No ready-made one fits" in outcome()
    publish(folder / "cpu", "0.3.36", TAG, without_a_library)
    assert "libggml-base" in outcome()
    publish(folder / "cpu", "0.3.37", TAG, with_an_unknown_instruction)
    assert "instructions that this processor does not have" in outcome()
    publish(folder / "cpu", "0.3.38", TAG)
    assert "Installed the ready-made llama.cpp (cpu, 0.3.38)" in outcome()
    assert llama_cpp.is_there()


def test_index_that_does_not_answer_is_given_up_soon(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    for address in (f"{site.index}/stalls", "http://127.0.0.1:9", "http://nowhere.invalid", ""):
        llama_cpp = LlamaCpp(replace(site, index=address), LAPTOP)
        assert not llama_cpp.get_ready_made()
        assert "cannot be reached" in capsys.readouterr().out


def test_torch_for_the_processor_is_taken_where_its_index_answers(
    index: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "TORCH_INDEX", index[1])
    assert install.torch_options(LAPTOP) == ["--extra-index-url", index[1]]
    assert install.torch_options(Machine("Darwin", "arm64")) == []
    monkeypatch.setattr(install, "TORCH_INDEX", "http://127.0.0.1:9")
    assert install.torch_options(LAPTOP) == []


def test_compiling_falls_back_and_keeps_what_it_made(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The compiler, which takes minutes, is one that cannot do what we leave out, as with a future version."""
    tried: list[tuple[str, ...]] = []

    def compile_wheel(_: Site, options: tuple[str, ...], folder: Path, on_line: Callable[[str], object]) -> int:
        tried.append(tuple(options))
        on_line("  [42/84] /usr/bin/c++ -c llama.cpp\n")
        if options:
            return 1
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"llama_cpp_python-0.3.36-{TAG}.whl").write_bytes(b"")
        return 0

    kept = llama_wheel.kept_folder(site)
    monkeypatch.setattr(llama_wheel, "kept_folder", lambda _: kept)
    put_in: list[Path] = []
    monkeypatch.setattr(llama_wheel, "compile_wheel", compile_wheel)
    monkeypatch.setattr(llama_wheel, "put_in", lambda _, wheel: put_in.append(wheel))
    monkeypatch.setattr(llama_wheel, "problem_of", lambda _: "")
    machine = Machine("Linux", "x86_64", FULL, RTX, "/opt/cuda/bin/nvcc")
    for _ in range(2):
        llama_cpp = LlamaCpp(site, machine)
        llama_cpp.begin_compiling()
        assert llama_cpp.finish() == ""

    card = ("-DGGML_CUDA=on", "-DCMAKE_CUDA_COMPILER=/opt/cuda/bin/nvcc")
    assert tried == [(*LEAN, *card), LEAN, (), (*LEAN, *card), LEAN]  # the second time the kept one is taken
    del tried[:]
    problems = ["it is damaged", ""]
    monkeypatch.setattr(llama_wheel, "problem_of", lambda _: problems.pop(0))
    llama_cpp.begin_compiling()
    assert llama_cpp.finish() == "" and tried[-1] == () and len(tried) == 5
    assert put_in[0] == put_in[1] and Path(site.environment["PIP_CACHE_DIR"]) in put_in[0].parents
    assert "compiled here before" in capsys.readouterr().out


def test_kept_wheel_is_another_one_for_another_build(site: Site) -> None:
    plain = llama_wheel.key_of(LEAN, {}, LAPTOP)

    assert plain == llama_wheel.key_of(LEAN, {"PATH": "/bin"}, LAPTOP)
    others = [
        llama_wheel.key_of((), {}, LAPTOP),
        llama_wheel.key_of(LEAN, {"CMAKE_ARGS": "-DGGML_VULKAN=on"}, LAPTOP),
        llama_wheel.key_of(LEAN, {}, Machine("Linux", "x86_64", FULL - {"avx512f"})),
        llama_wheel.key_of((*LEAN, "-DGGML_CUDA=on"), {}, LAPTOP),
    ]
    assert len({plain, *others}) == 5


def test_cuda_libraries_lie_where_the_build_looks_for_them(tmp_path: Path) -> None:
    """As the packages lay them out: CUDA 12 in a folder for each library, 13 in one; Windows in bin."""
    target = tmp_path / "llama_cpp" / "lib"
    target.mkdir(parents=True)
    (target / "libllama.so").write_bytes(b"llama")
    files = (
        "nvidia/cuda_runtime/lib/libcudart.so.12", "nvidia/cublas/lib/libcublas.so.12",
        "nvidia/cu13/lib/libcublasLt.so.13", "nvidia/cublas/bin/cublas64_12.dll", "nvidia/cublas/include/cublas.h",
    )  # fmt: skip
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(file.encode())

    for _ in range(2):
        llama_wheel.link_libraries(tmp_path / "nvidia", target)

    names = {"libllama.so", "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.13", "cublas64_12.dll"}
    assert {file.name for file in target.iterdir()} == names
    assert (target / "libcudart.so.12").read_bytes() == files[0].encode()
