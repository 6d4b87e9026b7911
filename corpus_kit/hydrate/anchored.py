"""A text-free release as hydrating reads it, and the index by which copies of its articles are found."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from corpus_kit.build.anchors import cut_known_windows, digest_window
from corpus_kit.build.check import check_content
from corpus_kit.corpus import Corpus, Guidelines, find_guidelines_version
from corpus_kit.errors import ReleaseError
from corpus_kit.hydrate.copies import Copy
from corpus_kit.records import decode_utf8, read_bytes
from corpus_kit.text_free import TextFreeManifest, read_text_free_manifest

MAX_CANDIDATES = 4
"""A copy is tried against so many articles: those with which it shares the most windows."""
SHORT_LINES = (30, 90)
"""Where no window of a copy is known, lines with fewer characters than this are passed over."""

Row = Mapping[str, Any]
Hits = Mapping[int, Sequence[int]]
"""Per position in the release, the segments of a copy that a window says are it."""


class AnchorRow(NamedTuple):
    """A segment of a release without its text."""

    position: int
    start: int
    end: int
    occurrence: int
    spaces: str
    ahead: str
    behind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredArticle:
    """An article of a text-free release: its row, its segments, and the rows that say something of these."""

    row: Row
    anchors: tuple[AnchorRow, ...]
    sentences: Mapping[int, Row]
    annotations: tuple[Row, ...]

    @property
    def id(self) -> str:
        """Its name in the corpus."""
        return str(self.row["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredRelease:
    """A text-free release that is what its manifest says; articles in the corpus' order."""

    path: Path
    manifest: TextFreeManifest
    corpus: Corpus
    guidelines: Guidelines
    articles: tuple[AnchoredArticle, ...]


def read_anchored_release(path: Path) -> AnchoredRelease:
    """Read a text-free release; a ReleaseError where it isn't one, or isn't what its manifest says."""
    root = path.resolve()
    manifest = read_text_free_manifest(root)
    found, tables = check_content(root, manifest)
    file = manifest.make_corpus_file(root)
    if not found and (file.name, file.version) != (manifest.name, manifest.version):
        found = ["manifest.json: corpus is of another name or version"]
    if found:
        raise ReleaseError(
            f"is not what its manifest says: {found[0]}", path=root, remedy=f"See all: corpus-kit check {root}"
        )
    guidelines = root / "annotations/guidelines.md"
    data = read_bytes(guidelines, ReleaseError)
    text = decode_utf8(data, guidelines, ReleaseError)
    return AnchoredRelease(
        path=root,
        manifest=manifest,
        corpus=Corpus(root=root, file=file),
        guidelines=Guidelines(
            text=text, version=find_guidelines_version(text) or "", sha256=manifest.guidelines.sha256
        ),
        articles=_join(manifest, tables),
    )


def _join(manifest: TextFreeManifest, tables: Mapping[str, Sequence[Row]]) -> tuple[AnchoredArticle, ...]:
    anchors: dict[str, list[AnchorRow]] = defaultdict(list)
    for row in tables["anchors"]:
        anchors[row["article_id"]].append(AnchorRow(*(row[name] for name in AnchorRow._fields)))
    sentences: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in tables["sentences"]:
        sentences[row["article_id"]][row["position"]] = row
    annotations: dict[str, list[Row]] = defaultdict(list)
    for row in tables["annotations"]:
        annotations[row["article_id"]].append(row)
    rows = {row["id"]: row for row in tables["articles"]}
    return tuple(
        AnchoredArticle(
            row=rows[id_],
            anchors=tuple(sorted(anchors[id_])),
            sentences=sentences[id_],
            annotations=tuple(annotations[id_]),
        )
        for id_ in manifest.full.articles
    )


class AnchorIndex:
    """Which segments of which articles a window belongs to. Building it and looking up are linear in the segments."""

    def __init__(self, release: AnchoredRelease) -> None:
        self._name = release.manifest.name
        self._places: dict[str, list[tuple[int, int]]] = {}
        for number, article in enumerate(release.articles):
            for anchor in article.anchors:
                for digest in {anchor.ahead, anchor.behind}:
                    self._places.setdefault(digest, []).append((number, anchor.position))

    def find_candidates(self, copy: Copy) -> list[tuple[int, Hits]]:
        """The articles (by number) that a copy may be of, those with the most windows in common first.

        Windows are cut from the copy as it stands. Where none is known, they are cut again past its short lines, which
        are mostly what pages put between paragraphs.
        """
        for minimum in (0, *SHORT_LINES):
            found = self._look_up(copy, [i for i, chars in enumerate(copy.line_chars) if chars >= minimum])
            if found:
                ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
                return list(ranked[:MAX_CANDIDATES])
        return []

    def _look_up(self, copy: Copy, chosen: Sequence[int]) -> dict[int, dict[int, list[int]]]:
        streams = [copy.streams[i] for i in chosen]
        found: dict[int, dict[int, list[int]]] = {}
        for i, windows in zip(chosen, cut_known_windows(streams), strict=True):
            start, end = copy.spans[i]
            text = copy.article.text[start:end]
            digests = {digest_window(self._name, text, window) for window in set(windows)}
            for number, position in {place for digest in digests for place in self._places.get(digest, ())}:
                found.setdefault(number, {}).setdefault(position, []).append(i)
        return found
