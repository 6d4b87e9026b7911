"""The release that a task's articles are: its manifest, its digest and what recurs across folds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from corpus_kit.canonical import digest_rows
from corpus_kit.labels import LabelScheme
from corpus_kit.model import LabelledArticle
from corpus_kit.release import (
    TABLES,
    Counts,
    GuidelinesEntry,
    LicensesEntry,
    Manifest,
    Release,
    SchemeTable,
    SetAsideEntry,
    TableEntry,
    digest_release,
)
from corpus_kit.task import SPLITS, Task


class TaskManifest(Manifest):
    """The manifest of a task: what a task doesn't have (files, configs, guidelines, annotators) is empty in it."""

    format: Literal["corpus-kit/task/1"]  # type: ignore[assignment]

    @property
    def results_name(self) -> str:
        """The folder of results on it: name and version, so that a corpus may have results on many tasks."""
        return f"{self.name}-{self.version}"

    @property
    def board_name(self) -> str:
        """The file name of its leaderboard."""
        return f"LEADERBOARD.{self.name}.md"


def make_task_release(
    task: Task,
    articles: Sequence[LabelledArticle],
    splits: Mapping[str, str | None],
    set_aside: Sequence[SetAsideEntry],
) -> Release:
    """The labelled articles of a task as a release; `splits` has each article's split, None where there are none."""
    from corpus_kit.build.folds import group_recurring_sentences

    segments = [segment for labelled in articles for segment in labelled.article.segments]
    duplicates = group_recurring_sentences(segments, {one.article.id: one.fold for one in articles})
    return Release(
        path=task.source,
        manifest=_make_manifest(task, articles, splits, set_aside),
        scheme=LabelScheme(
            labels=task.labels,
            attributions=(),
            allowed=dict.fromkeys(task.labels, ()),
            outside_prose=frozenset(),
            keys={},
        ),
        articles=tuple(articles),
        duplicate_groups=duplicates,
    )


def _make_manifest(
    task: Task,
    articles: Sequence[LabelledArticle],
    splits: Mapping[str, str | None],
    set_aside: Sequence[SetAsideEntry],
) -> TaskManifest:
    labels = Counter(label for labelled in articles for label in labelled.labels)
    folds: dict[int, list[str]] = defaultdict(list)
    of_split: dict[str, set[str]] = defaultdict(set)
    for one in articles:
        folds[one.fold].append(one.article.id)
        of_split[splits[one.article.id] or ""].add(f"fold_{one.fold}")
    scheme = SchemeTable(
        labels=list(task.labels), attributions=[], allowed={label: [] for label in task.labels}, outside_prose=[]
    )
    named: dict[str, list[str]] = {split: sorted(of_split[split]) for split in SPLITS if split in of_split}
    digest = _digest_articles(articles, task.labels)
    manifest = TaskManifest(
        format="corpus-kit/task/1",
        name=task.name,
        version=task.version,
        language=task.language,
        digest="",
        scheme=scheme,
        guidelines=GuidelinesEntry(version="", sha256=""),
        segmenter="",
        annotators={},
        counts=Counts(
            articles=len(articles),
            segments=labels.total() + len(set_aside),
            labelled=labels.total(),
            labels={label: labels[label] for label in task.labels},
            attributions={},
            set_aside=dict(sorted(Counter(one.reason for one in set_aside).items())),
        ),
        tables={
            **{name: TableEntry(rows=0, digest="") for name in TABLES},
            "sentences": TableEntry(rows=labels.total(), digest=digest),
        },
        configs={},
        folds={f"fold_{number}": folds[number] for number in sorted(folds)},
        splits=named,
        set_aside=list(set_aside),
        licenses=LicensesEntry(annotations="", articles=""),
        versions={},
        files={},
    )
    total = digest_release(task.name, manifest.make_scheme(), {"sentences": digest}, named)
    return manifest.model_copy(update={"digest": total})


def _digest_articles(articles: Iterable[LabelledArticle], labels: Sequence[str]) -> str:
    """The content digest over what is scored and how it is cut into folds; the set-aside rows are not in it."""
    rows = (
        {
            "id": segment.id,
            "article_id": labelled.article.id,
            "position": segment.position,
            "text": segment.text,
            "label": labels.index(label),
            "fold": labelled.fold,
        }
        for labelled in articles
        for segment, label in zip(labelled.article.segments, labelled.labels, strict=True)
    )
    return digest_rows({"label": list(labels)}, rows)
