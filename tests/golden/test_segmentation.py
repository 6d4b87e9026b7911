"""Texts beside the segments that they must have."""

import json
from pathlib import Path

import pytest

from corpus_kit.segment.news import segment_news
from corpus_kit.segment.speech import trace_quotations

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
SEEDS: dict[str, list[list[int]]] = json.loads((FOLDER / "seeds_segments.json").read_text(encoding="utf-8"))
CASES = [
    json.loads(line) for line in (FOLDER / "segmentation" / "cases.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
]
MARKED = [pytest.param(case["marked"], id=f"{at}-{case['topic']}") for at, case in enumerate(CASES, start=1)]
QUOTED = {
    "curly": "“A one.|*B two.”|C three.",
    "straight": '"A one.|*B two," he said.|C three.',
    "straight closed by curly": 'He said: "A one.|*B two.”|C three.',
    "German": "„A eins.|*B zwei.“|C drei.",
    "guillemets": "« A un.|*B deux. »|C trois.",
    "reversed guillemets": "»A eins.|*B zwei.«|C drei.",
    "single": "‘A one.|*B two,’ he said.|C three.",
    "straight single": "'A one.|*We can't,' he said.|The workers' day.",
    "possessive inside single": "‘A one.|*The workers’ day came.|*C three,’ he said.|D four.",
    "nested single": "“He said ‘A one.|*B two.’|*C three.”|D four.",
    "nested straight": '“He said "A one.|*B two" and left.|*C three.”|D four.',
    "double inside single": "‘He said “A one.|*B two.”|*C three,’ he said.|D four.",
    "apostrophes": "It's the ’90s.|Don't say '90s.|’Tis the workers’ day.|It is.",
    "inches": 'A 6" board broke.|It was 5\'10" long.|It fell.',
    "several paragraphs": "“A one.|*B two.|\n\n*“C three.|*D four.”|E five.|\n\nF six.",
    "never closed": "“A one.|*B two.|\n\nC three.|D four.",
    "closed on the next line": '"A one.|\n*B two," he said.|C three.',
    "open at a line's end": '"A one.|*B two.|\nC three.|\n"D four."|E five.',
    "Chinese": "他说：“走。|*不走。”他说。|好。",
    "stray mark": '"A one.|\n*B two.|\n*C three.|\n*D four.|\nE five.|\nF six.|\nOr 21" wheels.',
    "taken up on each line": "“A one.|\n“*B two.|\n“*C three.|\n“*D four.|\n“*E five.”|\nF six.",
}


@pytest.mark.parametrize("marked", MARKED)
def test_a_text_has_the_marked_segments(marked: str) -> None:
    """The segments of a text are those that the mark "|" divides."""
    text = marked.replace("|", "")
    assert [text[start:end] for start, end in segment_news(text)] == [part.strip() for part in marked.split("|")]


@pytest.mark.parametrize("article_id", SEEDS)
def test_a_seed_article_has_the_gold_spans(article_id: str) -> None:
    """The spans of a stored article equal the gold, every one."""
    text = (ROOT / "seeds" / "articles" / f"{article_id}.txt").read_bytes().decode("utf-8")
    assert segment_news(text) == [(start, end) for start, end in SEEDS[article_id]]


@pytest.mark.parametrize("page", sorted((FOLDER / "segmentation/pages").glob("*.txt")), ids=lambda path: path.stem)
def test_a_page_in_another_language_is_cut_right(page: Path) -> None:
    """Each paragraph of a page (stored a sentence a line) is cut into exactly its sentences when joined by spaces."""
    paragraphs = [part.splitlines() for part in page.read_text("utf-8").split("\n\n")]
    text = "\n\n".join(" ".join(sentences) for sentences in paragraphs)
    expected = [sentence for sentences in paragraphs for sentence in sentences]
    assert [text[start:end] for start, end in segment_news(text)] == expected


@pytest.mark.parametrize("marked", QUOTED.values(), ids=QUOTED)
def test_a_segment_inside_an_open_quotation_is_found(marked: str) -> None:
    """The segments marked "*" begin inside a quotation, the others do not, whoever made the spans."""
    text, spans, expected = "", [], []
    for part in marked.split("|"):
        piece = part.replace("*", "")
        text += piece if piece[0] == "\n" or not text else f" {piece}"
        spans.append((len(text) - len(piece.lstrip()), len(text)))
        expected.append("*" in part)
    assert trace_quotations(text, spans) == expected
