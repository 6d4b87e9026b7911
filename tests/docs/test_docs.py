"""The documentation can't lie: commands, files and figures that it names exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from corpus_kit.cli import app
from corpus_kit.corpus import CorpusFile
from corpus_kit.evaluate import METRICS, TransferRecord

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([REPOSITORY / "README.md", REPOSITORY / "DATASET_CARD.md", *REPOSITORY.glob("docs/**/*.md")])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    """A command that nobody can find doesn't exist."""
    assert f"corpus-kit {command}" in (REPOSITORY / "README.md").read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_help(command: str) -> None:
    """Each command, argument and option says what it is for, and takes --corpus unless it makes one."""
    found = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    assert found.help
    assert all(parameter.help for parameter in found.params if parameter.name != "help")
    assert command == "init" or any("--corpus" in parameter.opts for parameter in found.params)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_named_commands_options_and_links_exist(page: Path) -> None:
    """`corpus-kit VERB --option` in code, and relative links, are real."""
    text = page.read_text("utf-8")
    for verb, rest in re.findall(r"(?:`|\$ )corpus-kit ([a-z][a-z-]*)((?: [^`#\n]*)?)", text):
        assert verb in COMMANDS, f"{page}: corpus-kit {verb}"
        options = {o for p in typer.main.get_command(app).commands[verb].params for o in p.opts}  # type: ignore[attr-defined]
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in options, f"{page}: corpus-kit {verb} {option}"
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in link:
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_every_key_of_corpus_toml_is_documented() -> None:
    """docs/corpus.md names every key that the reader accepts."""
    text = (REPOSITORY / "docs/corpus.md").read_text("utf-8")
    for name, field in CorpusFile.model_fields.items():
        assert f"`{name}`" in text or f"[{name}" in text, name
        table = field.annotation
        for key in getattr(table, "model_fields", {}):
            assert f"`{key}`" in text or f"[{name}.{key}]" in text, f"{name}.{key}"


def test_every_metric_is_documented() -> None:
    """docs/evaluation.md names every metric, and every key of a run record."""
    text = (REPOSITORY / "docs/evaluation.md").read_text("utf-8")
    for name, definition in METRICS.items():
        assert f"`{name}[LABEL]`" in text if definition.is_per_label else f"`{name}`" in text, name
    for name in TransferRecord.model_fields:
        assert f"`{name}`" in text, name


@pytest.mark.parametrize(
    "command", [["card", "--check", "DATASET_CARD.md", "README.md", "docs/release.md"], ["build", "--help"]]
)
def test_no_number_is_stale(command: list[str]) -> None:
    """The generated blocks of card, README and the page on releases are what the corpus gives now."""
    done = subprocess.run(
        [sys.executable, "-m", "corpus_kit", *command], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_template_baseline_is_the_repositorys() -> None:
    """What `init` copies is the baseline that is tested here."""
    ours = REPOSITORY / "baselines/majority/classifier.py"
    theirs = REPOSITORY / "corpus_kit/templates/corpus/baselines/majority/classifier.py"
    assert ours.read_text("utf-8") == theirs.read_text("utf-8")


def test_the_guidelines_quote_no_article() -> None:
    """No six words in a row of the guidelines stand in an article: guidelines that quote the test give it away."""
    words = re.compile(r"\w+")
    guidelines = words.findall((REPOSITORY / "annotations/guidelines.md").read_text("utf-8").casefold())
    runs = {tuple(guidelines[i : i + 6]) for i in range(len(guidelines) - 5)}
    for article in (REPOSITORY / "seeds/articles").glob("*.txt"):
        found = words.findall(article.read_text("utf-8").casefold())
        assert not runs & {tuple(found[i : i + 6]) for i in range(len(found) - 5)}, article
