"""A release as a task for a language model: instructions, and a document per segment."""

from dataclasses import dataclass
from typing import Any

from corpus_kit.canonical import hash_bytes, to_canonical_json, to_pretty_json
from corpus_kit.errors import ReleaseError, UnknownName
from corpus_kit.model import LabelledArticle
from corpus_kit.prompt import (
    strip_front_matter,
    summarize_guidelines,
    write_instructions,
    write_question,
)
from corpus_kit.records import decode_utf8, read_bytes
from corpus_kit.release import Release

TASK_FORMAT = "corpus-kit/task/1"
TASK_FILE = "task.json"
DOCUMENTS_FILE = "data/test.jsonl"
GUIDELINES_FILE = "annotations/guidelines.md"
EVALUATED_CONFIG, EVALUATED_SPLIT = "all_test", "test"
"""The config and split of a release that a task's documents are the rows of."""
GUIDELINES_PARTS = ("summary", "whole")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """What a model is shown.

    Attributes:
        context_segments: how many segments of the article before each one are shown with it.
        guidelines: `summary`, the one-line definitions of the labels, or `whole`.
    """

    context_segments: int = 0
    guidelines: str = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task without a harness.

    Attributes:
        name: the release's, with an underscore for each run of what can't be in a Python name.
        documents: a row per segment, in the release's order: id, article_id, fold, text, question, label (an index).
    """

    name: str
    release: dict[str, str]
    language: str
    labels: tuple[str, ...]
    instructions: str
    documents: tuple[dict[str, Any], ...]

    def render_files(self) -> dict[str, bytes]:
        """`task.json` and the documents, by their paths."""
        head = {
            "format": TASK_FORMAT,
            "name": self.name,
            "release": self.release,
            "language": self.language,
            "labels": list(self.labels),
            "instructions": self.instructions,
        }
        rows = "".join(to_canonical_json(row) + "\n" for row in self.documents)
        return {TASK_FILE: to_pretty_json(head).encode("utf-8"), DOCUMENTS_FILE: rows.encode("utf-8")}


def make_task(release: Release, options: TaskOptions) -> Task:
    """The task of a release; a ReleaseError where it has no segments, or its guidelines can't be used."""
    manifest = release.manifest
    documents = tuple(
        row for labelled in release.articles for row in _list_documents(release, labelled, options.context_segments)
    )
    if not documents:
        raise ReleaseError("the release has no labelled segment", path=release.path, remedy="Annotate some")
    return Task(
        name=name_task(manifest.name),
        release={"name": manifest.name, "version": manifest.version, "digest": manifest.digest},
        language=manifest.language,
        labels=release.scheme.labels,
        instructions=_instruct(release, options.guidelines),
        documents=documents,
    )


def name_task(name: str) -> str:
    """A corpus' name as a task's: letters, digits and underscores, and no digit first."""
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
    return f"corpus_{plain}" if plain[:1].isdigit() else plain


def _list_documents(release: Release, labelled: LabelledArticle, context: int) -> list[dict[str, Any]]:
    segments = labelled.article.segments
    return [
        {
            "id": segment.id,
            "article_id": segment.article_id,
            "fold": labelled.fold,
            "text": segment.text,
            "question": write_question(segment.text, [one.text for one in segments[max(i - context, 0) : i]]),
            "label": release.scheme.index(label),
        }
        for i, (segment, label) in enumerate(zip(segments, labelled.labels, strict=True))
    ]


def _instruct(release: Release, part: str) -> str:
    if part not in GUIDELINES_PARTS:
        raise UnknownName("part of the guidelines", part, GUIDELINES_PARTS)
    path, labels = release.path / GUIDELINES_FILE, release.scheme.labels
    data = read_bytes(path, ReleaseError, remedy="Build the release again: corpus-kit build")
    if hash_bytes(data) != release.manifest.guidelines.sha256:
        raise ReleaseError(
            "the guidelines are not those of the manifest",
            path=path,
            remedy=f"See what differs: corpus-kit check {release.path}",
        )
    text = strip_front_matter(decode_utf8(data, path, ReleaseError))
    if part == "whole":
        return write_instructions(text, labels, is_whole=True)
    try:
        return write_instructions(summarize_guidelines(text, labels), labels, is_whole=False)
    except ReleaseError as e:
        raise ReleaseError(e.what, path=path, remedy=e.remedy) from e
