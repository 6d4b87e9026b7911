"""A text-free release and somebody's copies of its articles become a release with texts."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from corpus_kit.build.assemble import Assembly
from corpus_kit.build.card import fill_card, insert_block, read_markdown, remove_block
from corpus_kit.build.contents import describe_assembly
from corpus_kit.build.history import describe_content
from corpus_kit.build.write import put_folder, render_release, require_free
from corpus_kit.canonical import hash_bytes
from corpus_kit.errors import TargetError
from corpus_kit.files import write_atomically
from corpus_kit.hydrate.anchored import AnchoredArticle, AnchoredRelease, AnchorIndex, read_anchored_release
from corpus_kit.hydrate.copies import Copy, make_copies
from corpus_kit.hydrate.place import EXACT, MISSING, Placement, place_segments
from corpus_kit.hydrate.report import Hydration, SegmentReport, count_found, count_statuses, format_report
from corpus_kit.hydrate.restore import restore_article
from corpus_kit.hydrate.rows import FoundArticle, assemble_found
from corpus_kit.ingest import DropLog, IngestOptions, read_sources, require_articles
from corpus_kit.model import Article, Dropped
from corpus_kit.release import MANIFEST_FILE, read_manifest_file
from corpus_kit.segment import find_segmenter
from corpus_kit.sources import SourceTable

OnDrop = Callable[[Dropped], object]
Progress = Callable[[int], None]


class _Rendered(NamedTuple):
    assembly: Assembly
    files: dict[str, bytes]


def hydrate_release(
    path: Path,
    sources: Sequence[str],
    *,
    out: Path | None = None,
    options: IngestOptions | None = None,
    on_drop: OnDrop = lambda _: None,
    progress: Progress | None = None,
) -> Hydration:
    """Find the segments of a text-free release in copies of its articles, and write the release of what was found.

    Copies may be in any format that has a reader, in any order and under any name. The result doesn't depend on their
    order. It goes to `out` (default: `<version>-hydrated` beside the text-free release), and the list of segments to
    `<out>.hydration.jsonl`; where nothing was found, only the list is written.

    Raises:
        ReleaseError: the release isn't text-free, or isn't what its manifest says.
        ArticleError: no copy could be read.
        TargetError: `out` can't be written, or holds something other than an earlier result.
    """
    release = read_anchored_release(path)
    target = (out or release.path.with_name(f"{release.corpus.file.version}-hydrated")).resolve()
    _require_replaceable(target, release)
    log = DropLog(on_drop)
    placements = find_copies(release, log.keep_articles(_read(sources, options or IngestOptions())), progress)
    require_articles(log.counts, sources)
    found = [
        FoundArticle(anchored=article, placement=own, restored=restore_article(release, article, own))
        for article in release.articles
        if (own := placements.get(article.id)) is not None
    ]
    reports = [report for article in release.articles for report in _report(article, placements.get(article.id))]
    rendered = _render(release, found, reports) if count_found(count_statuses(reports)) else None
    report_path = target.with_name(f"{target.name}.hydration.jsonl")
    if rendered:
        put_folder(rendered.files, target)
    write_atomically(report_path, format_report(reports))
    full = release.manifest.full
    return Hydration(
        path=target if rendered else None,
        report_path=report_path,
        digest=rendered.assembly.digest if rendered else "",
        is_whole=bool(rendered and rendered.assembly.hydrated is None),
        is_identical=bool(rendered and hash_bytes(rendered.files[MANIFEST_FILE]) == full.manifest_sha256),
        segments=tuple(reports),
        labelled_of=full.labelled,
        restored=tuple(own.anchored.id for own in found if own.restored is not None),
        dropped=log.counts.by_reason,
    )


def _read(sources: Sequence[str], options: IngestOptions) -> Iterator[Article | Dropped]:
    """The records of all sources. Ids mean nothing here, so those of two sources may be the same."""
    for source in sources:
        yield from read_sources([SourceTable(path=source)], options)


def _require_replaceable(target: Path, release: AnchoredRelease) -> None:
    require_free(target)
    if not target.exists():
        return
    manifest = None if target == release.path else read_manifest_file(target)
    if manifest is None or (manifest.hydrated is None and manifest.digest != release.manifest.full.digest):
        raise TargetError("is another release", path=target, remedy="Choose another --out")


def find_copies(
    release: AnchoredRelease, articles: Iterable[Article], progress: Progress | None = None
) -> dict[str, Placement]:
    """Per article of a release, the copy in which the most of it was found; only what is such a copy stays in memory.

    Of equal ones: the one with the most exact segments, then by the text's digest and the source, whatever the order.
    """
    index, segmenter = AnchorIndex(release), find_segmenter(release.manifest.segmenter)
    best: dict[str, tuple[tuple[int, int], tuple[str, str, int], Placement]] = {}
    for done, article in enumerate(articles, start=1):
        for copy in make_copies(article, segmenter):
            is_complete = False
            for number, hits in index.find_candidates(copy):
                anchored = release.articles[number]
                placement = place_segments(release.manifest.name, anchored.anchors, copy, hits)
                rank, tie = _rank(placement), _break_tie(copy)
                old = best.get(anchored.id)
                if old is None or rank > old[0] or (rank == old[0] and tie < old[1]):
                    best[anchored.id] = (rank, tie, placement)
                is_complete |= rank[0] == len(anchored.anchors)
            if is_complete:
                break
        if progress is not None:
            progress(done)
    return {id_: placement for id_, (_, _, placement) in best.items()}


def _rank(placement: Placement) -> tuple[int, int]:
    return placement.count(), placement.list_statuses().count(EXACT)


def _break_tie(copy: Copy) -> tuple[str, str, int]:
    return copy.article.sha256, copy.article.source, copy.article.record_offset or 0


def _report(article: AnchoredArticle, placement: Placement | None) -> list[SegmentReport]:
    statuses = [MISSING] * len(article.anchors) if placement is None else placement.list_statuses()
    spans = [None] * len(article.anchors) if placement is None else placement.spans
    return [
        SegmentReport(
            article=article.id,
            position=anchor.position,
            is_labelled=anchor.position in article.sentences,
            status=status,
            start=None if span is None else span.start,
            end=None if span is None else span.end,
            recorded_start=anchor.start,
            recorded_end=anchor.end,
            copy=None if placement is None else placement.copy.article.source,
        )
        for anchor, span, status in zip(article.anchors, spans, statuses, strict=True)
    ]


def _render(release: AnchoredRelease, found: Sequence[FoundArticle], reports: Sequence[SegmentReport]) -> _Rendered:
    assembly = assemble_found(release, found, reports)
    readme = release.path / "README.md"
    card = remove_block(read_markdown(readme), "text_free")
    changelog = read_markdown(release.path / "CHANGELOG.md")
    if assembly.hydrated is not None:
        card = insert_block(card, "coverage")
        changelog = _state_subset(changelog, assembly)
    files, _ = render_release(assembly, card=fill_card(card, assembly, path=readme), changelog=changelog)
    return _Rendered(assembly, files)


def _state_subset(changelog: str, assembly: Assembly) -> str:
    """The changelog of the full release with another section for this version: what the subset is and holds."""
    version = assembly.corpus.file.version
    part = "" if assembly.hydrated is None else assembly.hydrated.describe()
    lines = [f"A subset, hydrated from the text-free release: {part}.", *describe_content(describe_assembly(assembly))]
    section = f"## {version}\n\n" + "".join(f"- {line}\n" for line in lines)
    head, *sections = re.split(r"^(?=## )", changelog, flags=re.MULTILINE)
    others = [own for own in sections if own.split("\n", 1)[0].strip() != f"## {version}"]
    return head + "\n".join([section, *others])
