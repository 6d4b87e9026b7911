"""Is a collection the release that the manifest around it says it is?"""

from collections.abc import Iterator

from corpus_kit.build.collection import name_nested
from corpus_kit.corpus import list_scheme_changes, name_collection_configs
from corpus_kit.release import MANIFEST_FILE, CollectionEntry, Manifest


def compare_collection(name: str, entry: CollectionEntry, nested: Manifest, outer: Manifest) -> Iterator[str]:
    """What the entry says otherwise than the collection's own manifest, and how the two schemes differ."""
    for key in ("name", "version", "digest", "counts", "licenses"):
        if getattr(entry, key) != getattr(nested, key):
            yield f"{MANIFEST_FILE}: {key} is {_show(getattr(nested, key))}, the outer manifest says otherwise"
    for change in list_scheme_changes(outer.make_scheme(), nested.make_scheme()):
        yield f"{MANIFEST_FILE}: another label scheme: {change}"
    if nested.collections:
        yield f"{MANIFEST_FILE}: a collection has no collections of its own"
    expected = name_collection_configs(name)
    for config in sorted(expected.keys() ^ entry.configs.keys()):
        yield f"config {config}: {'missing' if config in expected else 'not one of a collection'}"
    for config, table in expected.items():
        if config in entry.configs:
            yield from _compare_config(name, config, table, entry, nested)


def _compare_config(name: str, config: str, table: str, entry: CollectionEntry, nested: Manifest) -> Iterator[str]:
    stated, own = entry.configs[config], nested.configs.get(table)
    if own is None:
        yield f"{MANIFEST_FILE}: there is no config {table}"
        return
    splits = {split: [name_nested(name, path) for path in paths] for split, paths in own.splits.items()}
    if (stated.table, stated.splits) != (table, splits):
        yield f"config {config}: its files are not those of {table} in the collection"
    if (found := sum(stated.rows.values())) != own.rows:
        yield f"config {config}: {found} rows, the collection's manifest says {own.rows}"


def _show(value: object) -> str:
    return repr(value) if isinstance(value, str) else "another"
