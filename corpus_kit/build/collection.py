"""What a release says of the collections that go with it, whether it is about to be written or was read."""

from corpus_kit.build.assemble import Assembly, make_counts
from corpus_kit.build.layout import lay_out_configs, lay_out_files
from corpus_kit.corpus import name_collection_configs
from corpus_kit.release import COLLECTIONS_DIR, CollectionConfig, CollectionEntry, Counts, LicensesEntry


def describe_collections(assembly: Assembly) -> dict[str, CollectionEntry]:
    """The entries of the manifest, by name."""
    return {name: _describe_collection(name, nested) for name, nested in assembly.collections.items()}


def _describe_collection(name: str, nested: Assembly) -> CollectionEntry:
    file, files = nested.corpus.file, lay_out_files(nested)
    configs = lay_out_configs(nested, files)
    return CollectionEntry(
        name=file.name,
        version=file.version,
        digest=nested.digest,
        counts=Counts(**make_counts(nested)),
        licenses=LicensesEntry(annotations=file.license.annotations, articles=file.license.articles),
        configs={
            config: CollectionConfig(
                table=table,
                splits={split: [name_nested(name, path) for path in paths] for split, paths in own.items()},
                rows={split: sum(len(files[path]) for path in paths) for split, paths in own.items()},
            )
            for config, table in name_collection_configs(name).items()
            for own in (configs[table][1],)
        },
    )


def name_nested(name: str, path: str) -> str:
    """The path in the outer release of a file of a collection's release."""
    return f"{COLLECTIONS_DIR}/{name}/{path}"
