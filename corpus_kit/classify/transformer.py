"""A transformer that is fine-tuned on segments with what stands before and after them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from corpus_kit.classify.constant import make_constant_row
from corpus_kit.classify.extras import ModelKind, find_model_folder, hide_bars, import_extra
from corpus_kit.classify.training import Batch, TrainingOptions, predict_batches, train, use_seed
from corpus_kit.errors import ClassifierError
from corpus_kit.model import LabelledArticle, SegmentedArticle

KIND = ModelKind("transformer", "a model of transformers, with its tokenizer", "CORPUS_KIT_TRANSFORMER")


class _Loaded(NamedTuple):
    tokenizer: Any
    model: Any


class TransformerClassifier:
    """Fine-tunes the model in the folder `path`, or in the one that `CORPUS_KIT_TRANSFORMER` names; on the processor.

    The model reads two texts: the segment, and the segments before and after it with a space between. The same
    training, seed, versions and number of threads give the same probabilities. A label that the training articles lack
    gets probability 0; a single label among them gets 1 without training. `weights_sha256` is the digest of the only
    model that will do.
    """

    version = "1"
    is_trained = True
    libraries = ("torch", "transformers")

    def __init__(
        self,
        labels: Sequence[str],
        seed: int = 0,
        *,
        path: Path | str | None = None,
        weights_sha256: str | None = None,
        options: TrainingOptions | None = None,
    ) -> None:
        self.labels, self.seed = list(labels), seed
        self.options = options or TrainingOptions()
        self.path = find_model_folder(path, KIND, os.environ, weights_sha256).path
        self.constant = make_constant_row((), self.labels)
        self.classes: list[str] = []
        self.loaded: _Loaded | None = None
        import_torch()

    @classmethod
    def load(cls, labels: Sequence[str], folder: Path | str, *, options: TrainingOptions | None = None) -> Self:
        """The classifier that `save` wrote; a ClassifierError where its labels are not among `labels`."""
        found = cls(labels, path=folder, options=options)
        loaded = _load(found.path, None)
        classes = [name for _, name in sorted(loaded.model.config.id2label.items())]
        if not set(classes) <= set(labels):
            what = f"the model's labels are {', '.join(map(repr, classes))}"
            raise ClassifierError(what, path=found.path, remedy=f"Expected: {', '.join(labels)}")
        found.classes, found.loaded = classes, loaded
        return found

    def save(self, folder: Path) -> None:
        """Write model and tokenizer into a folder: safetensors and JSON. A ClassifierError where nothing was learnt."""
        if self.loaded is None:
            raise ClassifierError("there is no model to save", remedy="Train it on articles with two labels or more")
        self.loaded.model.save_pretrained(folder)
        self.loaded.tokenizer.save_pretrained(folder)

    def measure_bytes(self) -> int:
        """The size of the model's parameters; 0 before one was trained."""
        parameters = self.loaded.model.parameters() if self.loaded is not None else ()
        return sum(own.numel() * own.element_size() for own in parameters)

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Train a fresh copy of the model on every segment."""
        found = sorted({label for labelled in articles for label in labelled.labels})
        self.constant = make_constant_row(found, self.labels)
        self.classes, self.loaded = found, None
        if len(found) > 1:
            with use_seed(self.seed):
                loaded = _load(self.path, found)
                batches = [self._encode(loaded, one.article, one.labels) for one in articles if one.labels]
                groups = [one.fold for one in articles if one.labels]
                train(loaded.model, batches, groups, options=self.options, seed=self.seed)
            self.loaded = loaded

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """Probabilities from each segment with its neighbours."""
        rows = np.tile(self.constant, (len(article.segments), 1))
        if self.loaded is not None and article.segments:
            rows[:] = 0
            columns = [self.labels.index(label) for label in self.classes]
            batch = self._encode(self.loaded, article, None)
            rows[:, columns] = predict_batches(self.loaded.model, batch, self.options)
        return rows

    def _encode(self, loaded: _Loaded, article: SegmentedArticle, labels: Sequence[str] | None) -> Batch:
        """An article's segments as tokens, not padded yet."""
        texts = [segment.text for segment in article.segments]
        around = [" ".join(texts[max(i - 1, 0) : i] + texts[i + 1 : i + 2]) for i in range(len(texts))]
        encoded = loaded.tokenizer(texts, around, truncation=True, max_length=_find_length(loaded, self.options))
        return Batch(
            inputs=[{name: values[i] for name, values in encoded.items()} for i in range(len(texts))],
            targets=None if labels is None else [self.classes.index(label) for label in labels],
            pad=loaded.tokenizer.pad,
        )


def import_torch() -> Any:
    """The library `transformers`, with torch; a ClassifierError says how to get them."""
    import_extra("torch", "transformers")
    return import_extra("transformers", "transformers")


def _load(folder: Path, classes: Sequence[str] | None) -> _Loaded:
    """Tokenizer and model; with `classes` a new head for them, whose weights are drawn at random."""
    library = import_torch()
    head: dict[str, Any] = {}
    if classes is not None:
        names = dict(enumerate(classes))
        head = {"id2label": names, "label2id": {name: i for i, name in names.items()}, "num_labels": len(names)}
        head["ignore_mismatched_sizes"] = True
    level = library.logging.get_verbosity()
    library.logging.set_verbosity_error()  # the weights of a head are new, which would be warned of
    try:
        with hide_bars():
            tokenizer = library.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            model = library.AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, **head
            )
    finally:
        library.logging.set_verbosity(level)
    if tokenizer.pad_token is None:
        raise ClassifierError("the tokenizer has no token to pad with", path=folder, remedy="Set its pad_token")
    return _Loaded(tokenizer, model)


def _find_length(loaded: _Loaded, options: TrainingOptions) -> int:
    """The most tokens of both texts: of what is asked, what the tokenizer takes and the model has positions for."""
    positions = getattr(loaded.model.config, "max_position_embeddings", None) or options.max_tokens + 2
    return int(min(options.max_tokens, loaded.tokenizer.model_max_length, positions - 2))
