"""Models that turn a text into a vector, read from a folder on this machine; nothing is downloaded."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.extras import ModelKind, find_model_folder, import_extra

KIND = ModelKind("embedding model", "a model of model2vec or sentence-transformers", "CORPUS_KIT_EMBEDDINGS")
BATCH_TEXTS = 1024
_STATIC_WEIGHTS = ("model.safetensors", "0_StaticEmbedding/model.safetensors")
_STATIC_TENSORS = frozenset({"embeddings", "embedding.weight"})


class Encoder(Protocol):
    """A model that turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """An array of shape (texts, dimensions)."""

    def measure_bytes(self) -> int:
        """The size of its parameters."""


def load_encoder(path: Path | str | None, environment: Mapping[str, str]) -> Encoder:
    """The model in a folder, or in the one that `CORPUS_KIT_EMBEDDINGS` names: of model2vec or sentence-transformers.

    A ClassifierError where none is named, the folder is none, or the library is absent.
    """
    folder = find_model_folder(path, KIND, environment)
    return ENCODERS["model2vec" if _is_static(folder) else "sentence-transformers"](folder)


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

    def __init__(self, folder: Path) -> None:
        self.model = import_extra("model2vec", "embeddings").StaticModel.from_pretrained(folder)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float64]:
        found = self.model.encode(list(texts), batch_size=BATCH_TEXTS, use_multiprocessing=False)
        return np.asarray(found, dtype=np.float64)

    def measure_bytes(self) -> int:
        arrays = (self.model.embedding, self.model.weights, self.model.token_mapping)
        return sum(array.nbytes for array in arrays if array is not None)


class _SentenceEncoder:
    """A model of sentence-transformers, on the processor. Weights are read from safetensors only."""

    def __init__(self, folder: Path) -> None:
        library = import_extra("sentence_transformers", "sentence-transformers")
        self.model = library.SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )

    def encode(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return np.asarray(self.model.encode(list(texts), batch_size=32, show_progress_bar=False), dtype=np.float64)

    def measure_bytes(self) -> int:
        return sum(own.numel() * own.element_size() for own in self.model.parameters())


ENCODERS: Mapping[str, Callable[[Path], Encoder]] = MappingProxyType(
    {"model2vec": _StaticEncoder, "sentence-transformers": _SentenceEncoder}
)
