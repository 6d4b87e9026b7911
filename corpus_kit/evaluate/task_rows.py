"""The rows of a task's dataset as they stand in it, from CSV, JSON Lines, Parquet, a folder or the Hub."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, NamedTuple

from corpus_kit.errors import TaskError, UnknownName
from corpus_kit.records import decode_utf8, iter_lines, parse_json, read_bytes
from corpus_kit.task import Task

SPLIT_KEY = "split of the dataset"
"""Where a dataset has splits of its own, the key of a row's split; no column is called so by accident."""
_FIX = "Correct the dataset, or [task] in the task file"


class Row(NamedTuple):
    """A row: `number` is its line in a text file, or counts rows from 1."""

    path: Path | str
    number: int
    values: Mapping[str, Any]


def read_task_rows(task: Task) -> Iterator[Row]:
    """The rows in the dataset's order; a TaskError where it can't be read. An empty dataset has none."""
    table = task.table
    if table.hub is not None:
        with TemporaryDirectory(prefix="corpus-kit-") as cache:
            yield from _read_folder(_download(table.hub, table.revision or "", Path(cache)), task, Path(cache))
        return
    path = task.source.parent / (table.path or "")
    if path.is_dir():
        with TemporaryDirectory(prefix="corpus-kit-") as cache:
            yield from _read_folder(path, task, Path(cache))
        return
    name = table.format or path.suffix.removeprefix(".").lower()
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS, path=path)
    yield from FORMATS[name](path)


def _read_csv(path: Path, delimiter: str = ",") -> Iterator[Row]:
    """Rows by the names in the first line; every value is a string. Each row has as many fields as the first line."""
    text = decode_utf8(read_bytes(path, TaskError, remedy=_FIX).removeprefix(b"\xef\xbb\xbf"), path, TaskError)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        header = next(reader, None)
        if header is None or len(set(header)) < len(header):
            raise TaskError("the first line doesn't name each column once", path=path, line=1, remedy=_FIX)
        line = reader.line_num + 1
        for fields in reader:
            if len(fields) != len(header) and fields:
                what = f"{len(fields)} fields instead of {len(header)}"
                raise TaskError(what, path=path, line=line, remedy=_FIX)
            if fields:
                yield Row(path, line, dict(zip(header, fields, strict=True)))
            line = reader.line_num + 1
    except csv.Error as e:
        raise TaskError(f"not valid CSV: {e}", path=path, line=line, remedy=_FIX) from e


def _read_tsv(path: Path) -> Iterator[Row]:
    return _read_csv(path, "\t")


def _read_jsonl(path: Path) -> Iterator[Row]:
    for line in iter_lines(path, TaskError):
        value = parse_json(line.data, TaskError, path=path, line=line.number)
        if not isinstance(value, dict):
            raise TaskError("not a JSON object", path=path, line=line.number, remedy=_FIX)
        yield Row(path, line.number, value)


def _read_parquet(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for values in batch.to_pylist():
                    number += 1
                    yield Row(path, number, values)
    except (OSError, pa.ArrowException, ValueError) as e:
        raise TaskError(f"can't be read ({e})", path=path, remedy=_FIX) from e


FORMATS: Mapping[str, Callable[[Path], Iterator[Row]]] = MappingProxyType(
    {"csv": _read_csv, "tsv": _read_tsv, "jsonl": _read_jsonl, "parquet": _read_parquet}
)


def _download(repository: str, revision: str, cache: Path) -> Path:
    """A dataset of the Hub at a revision, as a folder.

    `datasets.load_dataset(repository, revision=…)` isn't used: without a connection it takes the newest revision that
    it has in its cache, whatever was asked for.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    where = f"hub:{repository}@{revision}"
    try:
        return Path(snapshot_download(repository, repo_type="dataset", revision=revision, local_dir=cache / "snapshot"))
    except (OSError, ValueError, HfHubHTTPError) as e:
        reason = " ".join(str(e).split())[:300]
        raise TaskError(f"can't be downloaded ({reason})", path=where, remedy="See hub and revision in [task]") from e


def _read_folder(folder: Path, task: Task, cache: Path) -> Iterator[Row]:
    """The rows of a folder as `datasets` reads it, a label of type ClassLabel by its name.

    The cache is a new one: that of `datasets` knows files by their time and would give the rows of an earlier file.
    """
    import datasets

    source = folder if task.table.hub is None else f"hub:{task.table.hub}@{task.table.revision}"
    was_enabled = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        loaded = datasets.load_dataset(str(folder.resolve()), task.table.config, cache_dir=str(cache / "datasets"))
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as e:
        reason = " ".join(str(e.__cause__ or e).split())[:300]
        raise TaskError(f"`datasets` can't read it ({reason})", path=source, remedy=_FIX) from e
    finally:
        if was_enabled:
            datasets.enable_progress_bars()
    number = 0
    for split, rows in loaded.items():
        names = {key: kind.names for key, kind in rows.features.items() if isinstance(kind, datasets.ClassLabel)}
        for values in rows:
            number += 1
            named = {
                key: names[key][value] if key in names and value is not None and value >= 0 else value
                for key, value in values.items()
            }
            yield Row(source, number, {**named, SPLIT_KEY: str(split)})
