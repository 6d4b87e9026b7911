"""Articles become a release of silver labels: what a model is certain of, with its probabilities for the rest."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import isnan, log
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpus_kit import __version__
from corpus_kit.arrow import make_bools, make_numbers, make_strings
from corpus_kit.build.stream import READING, Cut, CutFiles, Reading, make_span_arrays, stream_folder, write_cuts
from corpus_kit.canonical import hash_bytes, make_ids_of_bytes, to_pretty_json
from corpus_kit.classify.label import LabelledBatch, label_articles
from corpus_kit.classify.silver_card import Labeller, render_silver_card
from corpus_kit.classify.silver_manifest import SILVER_FORMAT
from corpus_kit.classify.store import StoredModel
from corpus_kit.classify.tokens import Bools
from corpus_kit.classify.vectors import Floats
from corpus_kit.columns import Column, make_arrow_schema
from corpus_kit.errors import ModelError
from corpus_kit.ingest import IngestCounts
from corpus_kit.model import Article
from corpus_kit.segment import Segmenter, segment_news

SENTENCES_FILE, ARTICLES_FILE = "data/sentences/train-{:05d}.parquet", "data/articles/train-{:05d}.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silver:
    """What became of the records and segments.

    Attributes:
        labels: accepted segments per label; those and `abstained` add up to `segments`.
        expected_error: of the accepted, by the model's calibrated confidence in held-out training segments that it
            would have accepted; `held_out_error` is the share of those that was wrong. nan where it isn't known.
        dropped: records that became no article, by reason.
    """

    articles: int
    segments: int
    labels: dict[str, int]
    abstained: int
    min_confidence: float
    expected_error: float
    held_out_error: float
    dropped: dict[str, int]

    def describe(self) -> str:
        """What was labelled, in one line."""
        given = ", ".join(f"{n} {label}" for label, n in self.labels.items())
        wrong = "" if isnan(self.expected_error) else f"; expected error among the labelled {self.expected_error:.1%}"
        return (
            f"{self.articles} articles, {self.segments} segments: {given}; {self.abstained} below"
            f" {self.min_confidence} without a label{wrong}"
        )

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values; nan becomes null."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: None if name.endswith("_error") and isnan(value) else value for name, value in values.items()}


def define_silver_columns(labels: Sequence[str], attributions: Sequence[str]) -> tuple[Column, ...]:
    """The columns of `data/sentences`: those of a gold release that a model can fill, and its probabilities.

    `label` and `attribution` are null where the model abstains; `uncertainty` is the entropy of the probabilities, from
    0 for certainty to 1 for all labels alike.
    """
    judged = [Column("label", "class", tuple(labels))]
    if attributions:
        judged.append(Column("attribution", "class", tuple(attributions)))
    return (
        Column("id", "string", is_required=True),
        Column("article_id", "string", is_required=True),
        *(Column(name, "int32", is_required=True) for name in ("position", "start", "end")),
        Column("text", "string", is_required=True),
        Column("in_quotation", "bool", is_required=True),
        *judged,
        Column("label_source", "string", is_required=True),
        *(Column(name, "float64", is_required=True) for name in ("confidence", "uncertainty")),
        *(Column(f"p_{label}", "float64", is_required=True) for label in labels),
    )


def _define_columns(model: StoredModel) -> tuple[Column, ...]:
    return define_silver_columns(model.description.labels, model.description.attributions)


def write_silver(
    sources: Sequence[str],
    out: Path,
    model: StoredModel,
    *,
    segmenter: Segmenter = segment_news,
    reading: Reading = READING,
    min_confidence: float = 0.9,
    progress: Callable[[int], None] | None = None,
) -> Silver:
    """Label the articles of files, folders, globs or URLs into a new folder, which appears whole or not at all.

    It has `README.md`, `manifest.json`, `dropped.jsonl`, and Parquet files under `data/sentences` and `data/articles`
    (without text) that `datasets.load_dataset` reads. The same articles and model give the same bytes. `progress` is
    told the number of articles so far. An ArticleError where nothing can be read or, if strict, at the first dropped
    record; a TargetError where `out` exists or can't be written; a ModelError for a confidence outside 0 to 1.
    """
    if not 0 <= min_confidence <= 1:
        raise ModelError(f"the least confidence is {min_confidence}, and not between 0 and 1", remedy="Give, say, 0.9")
    counts: Counter[str | None] = Counter()

    def write(articles: Iterator[Article], folder: Path) -> None:
        batches = label_articles(articles, model.model, segmenter)
        write_cuts(
            _cut_batches(batches, model, min_confidence, counts), folder, _name_files(model, folder), progress=progress
        )

    def finish(folder: Path, records: IngestCounts, _: None) -> Silver:
        silver = _sum_up(counts, model, min_confidence, records)
        _write_papers(folder, silver, model)
        return silver

    return stream_folder(sources, out, write, finish, reading=reading)


def _name_files(model: StoredModel, folder: Path) -> CutFiles:
    """The files of a folder, whose folders for them are made."""
    for table in ("sentences", "articles"):
        (folder / "data" / table).mkdir(parents=True)
    schema = make_arrow_schema(_define_columns(model))
    return CutFiles(SENTENCES_FILE, ARTICLES_FILE, schema)


def _cut_batches(
    batches: Iterable[LabelledBatch], model: StoredModel, min_confidence: float, counts: Counter[str | None]
) -> Iterator[Cut]:
    """Batches as tables. Their segments are added to `counts` by accepted label, None for abstentions."""
    said = model.description
    schema = make_arrow_schema(_define_columns(model))
    for batch in batches:
        is_accepted = batch.probs.max(axis=1) >= min_confidence
        found = np.bincount(batch.labels[is_accepted], minlength=len(said.labels)).tolist()
        counts.update(dict(zip(said.labels, found, strict=True)))
        counts[None] += len(is_accepted) - sum(found)
        arrays = _tabulate(batch, is_accepted, has_attributions=bool(said.attributions))
        yield Cut(batch.articles, pa.Table.from_arrays(arrays, schema=schema), batch.segments.spans.counts.tolist())


def _tabulate(batch: LabelledBatch, is_accepted: Bools, *, has_attributions: bool) -> list[pa.Array]:
    """The columns of a batch."""
    segments, probs = batch.segments, batch.probs
    counts = segments.spans.counts.tolist()
    texts = iter(segments.texts)
    ids = [make_ids_of_bytes(own.id, [*islice(texts, n)]) for own, n in zip(batch.articles, counts, strict=True)]
    has_attribution = is_accepted & (batch.attributed >= 0)
    attributions = [make_numbers(batch.attributed, has_attribution)] if has_attributions else []
    return [
        make_strings([own.encode() for own in chain.from_iterable(ids)]),
        *make_span_arrays(batch.articles, segments.spans),
        make_bools(segments.in_quotation),
        make_numbers(batch.labels, is_accepted),
        *attributions,
        make_strings([b"silver"] * len(probs)),
        *map(make_numbers, (probs.max(axis=1), measure_entropy(probs), *probs.T)),
    ]


def measure_entropy(probs: Floats) -> Floats:
    """Per row its entropy in units of the greatest possible, to six decimals."""
    logs = np.log(np.maximum(probs, 1e-12))
    entropy = -(probs * logs).sum(axis=1) / log(max(2, probs.shape[1]))
    return np.asarray(np.maximum(np.round(entropy, 6) + 0.0, 0.0))


def _sum_up(counts: Counter[str | None], model: StoredModel, min_confidence: float, records: IngestCounts) -> Silver:
    promise = model.model.reliability.promise(min_confidence)
    return Silver(
        articles=records.articles,
        segments=sum(counts.values()),
        labels={label: counts[label] for label in model.description.labels},
        abstained=counts[None],
        min_confidence=min_confidence,
        expected_error=round(promise.expected_error, 4),
        held_out_error=round(promise.observed_error, 4),
        dropped=dict(records.by_reason),
    )


def _write_papers(folder: Path, silver: Silver, model: StoredModel) -> None:
    """The card, and the manifest with the digest of every file."""
    said = model.description
    labeller = Labeller(said.name, said.language, said.trained_on)
    card = render_silver_card(silver.to_json(), labeller, _define_columns(model))
    (folder / "README.md").write_text(card, "utf-8", newline="\n")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "format": SILVER_FORMAT,
        "label_source": "silver",
        "model": {"name": said.name, "sha256": model.sha256, "trained_on": said.trained_on.model_dump()},
        "scheme": {"labels": said.labels, "attributions": said.attributions, "allowed": said.allowed},
        "counts": silver.to_json(),
        "versions": {"corpus-kit": __version__},
        "files": {
            path.relative_to(folder).as_posix(): {
                "sha256": hash_bytes(path.read_bytes()),
                "bytes": path.stat().st_size,
            }
            for path in files
        },
    }
    (folder / "manifest.json").write_text(to_pretty_json(manifest), "utf-8", newline="\n")
