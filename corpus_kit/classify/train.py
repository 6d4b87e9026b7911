"""A model is trained on a whole release and stored."""

import os
from collections.abc import Callable, Mapping
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from corpus_kit.classify.encoders import load_encoder
from corpus_kit.classify.feature_model import FeatureModel, Settings, train_model
from corpus_kit.classify.store import StoredModel, TrainedOn, load_model, save_model
from corpus_kit.errors import ModelError, UnknownName
from corpus_kit.release import Release

TRAINABLE: Mapping[str, Callable[[str], Settings]] = MappingProxyType(
    {
        "linear": lambda language: Settings(language, passes=1),
        "sequence": lambda language: Settings(language, passes=2),
        "embeddings": lambda language: Settings(language, passes=1, encoder=load_encoder(None, os.environ)),
    }
)
"""The models that can be stored, and how each is trained, by the language."""
_DEFAULT = "default.model"


class Trained(NamedTuple):
    """A stored model: its file, the file's SHA-256, and the model."""

    path: Path
    sha256: str
    model: FeatureModel


def train_on_release(name: str, release: Release, out: Path) -> Trained:
    """Train the named model on every article of a release and store it; the same release gives the same model.

    An UnknownName lists the models; a ModelError says that there is nothing to learn from.
    """
    if name not in TRAINABLE:
        raise UnknownName("model that can be stored", name, TRAINABLE)
    segments = sum(len(labelled.labels) for labelled in release.articles)
    if not segments:
        raise ModelError("no segment has a label, so there is nothing to learn", path=release.path)
    manifest = release.manifest
    model = train_model(release.articles, release.scheme, TRAINABLE[name](manifest.language))
    learnt = TrainedOn(
        name=manifest.name,
        version=manifest.version,
        digest=manifest.digest,
        articles=len(release.articles),
        segments=segments,
    )
    return Trained(out, save_model(model, out, name=name, trained_on=learnt), model)


def load_default_model() -> StoredModel:
    """The model that corpus-kit brings: English news, learnt from articles that were composed for that."""
    resource = files("corpus_kit.templates") / "models" / _DEFAULT
    if not resource.is_file():
        raise ModelError("this installation has no default model", remedy="Name one: --model FILE")
    with as_file(resource) as path:
        return load_model(path)
