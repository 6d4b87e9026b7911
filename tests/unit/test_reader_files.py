"""Where articles come from: files, folders, globs, URLs; encodings, ids, and what a corpus and the CLI make of it."""

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from corpus_kit.canonical import hash_bytes
from corpus_kit.corpus import load_corpus
from corpus_kit.errors import ArticleError, CorpusError
from corpus_kit.ingest import IngestOptions, expand_source, read_articles, read_sources, write_dropped
from corpus_kit.ingest.article import read_iso_date, read_stated
from corpus_kit.ingest.decode import BadEncoding, decode_record
from corpus_kit.ingest.ids import SeenIds, make_id
from corpus_kit.model import Article, Dropped
from corpus_kit.sources import ColumnsTable, SourceTable
from tests.ingest_samples import (
    TEXTS,
    drop_one,
    make_jsonl,
    make_page,
    make_parquet,
    pack,
    read_bytes,
    read_one,
    read_path,
)


def list_sources(path: Path | str, root: Path | None = None) -> list[str]:
    """What a source expands to."""
    return [file.source for file in expand_source(SourceTable(path=str(path)), root)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of known and unknown endings, hidden ones, a folder below, and links inward and outward."""
    (tmp_path / "outside.txt").write_text("Outside.")
    root = tmp_path / "in"
    for name in ("b.txt", "a.md", "c.mp4", ".hidden.txt", "below/d.TXT.GZ", ".git/e.txt", "no_ending"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack(name.encode()) if name.endswith("GZ") else name.encode())
    (root / "inward.txt").symlink_to(root / "b.txt")
    (root / "outward.txt").symlink_to(tmp_path / "outside.txt")
    (root / "loop").symlink_to(root)
    return root


def test_folders(folder: Path) -> None:
    """Sorted and recursive: known endings only, nothing hidden, no link that leaves the folder."""
    assert list_sources("in", folder.parent) == ["in/a.md", "in/b.txt", "in/below/d.TXT.GZ", "in/inward.txt"]
    found = read_path(folder)
    assert [item.id for item in found] == ["a", "b", "below.d", "inward"]
    assert [getattr(item, "text", None) for item in found] == ["a.md", "b.txt", "below/d.TXT.GZ", "b.txt"]


def test_globs(folder: Path) -> None:
    """Sorted too; an unknown ending that was asked for is dropped, and nothing hidden is."""
    assert list_sources("in/*.txt", folder.parent) == ["in/b.txt", "in/inward.txt"]
    assert list_sources(f"{folder}/b*/*") == [f"{folder}/below/d.TXT.GZ"]
    reasons = [getattr(item, "reason", "article") for item in read_path(f"{folder}/*.m*")]
    assert reasons == ["article", "wrong-type"]


@pytest.mark.parametrize("path", ["none.txt", "none", "none/*.txt", "empty", "in/*.xyz"])
def test_what_is_not_there_is_an_error(folder: Path, path: str) -> None:
    """Before anything is read, and with its name."""
    (folder.parent / "empty").mkdir()
    with pytest.raises(ArticleError, match=path.partition("*")[0]):
        read_sources([SourceTable(path=path)], IngestOptions(), root=folder.parent)


def test_a_name_with_brackets_is_a_file_first(tmp_path: Path) -> None:
    """A glob is what is no file."""
    (tmp_path / "a[1].txt").write_text("x")
    assert list_sources(tmp_path / "a[1].txt") == [str(tmp_path / "a[1].txt")]


@pytest.mark.skipif(sys.platform != "linux", reason="needs file names that are no text")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """It is read, and shown with escapes."""
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.txt")).write_bytes(b"x")
    (found,) = read_path(tmp_path)
    assert found.source.endswith("\\xff.txt")


def test_memory_urls() -> None:
    """URLs by fsspec: a file, a folder, a glob; passwords are not provenance."""
    fs = fsspec.filesystem("memory")
    for name, data in (
        ("/n/a.txt", b"A"),
        ("/n/b/c.jsonl.gz", pack(make_jsonl(TEXTS))),
        ("/n/d.mp4", b"x"),
        ("/n/.e.txt", b"E"),
    ):
        fs.pipe(name, data)
    try:
        assert [item.source for item in read_path("memory://n/a.txt")] == ["memory://n/a.txt"]
        assert [item.id for item in read_path("memory://n")] == ["a", "b.c-1", "b.c-2", "b.c-3"]
        assert [item.id for item in read_path("memory://n/*.txt")] == ["a"]
        with pytest.raises(ArticleError, match="nothing matches"):
            read_path("memory://n/*.warc")
    finally:
        fs.rm("/n", recursive=True)


@pytest.mark.parametrize("url", ["hf://datasets/a/b", "hf://datasets/a/b/*.jsonl"])
def test_a_hub_that_is_not_there_is_an_error(url: str, tmp_path: Path) -> None:
    """What can't be listed is named with what the library says, and nobody sees a traceback."""
    environment = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "corpus_kit", "segment", url],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"{url}: can't be listed (ConnectError" in done.stderr
    assert "Traceback" not in done.stderr


class Handler(http.server.SimpleHTTPRequestHandler):
    """A quiet server."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A folder by HTTP on this machine."""
    (tmp_path / "story.html").write_text(make_page("By HTTP."))
    (tmp_path / "story").write_text(make_page("Without an ending."))
    (tmp_path / "all.jsonl.gz").write_bytes(pack(make_jsonl(TEXTS)))
    (tmp_path / "all.parquet").write_bytes(make_parquet(TEXTS))
    handler = functools.partial(Handler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def test_http_urls(server: str) -> None:
    """A page with and without an ending, packed lines, and Parquet by ranges; a missing one is dropped."""
    assert [getattr(item, "text", None) for item in read_path(f"{server}/story.html?x=1")] == ["By HTTP."]
    assert [getattr(item, "text", None) for item in read_path(f"{server}/story")] == ["Without an ending."]
    assert [getattr(item, "text", None) for item in read_path(f"{server}/all.jsonl.gz")] == list(TEXTS)
    missing = read_path(f"{server}/none.html")
    assert [getattr(item, "reason", None) for item in missing] == ["read-error"]
    named = read_path(f"{server.replace('//', '//user:secret@')}/story.html")
    assert [item.source for item in named] == [f"{server}/story.html"]


def test_an_unknown_scheme_is_an_error() -> None:
    """The message is fsspec's, which says what to install."""
    with pytest.raises(ArticleError, match="nowhere://x"):
        read_path("nowhere://x/*.txt")


OPTIONS = IngestOptions()


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"plain", "plain", "utf-8"),
        ("– €".encode(), "– €", "utf-8"),
        ("\ufeffx".encode(), "x", "utf-8-sig"),
        ("– €".encode("utf-16"), "– €", "utf-16"),
        ("He said “no” – twice…".encode("cp1252"), "He said “no” – twice…", "cp1252"),
        (
            ("Войска начинают выходить из страны. " * 9).encode("cp1251"),
            "Войска начинают выходить из страны. " * 9,
            "cp1251",
        ),
        (
            ("Войска начинают выходить из страны. " * 9).encode("koi8-r"),
            "Войска начинают выходить из страны. " * 9,
            "koi8-r",
        ),
        (("軍隊は金曜日に国を離れ始めた。" * 9).encode("euc-jp"), "軍隊は金曜日に国を離れ始めた。" * 9, "euc_jp"),
    ],
)
def test_encodings_of_text(data: bytes, text: str, encoding: str) -> None:
    """A byte order mark, UTF-8, typographic marks of Windows, then what is detected with confidence; it is reported."""
    assert decode_record(data, OPTIONS) == (text, encoding)
    article = read_one("text", data)
    assert (article.text, article.encoding) == (text, encoding)


@pytest.mark.parametrize("data", [b"\xff", b"a\x80\x81b", bytes(range(128, 256)), b"\xff\xfea"])
def test_no_encoding_is_guessed_without_confidence(data: bytes) -> None:
    """The reason names the first bad byte."""
    found = decode_record(data, OPTIONS)
    assert isinstance(found, BadEncoding)
    assert drop_one("text", data).reason == "bad-encoding"


def test_rows_have_columns_of_any_name() -> None:
    """JSONL and Parquet take the same columns; other types, and dates that aren't ISO 8601, count as not stated."""
    columns = ColumnsTable(text="body", id="key", date="day", author="by")
    row = {"body": "B", "key": 7, "day": "2026-01-02", "by": ["A", "B"], "title": {"x": 1}, "url": "u", "text": "no"}
    (line,) = read_bytes("jsonl", json.dumps(row).encode(), columns=columns)
    table = make_parquet(["no"], body=["B"], key=[7], day=["2026-01-02"], by=[["A", "B"]], title=[{"x": 1}], url=["u"])
    (cell,) = read_bytes("parquet", table, columns=columns)
    for item in (line, cell):
        assert isinstance(item, Article)
        assert (item.text, item.id, item.published, item.author, item.title, item.url) == (
            "B", "7", "2026-01-02", "A, B", None, "u"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (b"{}", "parse-error", "no column 'text'"),
        (b'{"text": null}', "empty", "no text"),
        (b'{"text": 1}', "parse-error", "no text"),
        (b'{"text": "a", "text": "b"}', "parse-error", "twice"),
        (b"[]", "parse-error", "not a JSON object"),
        (b'{"text": "\xff"}', "bad-encoding", "0xff at 10"),
        (b'{"text": "a", "n": ' + b"9" * 5_000 + b"}", "parse-error", "not valid JSON"),
    ],
)
def test_lines_that_are_no_article(line: bytes, reason: str, detail: str) -> None:
    """Each has its reason, and the line before and after it are read."""
    first, dropped, last = read_bytes("jsonl", b'{"text": "1"}\n' + line + b'\n\n{"text": "3"}')
    assert isinstance(dropped, Dropped)
    assert (dropped.reason, dropped.record_offset) == (reason, 14)
    assert detail in dropped.detail
    assert [getattr(item, "id", None) for item in (first, dropped, last)] == ["here-1", "here-2", "here-3"]


def test_a_byte_order_mark_in_jsonl() -> None:
    """It is passed over at the beginning, and offsets count it."""
    first, second = read_bytes("jsonl", b'\xef\xbb\xbf{"text": "1"}\n{"text": "2"}\n')
    assert (getattr(first, "text", None), second.record_offset) == ("1", 17)


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("abc-1.x_y", "abc-1.x_y"),
        ("My Article", f"my-article-{hash_bytes(b'My Article')[:8]}"),
        ("Новость", f"article-{hash_bytes('Новость'.encode())[:8]}"),
        ("a/../b", f"a-b-{hash_bytes(b'a/../b')[:8]}"),
        ("Zoë", f"zoe-{hash_bytes('Zoë'.encode())[:8]}"),
    ],
)
def test_ids(name: str, id_: str) -> None:
    """A name that has the manifest's form stays; any other gets a digest of itself, and an id's id is itself."""
    assert make_id(name) == id_ == make_id(id_)
    assert len(make_id(name * 200)) <= 120


def test_seen_ids_past_memory() -> None:
    """Past 100,000 ids a table on disk remembers them."""
    seen = SeenIds(["a"])
    assert not seen.add("a")
    assert all(seen.add(str(i)) for i in range(150_000))
    assert not any(seen.add(str(i)) for i in (0, 99_999, 149_999))
    assert seen.add("new")
    seen.close()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-01-02", "2026-01-02"),
        (" 2026-01-02T03:04:05+01:00 ", "2026-01-02T03:04:05+01:00"),
        ("2026-01-02 03:04", "2026-01-02 03:04"),
        ("2026-1-2", None), ("2026-02-30", None), ("2 Jan 2026", None), (20260102, None), (None, None), ("", None),
    ],
)  # fmt: skip
def test_dates(value: object, found: str | None) -> None:
    """What is ISO 8601 already stays as it is written; nothing else is a date."""
    assert read_iso_date(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (" a\n b ", "a b"),
        (3, "3"),
        (True, None),
        (["a", "b"], "a, b"),
        (["a", 1], None),
        ([], None),
        ("", None),
        ("x" * 2_001, None),
    ],
)
def test_stated_values(value: object, found: str | None) -> None:
    """Strings, numbers and lists of strings, in one line."""
    assert read_stated(value) == found


def test_a_dropped_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """Canonical JSON lines, written when the block ends; an error leaves what was there."""
    dropped = Dropped(source="s\udcff", record_offset=3, id=None, reason="empty", detail="d")
    path = tmp_path / "below/dropped.jsonl"
    with write_dropped(path) as write:
        write(dropped)
        assert not path.exists()
    line = '{"detail":"d","id":null,"reason":"empty","record_offset":3,"source":"s\\udcff"}\n'
    assert path.read_text("utf-8") == line
    with pytest.raises(TypeError), write_dropped(path) as write:
        write("no record")  # type: ignore[arg-type]
    assert path.read_text("utf-8") == line
    assert [own.name for own in path.parent.iterdir()] == ["dropped.jsonl"]


SOURCES = """
[[sources]]
path = "more/*.jsonl"
publisher = "The Harbour"
license_note = "ours"
columns = {text = "body"}

[[sources]]
path = "page.html"

[limits]
max_line_chars = 1000
"""


def test_a_corpus_reads_its_manifest_then_its_sources(example_dir: Path) -> None:
    """Provenance is relative to the corpus; what is dropped goes where it is asked to, and is an error otherwise."""
    seeds = list(read_articles(load_corpus(example_dir)))
    (example_dir / "more").mkdir()
    (example_dir / "more/a.jsonl").write_text('{"body": "One."}\n{"text": "x"}\n{"body": "Two.", "id": "crane-sold"}\n')
    (example_dir / "page.html").write_text(make_page("A page."))
    with (example_dir / "corpus.toml").open("a") as file:
        file.write(SOURCES)
    dropped: list[Dropped] = []
    found = list(read_articles(load_corpus(example_dir), dropped.append))
    assert found[: len(seeds)] == seeds
    assert [(item.id, item.source, item.publisher, item.license_note) for item in found[len(seeds) :]] == [
        ("a-1", "more/a.jsonl", "The Harbour", "ours"),
        ("page", "page.html", None, None),
    ]
    assert [(item.reason, item.record_offset) for item in dropped] == [("parse-error", 17), ("duplicate-id", 31)]
    with pytest.raises(ArticleError, match="no column 'body'"):
        list(read_articles(load_corpus(example_dir)))


@pytest.mark.parametrize(
    "wrong", ['[[sources]]\nformat = "text"', '[[sources]]\npath = "x"\nformat = "pdf"', "[limits]\nmax_bytes = 1"]
)
def test_a_malformed_source_is_named(example_dir: Path, wrong: str) -> None:
    """corpus.toml is strict about these tables too."""
    with (example_dir / "corpus.toml").open("a") as file:
        file.write("\n" + wrong + "\n")
    with pytest.raises(CorpusError, match=r"sources|limits"):
        load_corpus(example_dir)


def test_a_seed_can_be_a_page(example_dir: Path) -> None:
    """Its text is the page's, its row says the rest, and its hash is the file's."""
    data = make_page("A page.", head="<title>Other</title>").encode()
    (example_dir / "seeds/articles/page.html").write_bytes(data)
    path = example_dir / "seeds/manifest.jsonl"
    row = json.loads(path.read_text("utf-8").splitlines()[0])
    row |= {"id": "page", "path": "articles/page.html", "sha256": hash_bytes(data), "size_bytes": len(data)}
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")
    *_, last = read_articles(load_corpus(example_dir))
    assert (last.id, last.text, last.title, last.source) == ("page", "A page.", row["title"], "articles/page.html")
    assert last.raw_sha256 == row["sha256"]
    assert len(last.blocks) == 1


def segment(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`corpus-kit segment` in a process of its own."""
    command = [sys.executable, "-m", "corpus_kit", "segment", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_command_takes_sources(tmp_path: Path) -> None:
    """Folders and files; what is dropped is said, and doesn't fail the run unless nothing is left."""
    (tmp_path / "a.jsonl").write_bytes(make_jsonl(TEXTS) + b"{}\n")
    (tmp_path / "b.txt").write_bytes(b"\xff")
    (tmp_path / "c.html").write_text(make_page("A page."))
    result = segment(".", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [item["article"] for item in found] == ["a-1", "a-2", "a-3", "c"]
    assert {frozenset(item) for item in found} == {frozenset({"article", "sha256", "segments", "is_main"})}
    assert "dropped: ./a.jsonl at" in result.stderr
    assert "dropped: ./b.txt: bad-encoding (not valid UTF-8" in result.stderr
    for arguments in (["b.txt"], ["b.txt", "b.txt"], ["*.jsonl", "--strict"], ["*.warc"], ["--strict", "."]):
        result = segment(*arguments, "--json", cwd=tmp_path)
        assert (result.returncode, result.stderr.count("error: "), "Traceback" in result.stderr) == (1, 1, False), (
            arguments
        )


def test_the_command_writes_what_was_dropped(tmp_path: Path) -> None:
    """`--dropped FILE` instead of standard error."""
    (tmp_path / "a.jsonl").write_bytes(make_jsonl(TEXTS) + b"{}\n")
    result = segment("a.jsonl", "--dropped", "out/dropped.jsonl", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    (line,) = (tmp_path / "out/dropped.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["reason"] == "parse-error"


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    """Without the extra, the error says how to install it."""
    (tmp_path / "c.html").write_text(make_page("A page."))
    script = "import sys; sys.modules['trafilatura'] = None; sys.argv = ['corpus-kit', 'segment', 'c.html']\n"
    script += "from corpus_kit.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "pip install 'corpus-kit[html]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_text_loads_nothing_heavy(tmp_path: Path) -> None:
    """Segmenting a text file imports neither fsspec nor a parser of HTML, nor Arrow."""
    (tmp_path / "a.txt").write_text("One. Two.")
    script = "import sys; sys.argv = ['corpus-kit', 'segment', 'a.txt']\nfrom corpus_kit.cli import app\n"
    script += "app(standalone_mode=False)\n"
    script += "print(sorted({'fsspec', 'lxml', 'pyarrow', 'numpy', 'sqlite3'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"
