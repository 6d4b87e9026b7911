"""Hand rules for English news, without training: marks, reporting clauses, position, the shape of lines."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus_kit import LabelledArticle, SegmentedArticle

CERTAINTY = 0.85
QUOTATION = re.compile(
    r"“[^”\n]+(?:”|$)"  # a quotation that goes on in the next paragraph has no closing mark
    r"|\"[^\"\n]+(?:\"|$)"
    r"|(?<!\w)[‘'](?=\w)[^\n]*?[\w.,!?…][’'](?!\w)",
    re.MULTILINE,
)
REPORTING = re.compile(
    r"\b(?:sa(?:ys?|id|ying)|t(?:ells?|old)|add(?:s|ed)|ask(?:s|ed)|call(?:s|ed|ing)|claim(?:s|ed)|den(?:y|ies|ied)"
    r"|describ(?:es?|ed|ing)|declar(?:es?|ed)|insist(?:s|ed)|not(?:es|ed)|repl(?:y|ies|ied)|stat(?:es|ed)"
    r"|t(?:weets?|weeted)|warn(?:s|ed|ing)|wr(?:ites?|ote)|announc(?:es?|ed)|argu(?:es?|ed)|accus(?:es?|ed)"
    r"|according to)\b",
    re.IGNORECASE,
)
JUDGEMENT = re.compile(
    r"\b(?:should(?:n['’]t)?|must|ought|cannot be allowed|perhaps|clearly|undoubtedly|arguably|surely|inevitabl[ey]"
    r"|I|we|our|(?:many|some|critics|observers|analysts|experts) (?:see|fear|believe|think|suspect|argue|worry|say)"
    r"|(?:is|are) (?:likely|unlikely|bound|set|expected) to|will (?:likely|probably|surely)|may well|would be an?"
    r"|a (?:triumph|disaster|failure|mistake|blow|warning|lesson))\b",
    re.IGNORECASE,
)
APPEAL = re.compile(
    r"^(?:subscri|sign up|log in|follow us|click|tap|read more|share|donat|support (?:us|our)|download|regist|join us"
    r"|watch|listen|related|advertis|view|see also|more (?:on|from)|recommended|copyright|all rights)"
    r"|\bnewsletter|\binbox\b|\bcookies?\b|privacy policy|https?://|www\.|\S@\S+\.\w|©",
    re.IGNORECASE,
)
BYLINE = re.compile(
    r"^(?:By|Written by|Reporting by|Editing by|Additional reporting|Photo|Image|Picture|Credit)\b:? +[A-Z]"
    r"|\b(?:is|was) (?:an?|the) (?:[\w-]+ ){0,4}(?:editor|reporter|correspondent|journalist|columnist|writer)\b"
    r"|(?i:\b(?:pictured|file photo|getty images|via ap|/ ?(?:ap|afp|reuters|epa))\b)"
)
DATE = re.compile(
    r"(?:\w+day\b.*\d|.*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? .*\d{4}|\d+ \w+ ago|[\d:./ -]+$)",
    re.IGNORECASE,
)


class Classifier:
    """The first rule that fits decides; of the labels that the rules know, the scheme may lack some."""

    version = "1"
    is_trained = False

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:  # noqa: ARG002 - nothing here is random
        self.labels = list(labels)

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Nothing is learnt."""

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """.85 for the label of the rule, the rest shared; all labels alike where no rule's label is in the scheme."""
        rows = np.full((len(article.segments), len(self.labels)), 1 / len(self.labels))
        for row, candidates in zip(rows, apply_rules(article), strict=True):
            label = next((name for name in candidates if name in self.labels), None)
            if label is not None and len(self.labels) > 1:
                row[:] = (1 - CERTAINTY) / (len(self.labels) - 1)
                row[self.labels.index(label)] = CERTAINTY
        return rows


def apply_rules(article: SegmentedArticle) -> Iterator[list[str]]:
    """For each segment the labels whose rules fit, in the order in which the rules are asked."""
    quotations = [match.span() for match in QUOTATION.finditer(article.text)]
    seen: set[str] = set()
    for segment in article.segments:
        text = segment.text
        parts = [(max(start, segment.start), min(end, segment.end)) for start, end in quotations]
        quoted = " ".join(article.text[start:end] for start, end in parts if start < end)
        before, after = article.text[: segment.start][-1:], article.text[segment.end :][:1]
        is_line = before in ("", "\n") and after in ("", "\n")
        rules = {
            "boilerplate": text.casefold() in seen or is_furniture(text, is_line and segment.position > 0),
            "quote": is_quote(text, quoted),
            "opinion": is_opinion(text),
            "fact": True,
        }
        seen.add(text.casefold())
        yield [label for label, fits in rules.items() if fits]


def is_furniture(text: str, is_line: bool) -> bool:
    """Appeals, bylines and list marks anywhere; dates and headings where they are a line and not the headline."""
    if not re.search(r"[^\W\d_]", text) or APPEAL.search(text) or BYLINE.search(text):
        return True
    is_open = not re.search(r"[.!?…][\"'”’)\]]*$", text)
    return is_line and is_open and (len(text.split()) <= 15 or DATE.match(text) is not None)


def is_quote(text: str, quoted: str) -> bool:
    """Several quoted words, or fewer with a reporting clause; a title or nickname (all capitals) without one is not."""
    words = re.findall(r"\w+", quoted)
    is_name = all(word[0].isupper() for word in words if len(word) > 3)
    return bool(words) and (REPORTING.search(text) is not None or (len(words) > 3 and not is_name))


def is_opinion(text: str) -> bool:
    """A marker of judgement, or a question, in the writer's own voice: without a reporting clause."""
    return not REPORTING.search(text) and bool(JUDGEMENT.search(text) or text.endswith("?"))
