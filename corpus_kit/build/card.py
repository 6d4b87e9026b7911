"""The dataset card: front matter and numbers are generated, the prose is written by hand.

A generated block stands between `<!-- corpus-kit:NAME -->` and `<!-- /corpus-kit:NAME -->`.
"""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from corpus_kit.annotate import render_agreement
from corpus_kit.build.assemble import Assembly
from corpus_kit.build.layout import lay_out_configs, lay_out_files
from corpus_kit.columns import make_feature_list
from corpus_kit.corpus import Corpus
from corpus_kit.errors import CorpusError, UnknownName
from corpus_kit.markdown import render_table
from corpus_kit.records import decode_utf8, read_bytes

_BLOCK = re.compile(r"(<!-- corpus-kit:([a-z_]+) -->\n)(.*?)(<!-- /corpus-kit:\2 -->)", re.DOTALL)
_OPENING = re.compile(r"<!-- corpus-kit:([a-z_]+) -->")
_FRONT = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

Blocks = Mapping[str, Callable[[], str]]
"""Per block, what makes its text; called only for blocks that a file has."""


def read_card_source(corpus: Corpus) -> str:
    """The corpus' `DATASET_CARD.md`, or the template that `corpus-kit init` would have made."""
    if corpus.card_path.exists():
        return decode_utf8(read_bytes(corpus.card_path, CorpusError), corpus.card_path, CorpusError)
    return files("corpus_kit.templates").joinpath("corpus", "DATASET_CARD.md").read_text(encoding="utf-8")


def fill_card(text: str, assembly: Assembly, *, path: Path) -> str:
    """A card with fresh front matter and blocks. `path` is named in errors."""
    body = _FRONT.sub("", text, count=1)
    return render_front_matter(assembly) + fill_blocks(body, make_blocks(assembly), path=path)


def fill_blocks(text: str, blocks: Blocks, *, path: Path) -> str:
    """A text with every generated block filled in; a CorpusError for an unknown block or one that isn't closed."""
    closed = {match[2] for match in _BLOCK.finditer(text)}
    for opening in _OPENING.finditer(text):
        line = text.count("\n", 0, opening.start()) + 1
        if opening[1] not in blocks:
            raise UnknownName("block", opening[1], blocks, path=path, line=line)
        if opening[1] not in closed:
            raise CorpusError(
                f"block {opening[1]!r} isn't closed",
                path=path,
                line=line,
                remedy=f"Add <!-- /corpus-kit:{opening[1]} -->",
            )
    return _BLOCK.sub(lambda match: f"{match[1]}{blocks[match[2]]().strip()}\n{match[4]}", text)


def list_stale_blocks(text: str, fresh: str) -> list[str]:
    """What differs between a text and its fresh version: `front matter`, names of blocks; empty if nothing."""
    stale = ["front matter"] if _front(text) != _front(fresh) else []
    old = {match[2]: match[3] for match in _BLOCK.finditer(text)}
    stale += [name for match in _BLOCK.finditer(fresh) if old.get(name := match[2]) != match[3]]
    return stale


def _front(text: str) -> str:
    found = _FRONT.match(text)
    return found[0] if found else ""


def make_blocks(assembly: Assembly) -> Blocks:
    """The blocks that an assembly can fill."""
    return {
        "identity": lambda: render_identity(assembly),
        "counts": lambda: render_counts(assembly),
        "articles": lambda: render_articles(assembly),
        "agreement": lambda: render_agreement(assembly.agreement),
        "annotators": lambda: render_annotators(assembly),
        "recurring": lambda: render_recurring(assembly),
        "loading": lambda: render_loading(assembly),
    }


def render_front_matter(assembly: Assembly) -> str:
    """The YAML that the Hub and `datasets` read: configs with their files, and the features of each."""
    import yaml

    file = assembly.corpus.file
    tables = lay_out_configs(assembly, lay_out_files(assembly))
    n = len(assembly.rows["sentences"])
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
            for name, (_, splits) in tables.items()
        ],
        "dataset_info": [
            {"config_name": name, "features": make_feature_list(assembly.columns[table])}
            for name, (table, _) in tables.items()
        ],
    }
    return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000)}---\n"


def render_identity(assembly: Assembly) -> str:
    """Name, version, guidelines and digest."""
    file = assembly.corpus.file
    return (
        f"`{file.name}` {file.version}, labelled under guidelines {assembly.guidelines.version}; "
        f"content digest `{assembly.digest}`.\n"
    )


def render_counts(assembly: Assembly) -> str:
    """Segments per label and split, with what was set aside."""
    split_of = {fold: split for split, own in assembly.splits.items() for fold in own}
    columns = {
        split: assembly.count_labels([row for row in assembly.rows["sentences"] if split_of[row["fold"]] == split])
        for split in assembly.splits
    }
    total, n = assembly.count_labels(), len(assembly.rows["sentences"])
    rows = [
        [label, *(str(counts[label]) for counts in columns.values()), str(total[label]), f"{total[label] / n:.1%}"]
        for label in assembly.corpus.scheme.labels
    ]
    sums = [sum(counts.values()) for counts in columns.values()]
    rows.append(["**all**", *map(str, sums), str(n), f"{1:.1%}"])
    rare = [f"{total[label]} {label}" for label in total if total[label] < 10]
    said = render_table(["label", *columns, "all", "share"], rows)
    said += f"\n{len(assembly.articles)} articles, {len(assembly.segments)} segments; {n} have a label that holds"
    aside = len([item for item in assembly.set_aside if item.kind == "segment"])
    said += f", {aside} were set aside (listed in `manifest.json`).\n"
    if rare:
        said += (
            f"\n**With {' and '.join(rare)} in all, no classifier can be judged on "
            f"{'that label' if len(rare) == 1 else 'those labels'} here.**\n"
        )
    return said


def render_articles(assembly: Assembly) -> str:
    """A row per article: whose it is, its fold, and its segments by label."""
    labels = assembly.corpus.scheme.labels
    rows = []
    for article in assembly.articles:
        counts = assembly.count_labels([r for r in assembly.rows["sentences"] if r["article_id"] == article.id])
        rows.append(
            [
                f"`{article.id}`",
                article.publisher or "–",
                article.title or "–",
                article.author or "–",
                article.published or "–",
                str(assembly.folds[article.id]),
                *(str(counts[label]) for label in labels),
            ]
        )
    header = ["article", "publisher", "title", "author", "published", "fold", *labels]
    return render_table(header, rows, numeric_from=5)


def render_annotators(assembly: Assembly) -> str:
    """Who annotated and adjudicated, and how much."""
    votes: dict[str, int] = {}
    for row in assembly.rows["annotations"]:
        votes[row["annotator"]] = votes.get(row["annotator"], 0) + 1
    known = assembly.corpus.file.annotators
    rows = [
        [
            f"`{name}`",
            known[name].kind if name in known else "unknown",
            str(votes.get(name, 0)),
            known[name].description,
        ]
        if name in known
        else [f"`{name}`", "unknown", str(votes[name]), "not described in corpus.toml"]
        for name in sorted({*votes, *known})
    ]
    return render_table(["who", "kind", "votes", "what"], rows, numeric_from=9)


def render_recurring(assembly: Assembly) -> str:
    """How many segments recur in another fold."""
    groups = [row["duplicate_group"] for row in assembly.rows["sentences"] if row["duplicate_group"]]
    return (
        f"Segments that recur, whole or in a run of eight words, in another fold: {len(groups)} "
        f"(groups: {len(set(groups))}). They carry a `duplicate_group`; scores are given with and without them.\n"
    )


def render_loading(assembly: Assembly) -> str:
    """The configs and their splits."""
    configs = lay_out_configs(assembly, tables := lay_out_files(assembly))
    rows = [
        [
            f"`{name}`",
            ", ".join(f"{split} {sum(len(tables[path]) for path in paths)}" for split, paths in splits.items()),
        ]
        for name, (_, splits) in configs.items()
    ]
    return render_table(["config", "rows per split"], rows, numeric_from=9)
