"""Models that turn a text into a vector, read from a folder on this machine; nothing is downloaded."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.extras import ModelKind, find_model_folder, hide_bars, import_extra
from corpus_kit.errors import ClassifierError, CorpusKitError

KIND = ModelKind("embedding model", "a model of model2vec or sentence-transformers", "CORPUS_KIT_EMBEDDINGS")
BATCH_TEXTS = 1024
_STATIC_WEIGHTS = ("model.safetensors", "0_StaticEmbedding/model.safetensors")
_STATIC_TENSORS = frozenset({"embeddings", "embedding.weight"})


class Encoder(Protocol):
    """A model that turns texts into vectors.

    Attributes:
        sha256: of its weights, see `extras.hash_weights`.
    """

    sha256: str

    def encode(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """An array of shape (texts, dimensions)."""

    def measure_bytes(self) -> int:
        """The size of its parameters."""


def load_encoder(path: Path | str | None, environment: Mapping[str, str], weights_sha256: str | None = None) -> Encoder:
    """The model in a folder, or in the one that `CORPUS_KIT_EMBEDDINGS` names: of model2vec or sentence-transformers.

    It is read once per process. A ClassifierError where none is named, the folder is none or holds no model, its
    weights are others than is asked, or the library is absent.
    """
    folder = find_model_folder(path, KIND, environment, weights_sha256)
    return _open_encoder(folder.path.resolve(), folder.sha256)


@lru_cache(maxsize=1)
def _open_encoder(folder: Path, sha256: str) -> Encoder:
    try:
        return ENCODERS["model2vec" if _is_static(folder) else "sentence-transformers"](folder, sha256)
    except CorpusKitError:
        raise
    except Exception as e:  # whatever the libraries raise for a folder that isn't a model of theirs
        remedy = f"It has to hold {KIND.holds}, with its tokenizer"
        raise ClassifierError(f"the {KIND.word} can't be loaded: {e}", path=folder, remedy=remedy) from e


def find_directions(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float64]:
    """The vector of each text at length 1, of shape (texts, dimensions); a vector of 0 stays 0.

    Equal texts are encoded once. There has to be one text at least.
    """
    numbers = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    vectors = encoder.encode(list(numbers))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return np.asarray(units[[numbers[text] for text in texts]])


def _is_static(folder: Path) -> bool:
    """Whether the weights are a table with a vector per token, which model2vec reads without torch."""
    safetensors = import_extra("safetensors", "embeddings")
    for name in _STATIC_WEIGHTS:
        if (folder / name).is_file():
            with safetensors.safe_open(folder / name, framework="numpy") as file:
                if _STATIC_TENSORS & set(file.keys()):
                    return True
    return False


class _StaticEncoder:
    """A text is the mean of its tokens' vectors; one without a known token is 0. Needs no torch."""

    def __init__(self, folder: Path, sha256: str) -> None:
        self.model = import_extra("model2vec", "embeddings").StaticModel.from_pretrained(folder)
        self.sha256 = sha256

    def encode(self, texts: Sequence[str]) -> NDArray[np.float64]:
        found = self.model.encode(list(texts), batch_size=BATCH_TEXTS, use_multiprocessing=False)
        return np.asarray(found, dtype=np.float64)

    def measure_bytes(self) -> int:
        arrays = (self.model.embedding, self.model.weights, self.model.token_mapping)
        return sum(array.nbytes for array in arrays if array is not None)


class _SentenceEncoder:
    """A model of sentence-transformers, on the processor. Weights are read from safetensors only."""

    def __init__(self, folder: Path, sha256: str) -> None:
        library = import_extra("sentence_transformers", "sentence-transformers")
        with hide_bars():
            self.model = library.SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        self.sha256 = sha256

    def encode(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return np.asarray(self.model.encode(list(texts), batch_size=32, show_progress_bar=False), dtype=np.float64)

    def measure_bytes(self) -> int:
        return sum(own.numel() * own.element_size() for own in self.model.parameters())


ENCODERS: Mapping[str, Callable[[Path, str], Encoder]] = MappingProxyType(
    {"model2vec": _StaticEncoder, "sentence-transformers": _SentenceEncoder}
)
