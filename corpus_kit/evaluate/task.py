"""A task's rows as a release in memory, so that protocols, classifiers, metrics and the board take any dataset.

A row is a segment. The rows of a group are an article, in their order; a row without a group is an article of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import category

from corpus_kit.canonical import hash_text, make_segment_ids
from corpus_kit.corpus import CORPUS_FILE, load_corpus
from corpus_kit.errors import TaskError, UnknownName
from corpus_kit.evaluate.task_release import make_task_release
from corpus_kit.evaluate.task_rows import SPLIT_KEY, Row, read_task_rows
from corpus_kit.model import LabelledArticle, Segment, SegmentedArticle
from corpus_kit.release import MANIFEST_FILE, Release, SetAsideEntry, load_release
from corpus_kit.task import SPLITS, Task, name_task, read_task

NO_LABEL, NAMED_LABEL, NO_TEXT = "no label", "label that the task sets aside", "no text"
_FIX = "See docs/tasks.md; correct [task] or the dataset"
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A row that counts: `group` and `split` are None where the row or the task has none, `id` where the task has."""

    where: Row
    text: str
    label: str
    id: str | None
    group: str | None
    split: str | None


def load_dataset(path: Path) -> Release:
    """What systems are evaluated on, by its place: a release folder, a task file, or a corpus.toml with `[task]`.

    A corpus folder stands for its own `[task]`, or else for the release of its version in `dist/`.
    """
    if (path / CORPUS_FILE).is_file() and not (path / MANIFEST_FILE).is_file():
        corpus = load_corpus(path)
        return load_release(corpus.release_dir) if corpus.file.task is None else load_dataset(path / CORPUS_FILE)
    if path.name == CORPUS_FILE:
        corpus = load_corpus(path.parent)
        if corpus.file.task is None:
            raise TaskError("has no table [task]", path=path, remedy=_FIX)
        file = corpus.file
        given = {"name": file.name, "version": file.version, "language": file.language, "labels": file.labels.names}
        return load_task(name_task(corpus.file.task, corpus.root / CORPUS_FILE, given))
    return load_task(read_task(path)) if path.suffix == ".toml" else load_release(path)


def load_task(task: Task) -> Release:
    """A task's dataset as a release; a TaskError says what doesn't fit, with file and line.

    Rows without text or label, and rows with a label that the task sets aside, are listed in the manifest with the
    reason; kept and set aside add up to the rows. Everything else that doesn't fit is refused: a column that is
    missing, a value that is no text, a label or split that the task doesn't name, an id that stands twice, a group
    that is in two splits, and another digest than the task's.
    """
    kept, set_aside = sort_rows(task, read_task_rows(task))
    if not kept:
        raise TaskError(f"no row has a text and a label ({len(set_aside)} set aside)", path=task.source, remedy=_FIX)
    groups = _group_rows(task, kept)
    splits = {article: rows[0].split for article, rows in groups.items()}
    articles = _make_articles(groups)
    folds = assign_task_folds(articles, splits, task.table.folds)
    labelled = tuple(
        LabelledArticle(article=article, labels=tuple(row.label for row in groups[article.id]), fold=folds[article.id])
        for article in articles
    )
    release = make_task_release(task, labelled, splits, set_aside)
    expected = task.table.digest
    if expected is not None and expected != release.manifest.digest:
        raise TaskError(
            f"the dataset has the digest {release.manifest.digest}, [task] says {expected}",
            path=task.source,
            remedy="It isn't the dataset that the task means; get that one, or give the task another version",
        )
    return release


def sort_rows(task: Task, rows: Iterable[Row]) -> tuple[list[TaskRow], list[SetAsideEntry]]:
    """The rows that count, and those that don't with the reason; together they are all rows."""
    kept: list[TaskRow] = []
    set_aside: list[SetAsideEntry] = []
    unknown: Counter[str] = Counter()
    lines: dict[str, Row] = {}
    columns = task.table.columns
    for row in rows:
        text = _read_text(row, columns.text)
        value = _read_name(row, columns.label)
        label = None if value is None else task.table.label_names.get(value, value)
        group, id_ = _read_name(row, columns.group), _read_name(row, columns.id)
        reason = NO_TEXT if not text else NO_LABEL if label is None else ""
        reason = reason or (NAMED_LABEL if value in task.table.set_aside_labels else "")
        if reason:
            set_aside.append(SetAsideEntry(kind="row", id=id_ or f"{row.number}", reason=reason))
        elif label not in task.labels:
            unknown[str(value)] += 1
            lines.setdefault(str(value), row)
        else:
            split = _read_split(task, row)
            kept.append(TaskRow(where=row, text=text, label=str(label), id=id_, group=group, split=split))
    if unknown:
        shown = ", ".join(f"{n} × {value!r}" for value, n in sorted(unknown.items())[:_SHOWN])
        first = min(lines.values(), key=lambda row: row.number)
        raise TaskError(
            f"{sum(unknown.values())} rows have a label that the task doesn't name: {shown}",
            path=first.path,
            line=first.number,
            remedy="Name it in labels, label_names or set_aside_labels of [task]",
        )
    return kept, set_aside


def _read_cell(row: Row, column: str) -> Any:
    if column not in row.values:
        raise UnknownName("column", column, set(row.values) - {SPLIT_KEY}, path=row.path, line=row.number)
    return row.values[column]


def _read_text(row: Row, column: str) -> str:
    value = _read_cell(row, column)
    if value is not None and not isinstance(value, str):
        raise TaskError(f"column {column!r} is no text: {value!r}", path=row.path, line=row.number, remedy=_FIX)
    return (value or "").strip()


def _read_name(row: Row, column: str | None) -> str | None:
    """A cell that names something: text or a whole number; None where it is empty or the task has no such column."""
    if column is None:
        return None
    value = _read_cell(row, column)
    if value is None or isinstance(value, str):
        name = (value or "").strip()
        if any(category(character) == "Cc" for character in name):
            what = f"column {column!r} has a name with control characters: {name!r}"
            raise TaskError(what, path=row.path, line=row.number, remedy=_FIX)
        return name or None
    if isinstance(value, bool) or not isinstance(value, int):
        what = f"column {column!r} is neither text nor a whole number: {value!r}"
        raise TaskError(what, path=row.path, line=row.number, remedy=_FIX)
    return str(value)


def _read_split(task: Task, row: Row) -> str | None:
    """The split of a row: by the split column, else by the dataset's own split; None where there is neither."""
    column = task.table.columns.split
    if column is None and SPLIT_KEY not in row.values:
        return None
    value = _read_name(row, column or SPLIT_KEY)
    for split in SPLITS:
        if value in task.table.list_split_values(split):
            return split
    raise TaskError(
        f"split {value!r} is none of the task's",
        path=row.path,
        line=row.number,
        remedy="Name it in [task.splits], for instance validation = ['dev']",
    )


def _group_rows(task: Task, rows: Sequence[TaskRow]) -> dict[str, list[TaskRow]]:
    """The rows of each article, by its id, in the order in which articles begin; rows get their ids."""
    ids = make_segment_ids(task.name, [row.text for row in rows])
    groups: dict[str, list[TaskRow]] = defaultdict(list)
    alone: set[str] = set()
    for row, own in zip(rows, ids, strict=True):
        name = row.group or row.id or own
        if row.group is None:
            alone.add(name)
        groups[name].append(row)
        first = groups[name][0]
        if first.split != row.split:
            what = f"group {name!r} is in the splits {first.split} and {row.split}"
            remedy = "Leave split or group out of [task.columns]"
            raise TaskError(what, path=row.where.path, line=row.where.number, remedy=remedy)
        if name in alone and len(groups[name]) > 1:
            raise TaskError(
                f"{name!r} stands twice as a row's id or group",
                path=row.where.path,
                line=row.where.number,
                remedy="Make the ids of the rows unique, or leave id out of [task.columns]",
            )
    return dict(groups)


def _make_articles(groups: Mapping[str, Sequence[TaskRow]]) -> list[SegmentedArticle]:
    """An article of each group, a line per row where rows have no line breaks of their own."""
    articles = []
    seen: dict[str, TaskRow] = {}
    for name, rows in groups.items():
        made = [name] if rows[0].group is None else make_segment_ids(name, [row.text for row in rows])
        segments, start = [], 0
        for position, (row, own) in enumerate(zip(rows, made, strict=True)):
            id_ = row.id or own
            if id_ in seen:
                first = seen[id_].where
                what = f"the id {id_!r} stands twice (first: row or line {first.number})"
                raise TaskError(what, path=row.where.path, line=row.where.number, remedy="Make the ids unique")
            seen[id_] = row
            end = start + len(row.text)
            segments.append(Segment(id=id_, article_id=name, position=position, start=start, end=end, text=row.text))
            start = end + 1
        text = "\n".join(row.text for row in rows)
        articles.append(SegmentedArticle(id=name, text=text, segments=tuple(segments)))
    return articles


def assign_task_folds(
    articles: Sequence[SegmentedArticle], splits: Mapping[str, str | None], count: int
) -> dict[str, int]:
    """The fold of each article by id: articles with the same words are in one, and every fold is in one split.

    A split has a share of the `count` folds that goes by its articles, at least one. Where a share is no less than the
    split's different articles, each is a fold; else the hash of an article's id says which, and some may stay empty.
    """
    from corpus_kit.build.folds import fold_words

    folds: dict[str, int] = {}
    begin = 0
    for split in (*SPLITS, None):
        own = [article for article in articles if splits[article.id] == split]
        share = max(1, round(count * len(own) / len(articles)))
        firsts: dict[tuple[str, ...], str] = {}
        heads = {article.id: firsts.setdefault(tuple(fold_words(article.text)), article.id) for article in own}
        numbers = {head: i for i, head in enumerate(firsts.values())}
        for name, head in heads.items():
            within = numbers[head] if len(numbers) <= share else int(hash_text(head)[:16], 16) % share
            folds[name] = begin + within
        begin += share if own else 0
    return folds
