"""A collection goes with a release, is as sound as one, and changes nothing of it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import datasets
import pytest

from corpus_kit.build import (
    BuildResult,
    build_as_of,
    build_release,
    build_text_free,
    check_release,
    read_side,
    release_version,
)
from corpus_kit.corpus import load_corpus
from corpus_kit.diff import compare_snapshots, explain_bump, read_snapshot, render_html, render_text, to_json
from corpus_kit.errors import CorpusError, CorpusKitError, ReleaseError, UnknownName, VersionError
from corpus_kit.evaluate import load_dataset
from corpus_kit.hydrate import hydrate_release
from corpus_kit.init import make_corpus
from corpus_kit.publish import Hub, archive_release, pull_release
from corpus_kit.publish.plan import read_local_release
from corpus_kit.publish.publish import upload_release
from corpus_kit.release import load_release, read_manifest_file
from tests.conftest import COLLECTIONS, copy_corpus
from tests.e2e.test_archive import open_archive
from tests.e2e.test_check import change_row, forge_digests, update_manifest
from tests.e2e.test_versions import adjudicate, commit, remove_last_article, set_version
from tests.hub_releases import read_folder
from tests.hub_server import TOKEN, HubServer

Edit = Callable[[Path, str, str], None]
INSIDE = "collections/more"


def keep_articles(corpus: Path, wanted: slice) -> None:
    """Take all but some articles out of the example."""
    manifest, ledger = corpus / "seeds/manifest.jsonl", corpus / "annotations/ledger/author.jsonl"
    rows = manifest.read_text("utf-8").splitlines(keepends=True)[wanted]
    ids = {json.loads(row)["id"] for row in rows}
    events = [
        event for event in ledger.read_text("utf-8").splitlines(keepends=True) if json.loads(event)["article"] in ids
    ]
    manifest.write_text("".join(rows), "utf-8")
    ledger.write_text("".join(events), "utf-8")


def add_collection(corpus: Path, place: str = "more") -> Path:
    """Make two articles of the example a collection `more` of a corpus that hasn't got them; its folder."""
    nested = make_corpus(corpus / place, with_example=True)
    keep_articles(nested, slice(0, 2))
    settings = nested / "corpus.toml"
    settings.write_text(settings.read_text("utf-8").replace('"harbour-example"', '"harbour-more"'), "utf-8")
    with (corpus / "corpus.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[collections]\nmore = "{place}"\n')
    return nested


def remove_collection(corpus: Path) -> None:
    """A corpus is without its collection again."""
    settings = corpus / "corpus.toml"
    settings.write_text(settings.read_text("utf-8").split("\n[collections]")[0], "utf-8")


@pytest.fixture
def example_dir(tmp_path: Path) -> Path:
    """A corpus of the example's last article."""
    corpus = make_corpus(tmp_path / "example", with_example=True)
    keep_articles(corpus, slice(2, 3))
    return corpus


@pytest.fixture
def nested_dir(example_dir: Path) -> Path:
    """The collection of the example corpus."""
    return add_collection(example_dir)


@pytest.fixture(scope="module")
def with_collection(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    """A release of the five articles with a collection. Tests only read it."""
    corpus = copy_corpus(tmp_path_factory.mktemp("with") / "corpus")
    add_collection(corpus)
    return build_release(load_corpus(corpus))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    """A release of one article with a collection of two. Tests only read it."""
    corpus = make_corpus(tmp_path_factory.mktemp("small") / "corpus", with_example=True)
    keep_articles(corpus, slice(2, 3))
    add_collection(corpus)
    return build_release(load_corpus(corpus))


@pytest.fixture
def release(small: BuildResult, tmp_path: Path) -> Path:
    """A copy of the small one."""
    return Path(shutil.copytree(small.path, tmp_path / "release"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache of the test's own; mlcroissant is asked where a test says so."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setitem(sys.modules, "mlcroissant", None)
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


def test_the_default_is_untouched(built: BuildResult, with_collection: BuildResult) -> None:
    """With and without a collection: the same digest and the same bytes but for what says that there is one."""
    old, new = read_folder(built.path), read_folder(with_collection.path)
    assert with_collection.digest == built.digest
    assert {name for name in new if name not in old} == {name for name in new if name.startswith("collections/")}
    differs = {name for name in old if old[name] != new[name]}
    assert differs == {"README.md", "CHANGELOG.md", "croissant.json", "manifest.json"}
    manifests = [json.loads(tree["manifest.json"]) for tree in (old, new)]
    assert {key for key in manifests[1] if manifests[0].get(key) != manifests[1][key]} == {"collections", "files"}


def test_it_is_the_release_that_its_folder_gives(example_dir: Path, nested_dir: Path, tmp_path: Path) -> None:
    """Byte for byte; a second build, also from elsewhere, gives the same again."""
    alone = build_release(load_corpus(nested_dir), out=tmp_path / "alone")
    result = build_release(load_corpus(example_dir), out=tmp_path / "both")
    assert read_folder(result.path / INSIDE) == read_folder(alone.path)
    assert result.collections["more"].digest == alone.digest
    elsewhere = Path(shutil.copytree(example_dir, tmp_path / "elsewhere"))
    assert read_folder(build_release(load_corpus(elsewhere)).path) == read_folder(result.path)


def test_datasets_loads_it_by_its_name_only(built: BuildResult, with_collection: BuildResult) -> None:
    """`load_dataset(folder)` has the rows of before, `more` those of the collection, with the same features."""
    path = str(with_collection.path)
    default, before = datasets.load_dataset(path), datasets.load_dataset(str(built.path))
    assert {name: list(split) for name, split in default.items()} == {name: list(own) for name, own in before.items()}
    more, alone = datasets.load_dataset(path, "more"), datasets.load_dataset(f"{path}/{INSIDE}")
    assert {name: list(split) for name, split in more.items()} == {name: list(own) for name, own in alone.items()}
    assert more["train"].features == default["train"].features
    for config, table in (("more_articles", "articles"), ("more_annotations", "annotations")):
        assert datasets.load_dataset(path, config).shape == datasets.load_dataset(f"{path}/{INSIDE}", table).shape
    names = set(datasets.get_dataset_config_names(path))
    assert {name for name in names if name.startswith("more")} == {"more", "more_articles", "more_annotations"}


def test_it_checks(small: BuildResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` finds nothing, mlcroissant neither; the card names it."""
    monkeypatch.delitem(sys.modules, "mlcroissant")
    assert check_release(small.path) == []
    assert "| `more` | train " in (small.path / "README.md").read_text("utf-8")


def flip_byte(release: Path) -> None:
    """One bit of a Parquet file."""
    path = release / INSIDE / "data/sentences/fold_0.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def flip_label(release: Path) -> None:
    """Another label, with every digest inside and outside mended, wherever it is stated."""
    folder = release / INSIDE
    old = read_manifest_file(folder)
    change_row(folder, 0, label=old.scheme.labels.index("opinion"))
    forge_digests(folder)
    new = read_manifest_file(folder)
    for name in ("README.md", "CHANGELOG.md"):
        text = (release / name).read_text("utf-8")
        (release / name).write_text(text.replace(old.digest, new.digest), "utf-8")
    entry = read_manifest_file(release).collections["more"].model_dump()
    update_manifest(release, collections={"more": entry | {"digest": new.digest, "counts": new.counts.model_dump()}})


def rename(release: Path) -> None:
    """Another corpus in its place, whole in itself."""
    shutil.rmtree(release / INSIDE)
    corpus = make_corpus(release.with_name("other"), with_example=True)
    shutil.copytree(build_release(load_corpus(corpus)).path, release / INSIDE)
    files = {name.relative_to(release).as_posix(): {} for name in release.rglob("*") if name.is_file()}
    del files["manifest.json"]
    update_manifest(release, files=files)


def reorder_labels(release: Path) -> None:
    """The collection's manifest has two labels in another order."""
    path = release / INSIDE / "manifest.json"
    text = path.read_text("utf-8")
    path.write_text(text.replace('"fact",\n      "quote"', '"quote",\n      "fact"', 1), "utf-8")
    assert path.read_text("utf-8") != text
    update_manifest(release)


def hide_it(release: Path) -> None:
    """The manifest doesn't state the collection whose files it lists."""
    update_manifest(release, collections={})


def swap_configs(release: Path) -> None:
    """The config of its sentences reads the outer sentences."""
    manifest = read_manifest_file(release)
    entry = manifest.collections["more"].model_dump()
    entry["configs"]["more"]["splits"] = manifest.configs["sentences"].splits
    update_manifest(release, collections={"more": entry})


def change_croissant(release: Path) -> None:
    """`hasPart` names another version."""
    path = release / "croissant.json"
    document = json.loads(path.read_text("utf-8"))
    document["hasPart"][0]["version"] = "9.9.9"
    path.write_text(json.dumps(document), "utf-8")
    update_manifest(release)


def miscount(release: Path) -> None:
    """Rows per split that add up to the right number, with the card telling the same."""
    manifest = read_manifest_file(release)
    entry = manifest.collections["more"].model_dump()
    rows = entry["configs"]["more"]["rows"]
    first, second = list(rows)[:2]
    told = f"{first} {rows[first]}, {second} {rows[second]}"
    rows[first], rows[second] = rows[first] + 1, rows[second] - 1
    card = release / "README.md"
    text = card.read_text("utf-8")
    assert told in text
    card.write_text(text.replace(told, f"{first} {rows[first]}, {second} {rows[second]}", 1), "utf-8")
    update_manifest(release, collections={"more": entry})


SPOILS: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "a byte": (flip_byte, ("collections/more/data/sentences/fold_0.parquet", "sha256 differs")),
    "a label": (flip_label, ("collection more:", "don't follow from the annotations")),
    "another corpus": (rename, ("collection more:", "name is 'harbour-example'")),
    "the scheme": (reorder_labels, ("collection more:", "another label scheme: labels quote, fact")),
    "no entry": (hide_it, ("collections/more", "is no collection of the manifest")),
    "other files": (swap_configs, ("collection more:", "config more: its files are not those of sentences")),
    "croissant": (change_croissant, ("croissant.json", "hasPart")),
    "rows a split": (miscount, ("config more: datasets loads",)),
    "no manifest": (
        lambda release: (release / INSIDE / "manifest.json").unlink(),
        ("collection more:", "is not a release"),
    ),
    "an empty folder": (lambda release: (release / "collections/x").mkdir(), ("collections/x: an empty folder",)),
    "a file more": (
        lambda release: (release / INSIDE / "x").write_bytes(b""),
        ("collections/more/x: not in the manifest",),
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_what_is_spoilt_in_it_is_found(release: Path, name: str) -> None:
    """`check` names it, also where every hash was mended."""
    spoil, parts = SPOILS[name]
    spoil(release)
    found = check_release(release)
    assert any(all(part in line for part in parts) for line in found), found


def test_what_is_said_of_it_is_held_against_its_own_manifest(release: Path) -> None:
    """Name by name: digest, version, licences, and a config that is missing."""
    entry = read_manifest_file(release).collections["more"].model_dump()
    del entry["configs"]["more_articles"]
    said = {"digest": "sha256:" + "0" * 64, "version": "1.0.1", "licenses": {"annotations": "MIT", "articles": "MIT"}}
    update_manifest(release, collections={"more": entry | said})
    found = [line for line in check_release(release) if line.startswith("collection more:")]
    assert [line.split(": ")[2].split(" is ")[0] for line in found] == ["version", "digest", "licenses", "missing"]


def test_its_name_leads_nowhere_else(release: Path) -> None:
    """A manifest that names a collection by a path is refused before anything is opened."""
    entry = read_manifest_file(release).collections["more"].model_dump()
    update_manifest(release, collections={"../../more": entry})
    with pytest.raises(ReleaseError, match="collections"):
        check_release(release)


def test_collections_in_collections_are_not_followed(release: Path) -> None:
    """A collection whose manifest has one itself is a finding."""
    entry = read_manifest_file(release).collections["more"].model_dump()
    update_manifest(release / INSIDE, collections={"more": entry})
    update_manifest(release)
    assert any("has no collections of its own" in line for line in check_release(release))


def put_scheme(nested: Path, edit: Edit) -> None:
    """Other labels."""
    edit(nested / "corpus.toml", 'names = ["fact", "quote"', 'names = ["quote", "fact"')


def put_allowed(nested: Path, edit: Edit) -> None:
    """Another attribution beside a label."""
    edit(nested / "corpus.toml", 'quote = ["direct", "mixed"]', 'quote = ["direct"]')


def put_own(nested: Path, _edit: Edit) -> None:
    """A collection of its own."""
    add_collection(nested, "again")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            put_scheme,
            "collections.more: it has another label scheme: labels quote, fact, opinion, boilerplate, here fact",
        ),
        (put_allowed, "another label scheme: allowed beside quote direct, here direct, mixed"),
        (put_own, "collections.more: it has collections of its own"),
        (lambda nested, _: shutil.rmtree(nested), "no corpus.toml in this folder"),
    ],
)
def test_what_cant_be_a_collection_is_refused(
    example_dir: Path, nested_dir: Path, edit: Edit, change: Callable[[Path, Edit], None], message: str
) -> None:
    """With what differs; nothing is written."""
    change(nested_dir, edit)
    with pytest.raises(CorpusError) as caught:
        build_release(load_corpus(example_dir))
    assert message in str(caught.value)
    assert not (example_dir / "dist").exists()


def test_no_article_is_in_both(example_dir: Path) -> None:
    """An article of the corpus itself is refused in its collection, whatever it is called there."""
    nested = add_collection(example_dir)
    shutil.rmtree(nested)
    shutil.copytree(example_dir, nested, ignore=shutil.ignore_patterns("more"))
    settings = (nested / "corpus.toml").read_text("utf-8")
    (nested / "corpus.toml").write_text(settings.split("\n[collections]")[0], "utf-8")
    for path in (nested / "seeds/manifest.jsonl", nested / "annotations/ledger/author.jsonl"):
        path.write_text(path.read_text("utf-8").replace('"herring-return"', '"another"'), "utf-8")
    with pytest.raises(CorpusError, match="its article 'another' is in the corpus itself as 'herring-return'"):
        build_release(load_corpus(example_dir))


@pytest.mark.parametrize("place", [".", "..", "../other", "/etc", "more/../.."])
def test_a_collection_lies_inside_the_corpus(example_dir: Path, place: str) -> None:
    """Anything else is refused, also through a link."""
    make_corpus(example_dir.with_name("other"), with_example=True)
    with (example_dir / "corpus.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[collections]\nmore = "{place}"\n')
    with pytest.raises(CorpusError, match="is not inside the corpus"):
        build_release(load_corpus(example_dir))
    remove_collection(example_dir)
    (example_dir / "link").symlink_to(example_dir.with_name("other"))
    with (example_dir / "corpus.toml").open("a", encoding="utf-8") as file:
        file.write('\n[collections]\nmore = "link"\n')
    with pytest.raises(CorpusError, match="is not inside the corpus"):
        build_release(load_corpus(example_dir))


@pytest.mark.parametrize("name", ["sentences", "fold_0", "all_test", "anchors", "a/b", "..", "More", "", "annotations"])
def test_names_of_other_configs_are_refused(example_dir: Path, name: str) -> None:
    """So are names that aren't plain ones."""
    with (example_dir / "corpus.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[collections]\n"{name}" = "more"\n')
    with pytest.raises(CorpusError, match="collections"):
        load_corpus(example_dir)


def test_two_collections_may_not_share_a_config(example_dir: Path) -> None:
    """The articles of `a` are called what a collection `a_articles` would be."""
    with (example_dir / "corpus.toml").open("a", encoding="utf-8") as file:
        file.write('\n[collections]\na_articles = "x"\na = "y"\n')
    with pytest.raises(CorpusError, match="another config is called 'a_articles'"):
        load_corpus(example_dir)


def build_copy(corpus: Path, out: Path) -> Path:
    """The release of a corpus as it is now, kept apart."""
    return build_release(load_corpus(corpus), out=out).path


def test_a_changed_collection_is_one_entry(example_dir: Path, nested_dir: Path, tmp_path: Path) -> None:
    """A mended label asks for PATCH, a removed article for MINOR and no more; no row of the default changed."""
    old = build_copy(example_dir, tmp_path / "0")
    adjudicate(nested_dir)
    new = build_copy(example_dir, tmp_path / "1")
    diff = compare_snapshots(read_snapshot(old), read_snapshot(new))
    assert [(bump.name, reason) for bump, reason in explain_bump(diff)] == [
        ("PATCH", "the collection more changed (1 row relabelled; 1 annotation added, removed or changed)")
    ]
    assert not diff.is_empty
    assert not any((diff.relabelled, diff.added, diff.removed, diff.amended))
    text = "collection more: harbour-more 1.0.0 → harbour-more 1.0.0; requires PATCH"
    assert text in render_text(diff)
    assert text in render_html(diff)
    assert to_json(diff)["collections"][0]["diff"]["relabelled"][0]["new"] == ("opinion", "none")
    (nested_dir / "annotations/adjudicated.jsonl").unlink()
    remove_last_article(nested_dir)
    newest = build_copy(example_dir, tmp_path / "2")
    ((bump, reason),) = explain_bump(compare_snapshots(read_snapshot(old), read_snapshot(newest)))
    assert bump.name == "MINOR"
    assert reason.startswith("the collection more changed (1 article removed; ")


def test_a_new_collection_is_minor_and_a_lost_one_major(example_dir: Path, tmp_path: Path) -> None:
    """A config more, a config less; a collection that stays the same asks for nothing."""
    without = build_copy(example_dir, tmp_path / "0")
    add_collection(example_dir)
    with_it = build_copy(example_dir, tmp_path / "1")

    def explain(old: Path, new: Path) -> list[tuple[str, str]]:
        return [(b.name, r) for b, r in explain_bump(compare_snapshots(read_snapshot(old), read_snapshot(new)))]

    assert explain(without, with_it) == [("MINOR", "the collection more is new")]
    assert explain(with_it, without) == [("MAJOR", "the collection more is gone")]
    assert explain(with_it, with_it) == []


def test_neither_version_may_understate(example_dir: Path, nested_dir: Path) -> None:
    """The outer version and the collection's have to rise; the error names the file to write to."""
    build_release(load_corpus(example_dir))
    adjudicate(nested_dir)
    set_version(example_dir, "1.0.1")
    with pytest.raises(
        VersionError, match=r'more/corpus\.toml: version 1\.0\.0 understates.*Write version = "1\.0\.1"'
    ):
        build_release(load_corpus(example_dir))
    set_version(nested_dir, "1.0.1")
    assert build_release(load_corpus(example_dir)).collections["more"].version == "1.0.1"


def test_a_final_version_fixes_its_collection(example_dir: Path, nested_dir: Path, tmp_path: Path) -> None:
    """Refused as the same version; built again as it was from what both hold now."""
    final = release_version(load_corpus(example_dir))
    adjudicate(nested_dir)
    set_version(nested_dir, "1.0.1")
    with pytest.raises(VersionError, match=r"1\.0\.0 is final.*the collection more changed.*That is PATCH"):
        build_release(load_corpus(example_dir))
    set_version(example_dir, "1.0.1")
    later = release_version(load_corpus(example_dir))
    assert "the collection more changed" in (later.path / "CHANGELOG.md").read_text("utf-8").lower()
    again = build_as_of(load_corpus(example_dir), "1.0.0", out=tmp_path / "again")
    assert read_folder(again.path) == read_folder(final.path)
    assert check_release(later.path) == []


def test_a_replay_says_what_of_the_collection_isnt_as_it_was(example_dir: Path, nested_dir: Path) -> None:
    """A ledger that was rewritten is named with the collection."""
    release_version(load_corpus(example_dir))
    remove_last_article(nested_dir)
    with pytest.raises(
        VersionError, match=r"can't be built from what the corpus holds now: collection more: .*lines of"
    ):
        build_as_of(load_corpus(example_dir), "1.0.0")


@pytest.mark.parametrize("place", ['{"more":".."}', "{}"])
def test_a_record_leads_to_no_other_folder(example_dir: Path, nested_dir: Path, edit: Edit, place: str) -> None:
    """A collection that is recorded outside the corpus, or nowhere, isn't looked for."""
    assert nested_dir.is_dir()
    release_version(load_corpus(example_dir))
    edit(example_dir / "releases.jsonl", '"collections":{"more":"more"}', f'"collections":{place}')
    with pytest.raises(VersionError, match="collection more is recorded without a folder in the corpus"):
        build_as_of(load_corpus(example_dir), "1.0.0")


def test_a_collection_with_a_final_version_keeps_it(example_dir: Path, nested_dir: Path) -> None:
    """The outer build refuses other content under a version that the collection made final."""
    release_version(load_corpus(nested_dir))
    adjudicate(nested_dir)
    with pytest.raises(VersionError, match=r"version 1\.0\.0 is final"):
        build_release(load_corpus(example_dir))


def test_a_revision_has_its_collection(example_dir: Path, nested_dir: Path) -> None:
    """`git:HEAD` is compared with the collection as it was committed."""
    commit(example_dir)
    adjudicate(nested_dir)
    now = build_release(load_corpus(example_dir))
    diff = compare_snapshots(read_side("git:HEAD", load_corpus(example_dir)), read_snapshot(now.path))
    assert [change.name for change in diff.collections] == ["more"]


KILLER = """
import os, signal, sys
from pathlib import Path
from corpus_kit.build import build_release
from corpus_kit.corpus import load_corpus

def watch(event, arguments):
    if event == "open" and "collections/more/manifest.json" in str(arguments[0]) and arguments[2] & 3:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
build_release(load_corpus(Path(sys.argv[1])))
"""


def kill_build(corpus: Path) -> None:
    """Build, and be killed where the collection's manifest would be written."""
    killed = subprocess.run([sys.executable, "-c", KILLER, str(corpus)], capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr


def test_a_build_killed_in_the_middle_of_it(example_dir: Path, nested_dir: Path) -> None:
    """Without a release of before there is none; else it stands, whole; the next build clears up."""
    target = example_dir / "dist/harbour-example/1.0.0"
    kill_build(example_dir)
    assert not target.exists()
    old = read_folder(build_release(load_corpus(example_dir)).path)
    adjudicate(nested_dir)
    kill_build(example_dir)
    assert read_folder(target) == old
    assert read_folder(build_release(load_corpus(example_dir)).path) != old
    assert [path.name for path in target.parent.iterdir() if path.is_dir()] == ["1.0.0"]


def test_a_torn_ledger_in_it_is_reported(example_dir: Path, nested_dir: Path) -> None:
    """As one of the corpus itself; it can't be made final."""
    ledger = nested_dir / "annotations/ledger/author.jsonl"
    ledger.write_bytes(ledger.read_bytes() + b'{"action":"la')
    assert [torn.path for torn in build_release(load_corpus(example_dir)).torn] == [ledger]
    with pytest.raises(VersionError, match="torn"):
        release_version(load_corpus(example_dir))


def test_it_is_learnt_from_by_name_or_folder(with_collection: BuildResult) -> None:
    """`load_release` reads it where it is asked to; evaluation on the release never sees it."""
    path = with_collection.path
    found = load_release(path, collection="more")
    assert found.manifest.name == "harbour-more"
    assert load_dataset(path / INSIDE).articles == found.articles
    ids = {labelled.article.id for labelled in load_release(path).articles}
    assert len(ids) == 5
    assert ids.isdisjoint(labelled.article.id for labelled in found.articles)
    with pytest.raises(UnknownName, match=r"unknown collection 'mor'.*Did you mean 'more'"):
        load_release(path, collection="mor")


def test_another_release_in_its_place_is_not_read(release: Path) -> None:
    """Its digest isn't the one that is stated."""
    rename(release)
    with pytest.raises(ReleaseError, match="the collection more has the digest"):
        load_release(release, collection="more")
    flip_byte(release)
    with pytest.raises(ReleaseError, match="sha256 differs"):
        read_snapshot(release)


def test_it_goes_to_the_hub_and_into_an_archive(server: HubServer, small: BuildResult, tmp_path: Path) -> None:
    """Published, pulled and packed, every file of it is as it was."""
    path, hub = small.path, Hub("org/toy", endpoint=server.url, token=TOKEN)
    upload_release(read_local_release(path, read_manifest_file(path)), hub, wait=lambda _seconds: None)
    pulled = pull_release("org/toy@1.0.0", tmp_path / "pulled", hub=hub, wait=lambda _seconds: None)
    assert read_folder(pulled.path) == read_folder(path)
    made = archive_release(path, tmp_path / "a.tar.zst")
    with open_archive(made.path) as archive:
        archive.extractall(tmp_path / "out", filter="data")
    found = read_folder(tmp_path / "out" / f"{small.name}-1.0.0")
    assert {name: found[name] for name in read_folder(path)} == read_folder(path)


def test_a_text_free_release_has_none(corpus_dir: Path, built: BuildResult, text_free: Path, tmp_path: Path) -> None:
    """It is the one without collections, and hydrated it gives the full one without them."""
    add_collection(corpus_dir)
    bare = build_text_free(load_corpus(corpus_dir), out=tmp_path / "dist").path
    assert read_folder(bare) == read_folder(text_free)
    done = hydrate_release(bare, [str(corpus_dir / "seeds/articles")], out=tmp_path / "hydrated")
    assert done.is_identical
    assert read_folder(tmp_path / "hydrated") == read_folder(built.path)


def test_the_commands_tell_of_it(example_dir: Path, nested_dir: Path, edit: Edit) -> None:
    """`build` prints a line, with --json the entry; a scheme that differs is one line and exit code 1."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "corpus_kit", *arguments]
        return subprocess.run(command, cwd=example_dir, capture_output=True, text=True, check=False)

    counts = build_release(load_corpus(nested_dir)).counts
    told = f"collection more: harbour-more 1.0.0, {counts['articles']} articles, {counts['labelled']} sentences"
    assert told in run("build").stdout.splitlines()
    assert json.loads(run("build", "--json").stdout)["collections"]["more"]["counts"] == counts
    put_scheme(nested_dir, edit)
    refused = run("build")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "another label scheme" in refused.stderr


def test_the_repository_has_the_composed_pages_as_its_collection(repository: Path) -> None:
    """Under the name by which the card and the documentation load it."""
    assert COLLECTIONS in (repository / "corpus.toml").read_text("utf-8")
    corpus = load_corpus(repository)
    assert dict(corpus.file.collections) == {"composed": "seeds/composed"}


def test_a_broken_collection_names_its_own_file(example_dir: Path, nested_dir: Path) -> None:
    """An error inside it is told with its path."""
    (nested_dir / "seeds/manifest.jsonl").write_text("{\n", "utf-8")
    with pytest.raises(CorpusKitError) as caught:
        build_release(load_corpus(example_dir))
    assert "more/seeds/manifest.jsonl" in str(caught.value)
