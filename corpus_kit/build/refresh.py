"""The generated parts of Markdown files: what the build knows, and the leaderboard's table."""

from collections.abc import Sequence
from pathlib import Path

from corpus_kit.build.assemble import assemble_corpus
from corpus_kit.build.card import (
    Blocks,
    fill_blocks,
    fill_card,
    list_stale_blocks,
    make_blocks,
    read_card_source,
    read_markdown,
)
from corpus_kit.build.contents import describe_assembly
from corpus_kit.corpus import Corpus
from corpus_kit.errors import CorpusError
from corpus_kit.files import write_atomically
from corpus_kit.records import decode_utf8, read_bytes


def refresh_files(corpus: Corpus, files: Sequence[Path] | None, *, is_dry_run: bool = False) -> list[str]:
    """Fill the generated parts of the card (which is made if it is missing) or of the given files.

    Returns:
        What was stale, as `file: block`. With `is_dry_run` nothing is written.
    """
    assembly = assemble_corpus(corpus)
    blocks: Blocks = {**make_blocks(describe_assembly(assembly)), "leaderboard": lambda: _read_board(corpus)}
    found = []
    for file in files or [corpus.card_path]:
        is_card = file.resolve() == corpus.card_path.resolve()
        old = read_card_source(corpus) if is_card else read_markdown(file)
        fresh = fill_card(old, assembly, path=file) if is_card else fill_blocks(old, blocks, path=file)
        found += [f"{file}: {name}" for name in list_stale_blocks(old, fresh)]
        if not is_dry_run:
            write_atomically(file, fresh.encode("utf-8"))
    return found


def _read_board(corpus: Corpus) -> str:
    """The leaderboard's tables of systems with their notes: without its title and its sections."""
    path = corpus.baselines_dir / "LEADERBOARD.md"
    text = decode_utf8(read_bytes(path, CorpusError, remedy="Write it: corpus-kit leaderboard"), path, CorpusError)
    lead = text.split("\n## ", 1)[0]
    return lead.split("\n", 1)[1] if lead.startswith("# ") else lead
