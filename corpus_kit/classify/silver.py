"""Articles become a release of silver labels: what a model is certain of, with its probabilities for the rest."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import isnan, log
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from corpus_kit import __version__
from corpus_kit.arrow import make_table_of_columns
from corpus_kit.build.stream import ARTICLE_COLUMNS, BATCHES_PER_FILE
from corpus_kit.canonical import hash_bytes, to_pretty_json
from corpus_kit.classify.label import LabelledBatch, label_articles
from corpus_kit.classify.silver_card import render_silver_card
from corpus_kit.classify.store import StoredModel
from corpus_kit.columns import Column
from corpus_kit.errors import ModelError, TargetError
from corpus_kit.files import make_target_error, replace_folder
from corpus_kit.ingest import (
    DropLog,
    IngestCounts,
    IngestOptions,
    read_named_sources,
    refuse_dropped,
    require_articles,
    write_dropped,
)
from corpus_kit.segment import Segmenter, segment_news

SILVER_FORMAT = "corpus-kit/silver/1"
_PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "store_schema": False}


class Reading(NamedTuple):
    """How articles are read; `is_strict` makes the first record that can't be read an error."""

    options: IngestOptions = IngestOptions()
    is_strict: bool = False


READING = Reading()
"""As anyone's files are read."""


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


def define_silver_columns(model: StoredModel) -> tuple[Column, ...]:
    """The columns of `data/sentences`: those of a gold release that a model can fill, and its probabilities.

    `label` and `attribution` are null where the model abstains; `uncertainty` is the entropy of the probabilities, from
    0 for certainty to 1 for all labels alike.
    """
    said = model.description
    judged = [Column("label", "class", tuple(said.labels))]
    if said.attributions:
        judged.append(Column("attribution", "class", tuple(said.attributions)))
    return (
        Column("id", "string", is_required=True),
        Column("article_id", "string", is_required=True),
        *(Column(name, "int32", is_required=True) for name in ("position", "start", "end")),
        Column("text", "string", is_required=True),
        Column("in_quotation", "bool", is_required=True),
        *judged,
        Column("label_source", "string", is_required=True),
        *(Column(name, "float64", is_required=True) for name in ("confidence", "uncertainty")),
        *(Column(f"p_{label}", "float64", is_required=True) for label in said.labels),
    )


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
    items = read_named_sources(sources, reading.options)
    if out.exists():
        raise TargetError("exists", path=out, remedy="Choose a new folder, or remove this one")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as name:
            folder = Path(name, "silver")
            folder.mkdir()
            with write_dropped(folder / "dropped.jsonl") as on_drop:
                records = DropLog(refuse_dropped if reading.is_strict or items.is_strict else on_drop)
                batches = label_articles(records.keep_articles(items.records), model.model, segmenter)
                counts = _write_batches(batches, folder, model, min_confidence, progress)
            require_articles(records.counts, sources)
            silver = _sum_up(counts, model, min_confidence, records.counts)
            _write_papers(folder, silver, model)
            replace_folder(folder, out)
    except OSError as e:
        raise make_target_error(out, e) from e
    return silver


def _write_batches(
    batches: Iterator[LabelledBatch],
    folder: Path,
    model: StoredModel,
    min_confidence: float,
    progress: Callable[[int], None] | None,
) -> Counter[str | None]:
    """Segments per accepted label, None for abstentions."""
    columns = define_silver_columns(model)
    counts: Counter[str | None] = Counter()
    done = 0
    for table in ("sentences", "articles"):
        (folder / "data" / table).mkdir(parents=True)
    for number, first in enumerate(batches):
        rows: dict[str, list[Any]] = {column.name: [] for column in ARTICLE_COLUMNS}
        writer = None
        try:
            for batch in chain([first], islice(batches, BATCHES_PER_FILE - 1)):
                values = _tabulate(batch, model, min_confidence)
                counts.update(_count_labels(values["label"], model))
                table_ = make_table_of_columns(values, columns)
                writer = writer or pq.ParquetWriter(
                    folder / f"data/sentences/train-{number:05d}.parquet", table_.schema, **_PARQUET
                )
                writer.write_table(table_, row_group_size=max(1, table_.num_rows))
                sizes = [len(article.segments) for article in batch.segmented]
                for name, own in rows.items():
                    own.extend(sizes if name == "segments" else map(attrgetter(name), batch.articles))
                done += len(batch.articles)
                if progress:
                    progress(done)
        finally:
            if writer is not None:
                writer.close()
        pq.write_table(
            make_table_of_columns(rows, ARTICLE_COLUMNS),
            folder / f"data/articles/train-{number:05d}.parquet",
            **_PARQUET,
        )
    return counts


def _count_labels(values: Iterable[int | None], model: StoredModel) -> Iterator[str | None]:
    return (None if value is None else model.description.labels[value] for value in values)


def _tabulate(batch: LabelledBatch, model: StoredModel, min_confidence: float) -> dict[str, list[Any]]:
    """The columns of a batch as lists."""
    said = model.description
    segments = [segment for article in batch.segmented for segment in article.segments]
    confidence = batch.probs.max(axis=1) if segments else np.zeros(0)
    logs = np.log(np.maximum(batch.probs, 1e-12))
    uncertainty = np.round(-(batch.probs * logs).sum(axis=1) / log(max(2, len(said.labels))), 6) + 0.0
    accepted = (confidence >= min_confidence).tolist()
    numbers: dict[str | None, int | None] = {name: i for i, name in enumerate(said.attributions)}
    numbers[None] = None
    values: dict[str, list[Any]] = {
        name: list(map(attrgetter(name), segments))
        for name in ("id", "article_id", "position", "start", "end", "text", "in_quotation")
    }
    values["label"] = [label if ok else None for label, ok in zip(batch.labels, accepted, strict=True)]
    if said.attributions:
        values["attribution"] = [
            numbers[name] if ok else None for name, ok in zip(batch.attributions, accepted, strict=True)
        ]
    values["label_source"] = ["silver"] * len(segments)
    values["confidence"], values["uncertainty"] = confidence.tolist(), np.maximum(uncertainty, 0.0).tolist()
    for i, label in enumerate(said.labels):
        values[f"p_{label}"] = batch.probs[:, i].tolist()
    return values


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
    (folder / "README.md").write_text(
        render_silver_card(silver.to_json(), model, define_silver_columns(model)), "utf-8", newline="\n"
    )
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
