"""Corpora and releases that many tests start from: copies, so that a test may spoil its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from corpus_kit.build import BuildResult, build_release, build_text_free
from corpus_kit.corpus import load_corpus
from corpus_kit.init import make_corpus

REPOSITORY = Path(__file__).parents[1]
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

COLLECTIONS = '[collections]\ncomposed = "seeds/composed"\n\n'
CORPUS_PARTS = ("corpus.toml", "DATASET_CARD.md", "seeds", "annotations", "baselines")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of this repository, which is a corpus. Tests only read it."""
    return REPOSITORY


def copy_corpus(target: Path) -> Path:
    """A copy of the five-article corpus without its final versions, so that a test may change it as it likes.

    It is without its collection, too, which would take much longer to build than all else.
    """
    target.mkdir()
    for part in CORPUS_PARTS:
        source = REPOSITORY / part
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__", "composed"))
        else:
            shutil.copy(source, target / part)
    settings = target / "corpus.toml"
    text = settings.read_text("utf-8")
    assert COLLECTIONS in text
    settings.write_text(text.replace(COLLECTIONS, ""), "utf-8")
    return target


@pytest.fixture
def corpus_dir(tmp_path: Path) -> Path:
    """A copy of the five-article corpus."""
    return copy_corpus(tmp_path / "corpus")


@pytest.fixture
def example_dir(tmp_path: Path) -> Path:
    """A copy of the example corpus."""
    return make_corpus(tmp_path / "example", with_example=True)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    """A release of the five-article corpus. Tests only read it."""
    folder = tmp_path_factory.mktemp("built")
    return build_release(load_corpus(copy_corpus(folder / "corpus")), out=folder / "dist")


@pytest.fixture(scope="session")
def text_free(built: BuildResult) -> Path:
    """The text-free release of the five-article corpus, beside the full one. Tests only read it."""
    corpus = load_corpus(built.path.parents[2] / "corpus")
    return build_text_free(corpus, out=built.path.parents[1]).path


@pytest.fixture
def release_dir(built: BuildResult, tmp_path: Path) -> Path:
    """A copy of that release."""
    return Path(shutil.copytree(built.path, tmp_path / "release"))


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replace a string that stands in a file, once."""

    def replace(path: Path, old: str, new: str) -> None:
        text = path.read_bytes().decode("utf-8")
        assert old in text, f"{old!r} is not in {path}"
        path.write_bytes(text.replace(old, new, 1).encode("utf-8"))

    return replace
