"""What a release says of itself, whether it is about to be written or was read from a folder."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpus_kit import __version__
from corpus_kit.annotate import Agreement, Annotations, measure_agreement
from corpus_kit.annotate.ledger import ADJUDICATE
from corpus_kit.annotate.votes import Place
from corpus_kit.build.assemble import Assembly
from corpus_kit.build.collection import describe_collections
from corpus_kit.build.layout import Configs, lay_out_configs, lay_out_files
from corpus_kit.columns import Column
from corpus_kit.corpus import AnnotatorTable
from corpus_kit.labels import LabelScheme
from corpus_kit.model import Span, Vote
from corpus_kit.release import CollectionEntry, HydratedEntry, Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the generated parts of a card are made from.

    Attributes:
        guidelines: their version.
        made_with: the version of corpus-kit.
        annotators: those that `corpus.toml` describes.
        rows: per table; classes are integers.
        splits: per split its folds.
        segments: of all articles, labelled or not; `set_aside` counts those without a label.
        collections: what goes with the release, by name.
    """

    name: str
    version: str
    digest: str
    guidelines: str
    guidelines_sha256: str
    segmenter: str
    made_with: str
    scheme: LabelScheme
    annotators: Mapping[str, AnnotatorTable]
    columns: Mapping[str, tuple[Column, ...]]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    splits: Mapping[str, Sequence[int]]
    configs: Configs
    segments: int
    set_aside: int
    agreement: Agreement
    hydrated: HydratedEntry | None = None
    collections: Mapping[str, CollectionEntry] = field(default_factory=dict)

    def count_labels(self, rows: Sequence[Mapping[str, Any]] | None = None) -> dict[str, int]:
        """Rows per label in the scheme's order, over all sentences or the given ones."""
        counts = Counter(row["label"] for row in (self.rows["sentences"] if rows is None else rows))
        return {label: counts[i] for i, label in enumerate(self.scheme.labels)}


def describe_assembly(assembly: Assembly) -> Contents:
    """The contents of a release before it is written."""
    file = assembly.corpus.file
    return Contents(
        name=file.name,
        version=file.version,
        digest=assembly.digest,
        guidelines=assembly.guidelines.version,
        guidelines_sha256=assembly.guidelines.sha256,
        segmenter=file.segmenter,
        made_with=__version__,
        scheme=assembly.corpus.scheme,
        annotators=file.annotators,
        columns=assembly.columns,
        rows=assembly.rows,
        splits=assembly.splits,
        configs=lay_out_configs(assembly, lay_out_files(assembly)),
        segments=len(assembly.segments),
        set_aside=sum(item.kind == "segment" for item in assembly.set_aside),
        agreement=assembly.agreement,
        hydrated=assembly.hydrated,
        collections=describe_collections(assembly),
    )


def describe_release(manifest: Manifest, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Contents:
    """The contents of a release that was read: what its manifest says, and the agreement of the votes in its rows."""
    scheme = manifest.make_scheme()
    annotations = collect_annotations(scheme, tables["annotations"])
    return Contents(
        name=manifest.name,
        version=manifest.version,
        digest=manifest.digest,
        guidelines=manifest.guidelines.version,
        guidelines_sha256=manifest.guidelines.sha256,
        segmenter=manifest.segmenter,
        made_with=manifest.versions.get("corpus-kit", ""),
        scheme=scheme,
        annotators=manifest.annotators,
        columns=manifest.define_columns(),
        rows=tables,
        splits={split: [int(fold.removeprefix("fold_")) for fold in own] for split, own in manifest.splits.items()},
        configs={name: (entry.table, entry.splits) for name, entry in manifest.configs.items()},
        segments=manifest.counts.segments,
        set_aside=sum(item.kind == "segment" for item in manifest.set_aside),
        agreement=measure_agreement(scheme, manifest.annotators, annotations),
        hydrated=manifest.hydrated,
        collections=manifest.collections,
    )


def collect_annotations(scheme: LabelScheme, rows: Sequence[Mapping[str, Any]]) -> Annotations:
    """The votes and decisions that rows of `annotations` hold, by place; classes must be inside the scheme."""
    votes: dict[Place, list[Vote]] = {}
    adjudicated: dict[Place, Vote] = {}
    for row in rows:
        vote = _make_vote(scheme, row)
        place = (vote.article_id, vote.span)
        if vote.action == ADJUDICATE:
            adjudicated[place] = vote
        else:
            votes.setdefault(place, []).append(vote)
    by_name = {place: tuple(sorted(own, key=lambda vote: vote.annotator)) for place, own in votes.items()}
    return Annotations(votes=by_name, adjudicated=adjudicated, torn=())


def _make_vote(scheme: LabelScheme, row: Mapping[str, Any]) -> Vote:
    label, attribution = row["label"], row.get("attribution")
    return Vote(
        id=row["id"],
        annotator=row["annotator"],
        article_id=row["article_id"],
        span=Span(row["start"], row["end"]),
        action=row["action"],
        label=None if label is None else scheme.labels[label],
        attribution=None if attribution is None else scheme.attributions[attribution],
        guidelines=row["guidelines"],
        time=row["time"],
        reason=row.get("note") or "",
    )
