"""A difference in words, and as JSON."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from corpus_kit.diff.bump import explain_bump, next_version, parse_version, require_bump
from corpus_kit.diff.compare import Amended, CollectionChange, Diff, OneSided, Relabelled, Resplit, Retexted, Voice

MAX_TEXT_CHARS = 100
T = TypeVar("T")


def to_json(diff: Diff) -> dict[str, Any]:
    """The whole difference as JSON values, with the counts, the bump that it requires and the reasons for it."""
    bump = require_bump(diff)
    return {
        "counts": count_rows(diff),
        "bump": bump.name.lower(),
        "next_version": next_version(diff.old.version, bump),
        "reasons": [{"bump": own.name.lower(), "reason": reason} for own, reason in explain_bump(diff)],
        **asdict(diff),
    }


def count_rows(diff: Diff) -> dict[str, int]:
    """How many rows there were and are, and how many are in each list: old - removed + added = new."""
    return {
        "old": diff.old.rows,
        "new": diff.new.rows,
        "added": len(diff.added),
        "removed": len(diff.removed),
        "retexted": len(diff.retexted),
        "relabelled": len(diff.relabelled),
        "resplit": len(diff.resplit),
        "amended": len(diff.amended),
    }


def render_text(diff: Diff) -> str:
    """A summary of some lines, then every row that changed under a heading per kind of change."""
    return "\n".join([*_summarise(diff), *_list_articles(diff), *_list_rows(diff)])


def describe_bump(diff: Diff) -> str:
    """Which version the difference requires, whether the new side's own will do, and why."""
    bump = require_bump(diff)
    if not bump:
        return "nothing changed; any version will do"
    needed = next_version(diff.old.version, bump)
    is_enough = parse_version(diff.new.version) >= parse_version(needed)
    verdict = f"{diff.new.version} will do" if is_enough else f"{diff.new.version} understates it"
    why = "; ".join(reason for own, reason in explain_bump(diff) if own == bump)
    return f"requires {bump.name} ({why}): {needed} or later; {verdict}"


def describe_collection(change: CollectionChange) -> str:
    """What became of a collection, in one line: `corpus-kit diff` of the two folders in the releases says more."""
    old, new = (f"{side.name} {side.version}" if side else "none" for side in (change.old, change.new))
    asked = f"; {describe_bump(change.diff)}" if change.diff else ""
    return f"collection {change.name}: {old} → {new}{asked}"


def summarise_changes(diff: Diff) -> list[str]:
    """A line per kind of change, for a changelog; empty where nothing changed."""
    lines = [reason[0].upper() + reason[1:] + "." for _, reason in explain_bump(diff)]
    moves = Counter(f"`{describe_judgement(row.old)}` → `{describe_judgement(row.new)}`" for row in diff.relabelled)
    if moves:
        lines.append("Relabelled: " + ", ".join(f"{count} × {move}" for move, count in sorted(moves.items())) + ".")
    for names, what in ((diff.articles_added, "New"), (diff.articles_removed, "Removed")):
        if names:
            lines.append(f"{what}: {', '.join(f'`{name}`' for name in names)}.")
    return lines


def describe_judgement(judgement: tuple[str, str | None]) -> str:
    """A label with its attribution, if it has one: `fact/indirect`."""
    return "/".join(part for part in judgement if part is not None)


def describe_voices(voices: tuple[Voice, ...]) -> str:
    """Whose words changed, how and under which guidelines."""
    said = (f"{voice.annotator} ({voice.action}, guidelines {voice.guidelines})" for voice in voices)
    return ", ".join(said) or "by whom is not recorded"


def describe_columns(columns: tuple[str, ...]) -> str:
    """The names of columns that have other values."""
    return ", ".join(columns)


def _summarise(diff: Diff) -> Iterator[str]:
    old, new = diff.old, diff.new
    yield f"{old.name} {old.version} → {new.name} {new.version}"
    yield f"{old.digest} → {new.digest}"
    yield f"articles: {old.articles} → {new.articles}; guidelines {old.guidelines} → {new.guidelines}"
    counts = count_rows(diff)
    parts = ", ".join(f"{count} {name}" for name, count in list(counts.items())[2:])
    yield f"rows: {counts['old']} → {counts['new']}: {parts}"
    if any(diff.votes.values()):
        yield "annotations: " + ", ".join(f"{count} {name}" for name, count in diff.votes.items())
    yield from (describe_collection(collection) for collection in diff.collections)
    yield describe_bump(diff)
    for change in diff.scheme:
        yield f"scheme: {change.what}: {_show(change.old)} → {_show(change.new)}"
    for change in diff.columns:
        yield f"column {change.what}: {'gone' if change.old else 'new'}"


def _show(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_show(own)}" for name, own in value.items())
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)


def _list_articles(diff: Diff) -> Iterator[str]:
    yield from _list_section("articles added", diff.articles_added, str)
    yield from _list_section("articles removed", diff.articles_removed, str)
    yield from _list_section("articles changed", diff.articles_changed, _describe_amended)


def _list_rows(diff: Diff) -> Iterator[str]:
    yield from _list_section("removed", diff.removed, _describe_one_sided)
    yield from _list_section("added", diff.added, _describe_one_sided)
    yield from _list_section("re-texted", diff.retexted, _describe_retexted)
    yield from _list_section("relabelled", diff.relabelled, _describe_relabelled)
    yield from _list_section("re-split", diff.resplit, _describe_resplit)
    yield from _list_section("other columns", diff.amended, _describe_amended)


def _list_section(title: str, rows: Sequence[T], describe: Callable[[T], str]) -> Iterator[str]:
    if rows:
        yield from ("", f"{title} ({len(rows)})", *(f"  {describe(row)}" for row in rows))


def _describe_one_sided(row: OneSided) -> str:
    reason = f"  set aside: {row.reason}" if row.reason else ""
    return f"{row.id}  {describe_judgement((row.label, row.attribution))}{reason}\n    {_quote(row.text)}"


def _describe_retexted(row: Retexted) -> str:
    texts = f"\n    - {_quote(row.old_text)}\n    + {_quote(row.new_text)}"
    return f"{row.old_id} → {row.new_id}  similarity {row.ratio:.2f}{texts}"


def _describe_relabelled(row: Relabelled) -> str:
    change = f"{describe_judgement(row.old)} → {describe_judgement(row.new)}"
    return f"{row.id}  {change}  {describe_voices(row.by)}\n    {_quote(row.text)}"


def _describe_resplit(row: Resplit) -> str:
    return f"{row.id}  fold {row.old[0]} ({row.old[1]}) → fold {row.new[0]} ({row.new[1]})"


def _describe_amended(row: Amended) -> str:
    return f"{row.id}: {describe_columns(row.columns)}"


def _quote(text: str) -> str:
    shown = text if len(text) <= MAX_TEXT_CHARS else text[: MAX_TEXT_CHARS - 1] + "…"
    return f"“{shown}”"
