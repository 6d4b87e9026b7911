"""A source becomes a list of files: the one it names, or those of a folder or a glob in a fixed order."""

import glob
import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from corpus_kit.errors import ArticleError
from corpus_kit.ingest.open import UNPACKERS, is_url, list_errors, load_fsspec
from corpus_kit.sources import SourceTable

SUFFIXES: Mapping[str, str] = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".warc": "warc",
}
"""A file name's ending, in lower case, to the format; `.gz` or `.zst` may follow it."""

_MAGIC = re.compile(r"[*?\[]")


class SourceFile(NamedTuple):
    """One file to read: `source` is what messages and provenance call it; no `format` means that none is known."""

    location: str
    source: str
    stem: str
    compression: str
    format: str | None
    table: SourceTable


def expand_source(table: SourceTable, root: Path | None = None) -> list[SourceFile]:
    """The files of a source; an ArticleError where there are none.

    Folders and globs are recursive where `**` or a folder says so, in the order of their relative paths; hidden files,
    and symbolic links that leave the folder, are passed over. Of a folder only known endings are taken, unless the
    source names its format.
    """
    if is_url(table.path):
        return _expand_url(table)
    path = Path(table.path) if root is None else root / table.path
    if path.is_dir():
        found = _list_folder(path)
        files = [_name_local(path, own, table) for own in found if table.format or split_name(own)[1] in SUFFIXES]
        return _require(files, table, f"no file with a known ending ({', '.join(SUFFIXES)}) in this folder")
    if path.exists():
        return [_make_file(str(path), _show(table.path), path.name, table, bare="text")]
    if not _MAGIC.search(table.path):
        raise ArticleError("can't be read (No such file or directory)", path=table.path)
    base = _find_base(path)
    matched = map(Path, glob.glob(str(path), recursive=True))  # noqa: PTH207 (Path.glob doesn't pass over hidden files)
    found = sorted(own.relative_to(base).as_posix() for own in matched if _is_inside(own, base))
    files = [_name_local(base, own, table) for own in found]
    return _require(files, table, "no file matches")


def is_one_file(source: str) -> bool:
    """Whether it is the name of a local file, and neither a folder, a glob nor a URL."""
    return not is_url(source) and Path(source).is_file()


def _require(files: list[SourceFile], table: SourceTable, otherwise: str) -> list[SourceFile]:
    if not files:
        raise ArticleError(otherwise, path=table.path)
    return files


def _list_folder(folder: Path) -> list[str]:
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(here, name)
            if not name.startswith(".") and _is_inside(path, folder):
                found.append(path.relative_to(folder).as_posix())
    return sorted(found)


def _is_inside(path: Path, folder: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _find_base(pattern: Path) -> Path:
    """The folder of a glob: what stands before its first special character."""
    parts = pattern.parts
    first = next(i for i, part in enumerate(parts) if _MAGIC.search(part))
    return Path(*parts[:first])


def _name_local(folder: Path, relative: str, table: SourceTable) -> SourceFile:
    shown = table.path
    if magic := _MAGIC.search(shown):
        shown = posixpath.dirname(shown[: magic.start()])
    name = posixpath.join(shown, relative) if shown else relative
    return _make_file(str(folder / relative), _show(name), relative, table)


def _make_file(location: str, source: str, relative: str, table: SourceTable, *, bare: str | None = None) -> SourceFile:
    """`bare` is the format of a name without a known ending; `relative` is what the id is made of."""
    stem, suffix, compression = split_name(relative)
    known = SUFFIXES.get(suffix) or (bare if bare == "html" or not suffix else None)
    return SourceFile(location, source, _show(stem).replace("/", "."), compression, table.format or known, table)


def split_name(name: str) -> tuple[str, str, str]:
    """A path without its endings, the ending that tells the format, and the one that tells the compression."""
    path = PurePosixPath(name)
    compression = path.suffix.lower() if path.suffix.lower() in UNPACKERS and path.suffix else ""
    if compression:
        path = path.with_suffix("")
    return str(path.with_suffix("")), path.suffix.lower(), compression


def _show(name: str) -> str:
    """A file's name as text, also where its bytes are none."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _expand_url(table: SourceTable) -> list[SourceFile]:
    try:
        return _list_url(table)
    except list_errors() as e:
        raise ArticleError(f"can't be listed ({type(e).__name__}: {e})", path=_hide_password(table.path)) from e


def _list_url(table: SourceTable) -> list[SourceFile]:
    url = table.path
    scheme = url.partition("://")[0].lower()
    if "::" in url or scheme in ("http", "https"):
        return [_name_url(url, _get_name(url), table, bare="html" if scheme.startswith("http") else None)]
    fs, path = load_fsspec(url).core.url_to_fs(url)
    if magic := _MAGIC.search(path):
        base = posixpath.dirname(path[: magic.start()])
        found = [own for own in fs.glob(path) if not posixpath.basename(own).startswith(".")]
    elif fs.isdir(path):
        base, found = path.rstrip("/"), _list_known(fs.find(path), table)
    else:
        return [_name_url(url, _get_name(url), table, bare=None)]
    files = [
        _name_url(fs.unstrip_protocol(own), own[len(base) :].lstrip("/"), table, bare=None)
        for own in sorted(found)
        if fs.isfile(own)
    ]
    return _require(files, table, "nothing matches, or no file has a known ending")


def _list_known(found: Iterable[str], table: SourceTable) -> list[str]:
    return [
        own
        for own in found
        if (table.format or split_name(own)[1] in SUFFIXES) and not posixpath.basename(own).startswith(".")
    ]


def _name_url(url: str, relative: str, table: SourceTable, *, bare: str | None) -> SourceFile:
    return _make_file(url, _hide_password(url), relative, table, bare=bare)


def _get_name(url: str) -> str:
    if "::" in url:
        return posixpath.basename(urlsplit(url.partition("::")[0]).path) or "article"
    return posixpath.basename(unquote(urlsplit(url).path).rstrip("/")) or urlsplit(url).hostname or "article"


def _hide_password(url: str) -> str:
    """A URL without user and password, which are nobody's provenance."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url
