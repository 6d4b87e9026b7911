"""Learning from one dataset and predicting another, on the command line."""

import json
import os
from pathlib import Path

from tests.session import Said, run_session

TASK = '[task]\nname = "pages"\nversion = "1.0.0"\nlabels = ["body", "furniture"]\npath = "rows.csv"\n'


def write_task(folder: Path, example: Path, repository: Path) -> None:
    """A task of eight rows, a copy of what the example corpus has among them, and a baseline."""
    article = min((example / "seeds/articles").glob("*.txt"))
    line = max(article.read_text("utf-8").splitlines(), key=len)
    rows = [*(f"Line {i} of a page.,{'body' if i % 3 else 'furniture'},p{i // 4}" for i in range(8))]
    (folder / "rows.csv").write_text("\n".join(["text,label,page", *rows]) + "\n", "utf-8")
    (folder / "pages.toml").write_text(f'{TASK}[task.columns]\ngroup = "page"\n', "utf-8")
    own = folder / "baselines/tfidf_logreg"
    own.mkdir(parents=True)
    (own / "classifier.py").write_bytes((repository / "baselines/tfidf_logreg/classifier.py").read_bytes())
    copied = [*rows, json.dumps(line, ensure_ascii=False) + ",body,p9"]
    (folder / "copied.csv").write_text("\n".join(["text,label,page", *copied]) + "\n", "utf-8")
    (folder / "copied.toml").write_text(
        f'{TASK}[task.columns]\ngroup = "page"\n'.replace("pages", "copied").replace("rows", "copied"), "utf-8"
    )


def test_from_one_corpus_to_another(example_dir: Path, tmp_path: Path, repository: Path) -> None:
    """evaluate, leaderboard and its check; labels without a meaning, shared segments and edited runs are told."""
    write_task(tmp_path, example_dir, repository)
    (tmp_path / "labels.toml").write_text('[labels]\nfact = "body"\nquote = "body"\nopinion = ""\n', "utf-8")
    learn = ["evaluate", "tfidf_logreg", "--protocol", "transfer", "--train", str(example_dir)]
    mapped = [*learn, "--map", "labels.toml", "--map", "boilerplate=furniture"]
    board = ["leaderboard", "--task", "pages.toml"]

    def run(*commands: list[str]) -> list[Said]:
        return run_session(commands, cwd=tmp_path, environment=os.environ)

    unbuilt, built, unmapped, done, written, checked, unverified, shared, allowed = run(
        [*mapped, "--task", "pages.toml"],
        ["build", "--corpus", str(example_dir)],
        [*learn, "--task", "pages.toml"],
        [*mapped, "--task", "pages.toml"],
        [*board, "--train", str(example_dir)],
        [*board, "--check", "--train", str(example_dir)],
        [*board, "--check"],
        [*mapped, "--task", "copied.toml"],
        [*mapped, "--task", "copied.toml", "--allow-overlap"],
    )
    assert (unbuilt.code, "corpus-kit build" in unbuilt.err, unbuilt.err.count("\n")) == (1, True, 1)
    assert built.code == 0, built.err
    assert unmapped.code == 1
    assert "--map fact=LABEL --map quote=LABEL --map opinion=LABEL --map boilerplate=LABEL" in unmapped.err
    assert (done.code, done.out.startswith("tfidf_logreg 1, transfer-harbour")) == (0, True), done.err
    assert [said.code for said in (written, checked, unverified)] == [0, 0, 0], checked.out
    assert "not verified" not in written.err + checked.err
    assert "not verified: 1 result learnt from harbour" in unverified.err
    assert shared.code == 1
    assert "share 1 segments with copied 1.0.0" in shared.err
    assert "--allow-overlap" in shared.err
    assert allowed.code == 0, allowed.err
    [record] = (tmp_path / "baselines/tfidf_logreg/pages-1.0.0").glob("transfer-*.json")
    text = record.read_text("utf-8")
    assert list(json.loads(text)["training"]["mapping"].values()) == ["body", "body", None, "furniture"]
    record.write_text(text.replace('"opinion": null', '"opinion": "body"'), "utf-8")
    [edited] = run([*board, "--check", "--train", str(example_dir)])
    assert (edited.code, f"{record}: digest: stored" in edited.out) == (3, True)
