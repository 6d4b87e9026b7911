"""Which files a release has and which of them each config reads. Splits are sets of folds, so configs cost no data."""

from collections.abc import Mapping

from corpus_kit.build.assemble import Assembly, Row

Files = Mapping[str, list[Row]]
"""Per path within the release, the rows of that Parquet file."""

Configs = Mapping[str, tuple[str, Mapping[str, list[str]]]]
"""Per config, its table and the files of each split."""


def lay_out_files(assembly: Assembly) -> dict[str, list[Row]]:
    """A file per table and fold, `data/<table>/fold_<k>.parquet`; a fold without rows has none, as none would load."""
    files: dict[str, list[Row]] = {}
    for table, rows in assembly.rows.items():
        by_fold: dict[int, list[Row]] = {}
        for row in rows:
            by_fold.setdefault(row["fold"], []).append(row)
        files |= {name_file(table, fold): own for fold, own in by_fold.items()}
    return files


def name_file(table: str, fold: int) -> str:
    """The path of a fold's file of a table."""
    return f"data/{table}/fold_{fold}.parquet"


def lay_out_configs(assembly: Assembly, files: Mapping[str, object]) -> Configs:
    """Every config in the card's order: the tables, a config per fold held out, and everything as one test split."""
    folds = sorted(set(assembly.folds.values()))

    def select(table: str, own: list[int]) -> list[str]:
        return [path for fold in own if (path := name_file(table, fold)) in files]

    configs: dict[str, tuple[str, dict[str, list[str]]]] = {
        table: (table, {split: select(table, own) for split, own in assembly.splits.items()}) for table in assembly.rows
    }
    if len(folds) > 1:
        for k in folds:
            rest = [fold for fold in folds if fold != k]
            configs[f"fold_{k}"] = (
                "sentences",
                {"train": select("sentences", rest), "test": select("sentences", [k])},
            )
    configs["all_test"] = ("sentences", {"test": select("sentences", folds)})
    kept = {
        name: (table, {split: paths for split, paths in splits.items() if paths})
        for name, (table, splits) in configs.items()
    }
    return {name: (table, splits) for name, (table, splits) in kept.items() if splits}
