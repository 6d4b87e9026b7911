"""The dataset card: front matter and numbers are generated, the prose is written by hand.

A generated block stands between `<!-- corpus-kit:NAME -->` and `<!-- /corpus-kit:NAME -->`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from corpus_kit.annotate import render_agreement
from corpus_kit.annotate.ledger import ADJUDICATE
from corpus_kit.build.assemble import Assembly
from corpus_kit.build.contents import Contents, describe_assembly
from corpus_kit.build.layout import name_file
from corpus_kit.column_meanings import describe_column
from corpus_kit.columns import make_feature_list
from corpus_kit.corpus import Corpus, CorpusFile
from corpus_kit.errors import CorpusError, UnknownName
from corpus_kit.markdown import count_of, escape_inline, render_table
from corpus_kit.records import decode_utf8, read_bytes

_BLOCK = re.compile(r"(<!-- corpus-kit:([a-z_]+) -->\n)(.*?)(<!-- /corpus-kit:\2 -->)", re.DOTALL)
_MARK = re.compile(r"<!-- (/?)corpus-kit:([a-z_]+) -->")
_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FRONT = re.compile(r"\A\ufeff?---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

TEXT_FREE = """\
**This is the text-free release: labels, offsets and digests of articles that belong to others.** Whoever has the
articles makes the dataset from it: `corpus-kit hydrate RELEASE --articles SOURCE` finds every segment in copies from
anywhere, or says that it is altered or missing. Where all are found, the result is the full release, byte for byte.
"""

Blocks = Mapping[str, Callable[[], str]]
"""Per block, what makes its text; called only for blocks that a file has."""


def read_card_source(corpus: Corpus) -> str:
    """The corpus' `DATASET_CARD.md`, or the template that `corpus-kit init` would have made."""
    if corpus.card_path.exists():
        return read_markdown(corpus.card_path)
    return files("corpus_kit.templates").joinpath("corpus", "DATASET_CARD.md").read_text(encoding="utf-8")


def read_markdown(path: Path) -> str:
    """A Markdown file with line feeds as line ends; a CorpusError where it can't be read."""
    return decode_utf8(read_bytes(path, CorpusError), path, CorpusError).replace("\r\n", "\n")


def read_sections(card: str) -> dict[str, str]:
    """The prose under each `## ` heading, by the heading: without generated blocks and comments, a line a paragraph.

    A section of which nothing is left is not in it; sections with one heading are joined.
    """
    parts = _HEADING.split(_COMMENT.sub("", _BLOCK.sub("", card)))
    sections: dict[str, list[str]] = {}
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", body))
        sections.setdefault(title, []).extend(paragraph for paragraph in paragraphs if paragraph)
    return {title: "\n".join(paragraphs) for title, paragraphs in sections.items() if paragraphs}


def fill_card(text: str, assembly: Assembly, *, path: Path) -> str:
    """A card with fresh front matter and blocks. `path` is named in errors.

    Keys of the old front matter that are not generated stay, after those that are.
    """
    kept, body = split_front_matter(text)
    contents = describe_assembly(assembly)
    front = render_front_matter(assembly.corpus.file, contents, kept)
    return front + fill_blocks(body, make_blocks(contents), path=path)


def insert_block(text: str, name: str) -> str:
    """A card with an empty block at the head of its body, to be filled; `remove_block` takes it out again."""
    end = found.end() if (found := _FRONT.match(text)) else 0
    return f"{text[:end]}<!-- corpus-kit:{name} -->\n<!-- /corpus-kit:{name} -->\n\n{text[end:]}"


def remove_block(text: str, name: str) -> str:
    """A card without the first block of that name and the empty line after it."""
    return re.sub(
        rf"<!-- corpus-kit:{name} -->\n.*?<!-- /corpus-kit:{name} -->\n\n", "", text, count=1, flags=re.DOTALL
    )


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The front matter's keys and the text after it; no keys where the text begins with anything but a YAML mapping."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = _FRONT.match(text)
    try:
        front = yaml.load(found[1], Loader=loader) if found else None  # noqa: S506 - both loaders are safe ones
    except yaml.YAMLError:
        front = None
    return (front, text[found.end() :]) if found and isinstance(front, dict) else ({}, text)


def fill_blocks(text: str, blocks: Blocks, *, path: Path) -> str:
    """A text with every generated block filled in.

    A CorpusError where a block isn't closed before the next one opens, or stands twice; an UnknownName for one that
    nobody can fill.
    """
    seen: set[str] = set()
    opened: re.Match[str] | None = None
    for mark in _MARK.finditer(text):
        line = text.count("\n", 0, mark.start()) + 1
        if mark[1] and (opened is None or opened[2] != mark[2]):
            raise CorpusError(f"block {mark[2]!r} is closed, but was not opened", path=path, line=line)
        if not mark[1]:
            if opened is not None:
                raise _make_unclosed(text, opened, path)
            if mark[2] not in blocks:
                raise UnknownName("block", mark[2], blocks, path=path, line=line)
            if mark[2] in seen:
                raise CorpusError(f"block {mark[2]!r} stands twice", path=path, line=line, remedy="Remove one")
            seen.add(mark[2])
        opened = None if mark[1] else mark
    if opened is not None:
        raise _make_unclosed(text, opened, path)
    return _BLOCK.sub(lambda match: f"{match[1]}{blocks[match[2]]().strip()}\n{match[4]}", text)


def _make_unclosed(text: str, opened: re.Match[str], path: Path) -> CorpusError:
    line = text.count("\n", 0, opened.start()) + 1
    remedy = f"Add <!-- /corpus-kit:{opened[2]} -->"
    return CorpusError(f"block {opened[2]!r} isn't closed", path=path, line=line, remedy=remedy)


def list_stale_blocks(text: str, fresh: str) -> list[str]:
    """What differs between a text and its fresh version: `front matter`, names of blocks; empty if nothing."""
    stale = ["front matter"] if _front(text) != _front(fresh) else []
    old = {match[2]: match[3] for match in _BLOCK.finditer(text)}
    stale += [name for match in _BLOCK.finditer(fresh) if old.get(name := match[2]) != match[3]]
    return stale


def _front(text: str) -> str:
    found = _FRONT.match(text)
    return found[0] if found else ""


def make_blocks(contents: Contents) -> Blocks:
    """The blocks that a release can fill."""
    return {
        "identity": lambda: render_identity(contents),
        "counts": lambda: render_counts(contents),
        "articles": lambda: render_articles(contents),
        "agreement": lambda: render_agreement(contents.agreement),
        "annotators": lambda: render_annotators(contents),
        "recurring": lambda: render_recurring(contents),
        "collections": lambda: render_collections(contents),
        "loading": lambda: render_loading(contents),
        "columns": lambda: render_columns(contents),
        "text_free": lambda: TEXT_FREE,
        "coverage": lambda: render_coverage(contents),
    }


def render_front_matter(file: CorpusFile, contents: Contents, kept: Mapping[str, Any]) -> str:
    """The YAML that the Hub and `datasets` read: configs with their files, and the features of each.

    Keys of `kept` that are not generated follow.
    """
    import yaml

    n = len(contents.rows["sentences"])
    kinds = {table.kind for table in file.annotators.values()}
    front: dict[str, Any] = {
        "pretty_name": file.title or file.name,
        "language": [file.language],
        "license": file.license.dataset,
        **({"license_name": "see-licence-section"} if file.license.dataset == "other" else {}),
        **({"license_link": "README.md#licence"} if file.license.dataset == "other" else {}),
        "task_categories": ["text-classification"],
        "task_ids": ["multi-class-classification"],
        "size_categories": [next((name for limit, name in _SIZES if n < limit), "n>1M")],
        "annotations_creators": sorted(
            {"human": "expert-generated", "language-model": "machine-generated"}[kind] for kind in kinds
        )
        or ["other"],
        "configs": [
            {
                "config_name": name,
                **({"default": True} if name == "sentences" else {}),
                "version": file.version,
                "data_files": [{"split": split, "path": list(paths)} for split, paths in splits.items()],
            }
            for name, (_, splits) in contents.configs.items()
        ]
        + [
            {
                "config_name": name,
                "version": collection.version,
                "data_files": [{"split": split, "path": paths} for split, paths in config.splits.items()],
            }
            for collection in contents.collections.values()
            for name, config in collection.configs.items()
        ],
        "dataset_info": [
            {"config_name": name, "features": make_feature_list(contents.columns[table])}
            for name, table in _list_configs(contents)
        ],
    }
    front |= {key: value for key, value in kept.items() if key not in front}
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000)}---\n"


def _list_configs(contents: Contents) -> Iterator[tuple[str, str]]:
    """Every config and its table: those of the release, then those of its collections, which have the same columns."""
    yield from ((name, table) for name, (table, _) in contents.configs.items())
    for collection in contents.collections.values():
        yield from ((name, config.table) for name, config in collection.configs.items())


def render_identity(contents: Contents) -> str:
    """Name, version, guidelines and digest."""
    return (
        f"`{contents.name}` {contents.version}, labelled under guidelines {contents.guidelines}; "
        f"content digest `{contents.digest}`.\n"
    )


def render_counts(contents: Contents) -> str:
    """Segments per label and split, with what was set aside."""
    split_of = {fold: split for split, own in contents.splits.items() for fold in own}
    columns = {
        split: contents.count_labels([row for row in contents.rows["sentences"] if split_of[row["fold"]] == split])
        for split in contents.splits
    }
    total, n = contents.count_labels(), len(contents.rows["sentences"])
    rows = [
        [label, *(str(counts[label]) for counts in columns.values()), str(total[label]), f"{total[label] / n:.1%}"]
        for label in contents.scheme.labels
    ]
    sums = [sum(counts.values()) for counts in columns.values()]
    rows.append(["**all**", *map(str, sums), str(n), f"{1:.1%}"])
    rare = [f"{total[label]} × {label}" for label in total if total[label] < 10]
    said = render_table(["label", *columns, "all", "share"], rows)
    said += f"\n{count_of(len(contents.rows['articles']), 'article')}, {count_of(contents.segments, 'segment')}; "
    said += f"with a label that holds: {n}"
    said += f"; set aside: {contents.set_aside} (listed in `manifest.json`).\n"
    if rare:
        said += (
            f"\n**With {', '.join(rare)} in all, no classifier can be judged on "
            f"{'that label' if len(rare) == 1 else 'those labels'} here.**\n"
        )
    return said


def render_articles(contents: Contents) -> str:
    """A row per article, by fold: whose it is, and its segments by label."""
    labels = contents.scheme.labels
    own: dict[str, list[Mapping[str, Any]]] = {article["id"]: [] for article in contents.rows["articles"]}
    for sentence in contents.rows["sentences"]:
        own[sentence["article_id"]].append(sentence)
    rows = []
    for article in sorted(contents.rows["articles"], key=lambda row: int(row["fold"])):
        counts = contents.count_labels(own[article["id"]])
        rows.append(
            [
                f"`{article['id']}`",
                escape_inline(article["publisher"] or "–"),
                escape_inline(article.get("title") or "–"),
                escape_inline(article["author"] or "–"),
                article["published"] or "–",
                str(article["fold"]),
                *(str(counts[label]) for label in labels),
            ]
        )
    header = ["article", "publisher", "title", "author", "published", "fold", *labels]
    return render_table(header, rows, numeric_from=5)


def render_annotators(contents: Contents) -> str:
    """Who annotated and adjudicated, and how many votes each gave; decisions are no votes."""
    votes: dict[str, int] = {}
    for row in contents.rows["annotations"]:
        votes[row["annotator"]] = votes.get(row["annotator"], 0) + (row["action"] != ADJUDICATE)
    known = contents.annotators
    rows = []
    for name in sorted({*votes, *known}):
        kind, what = ("unknown", "not described in corpus.toml")
        if name in known:
            kind, what = known[name].kind, known[name].description
        rows.append([f"`{name}`", kind, str(votes.get(name, 0)), escape_inline(what)])
    return render_table(["who", "kind", "votes", "what"], rows, numeric_from=9)


def render_recurring(contents: Contents) -> str:
    """How many segments recur in another fold."""
    if all(column.name != "duplicate_group" for column in contents.columns["sentences"]):
        return (
            "Which segments recur in another fold isn't stated without texts; `corpus-kit hydrate` finds them again.\n"
        )
    groups = [row["duplicate_group"] for row in contents.rows["sentences"] if row["duplicate_group"]]
    return (
        f"Segments that recur, whole or in a run of eight words, in another fold: {len(groups)} "
        f"(groups: {len(set(groups))}). They carry a `duplicate_group`; scores are given with and without them.\n"
    )


def render_coverage(contents: Contents) -> str:
    """Which part of the full release this is, where it was hydrated and not all was found."""
    if contents.hydrated is None:
        return "Whole: nothing is missing.\n"
    rows = ", ".join(f"{count} {status}" for status, count in contents.hydrated.rows.items())
    return (
        f"**A subset of the full release: {contents.hydrated.describe()}** ({rows}), found in copies of the articles. "
        f"The whole has the content digest `{contents.hydrated.of}`. Scores on a subset can't be compared with scores "
        "on the whole or on another subset.\n"
    )


def render_loading(contents: Contents) -> str:
    """The configs and their splits."""
    sizes = Counter(name_file(table, row["fold"]) for table, rows in contents.rows.items() for row in rows)
    rows = [
        [
            f"`{name}`",
            ", ".join(f"{split} {sum(sizes[path] for path in paths)}" for split, paths in splits.items()),
        ]
        for name, (_, splits) in contents.configs.items()
    ]
    rows += [
        [f"`{name}`", ", ".join(f"{split} {count}" for split, count in config.rows.items())]
        for collection in contents.collections.values()
        for name, config in collection.configs.items()
    ]
    return render_table(["config", "rows per split"], rows, numeric_from=9)


def render_collections(contents: Contents) -> str:
    """A row per collection: its config, which release it is, how large, and what holds for its texts."""
    if not contents.collections:
        return "This release has no collections.\n"
    rows = [
        [
            f"`{config}`",
            f"{entry.name} {entry.version}",
            escape_inline(entry.licenses.articles),
            str(entry.counts.articles),
            *(str(entry.counts.labels[label]) for label in contents.scheme.labels),
            str(entry.counts.labelled),
        ]
        for config, entry in contents.collections.items()
    ]
    header = ["config", "collection", "its articles' licence", "articles", *contents.scheme.labels, "all"]
    return render_table(header, rows, numeric_from=3)


def render_columns(contents: Contents) -> str:
    """The columns of each table, with their types and meanings."""
    rows = [
        [
            table,
            f"`{column.name}`",
            "ClassLabel" if column.type == "class" else column.type,
            column.meaning or describe_column(table, column.name),
        ]
        for table, columns in contents.columns.items()
        for column in columns
    ]
    return render_table(["table", "column", "type", "meaning"], rows, numeric_from=9)
