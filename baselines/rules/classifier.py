"""Rules for English news as labelling functions, weighed by a label model that learns from unlabelled articles.

The rules were written from the annotation guidelines and improved on the composed collection.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from corpus_kit import (
    LabelledArticle,
    LabellingFunction,
    LabellingTable,
    SegmentedArticle,
    cast_votes,
    fit_dawid_skene,
)

QUOTATION = re.compile(
    r"„[^“”\n]+(?:[“”]|$)"
    r"|“[^”\n]+(?:”|$)"  # a quotation that goes on in the next paragraph has no closing mark
    r"|\"[^\"\n]+(?:\"|$)"
    r"|«[^»\n]+(?:»|$)"
    r"|(?<!\w)[‘'](?=\w)[^\n]{0,1000}?[\w.,!?…][’'](?!\w)",
    re.MULTILINE,
)
SPEECH = (
    r"sa(?:ys?|id|ying)|t(?:ells?|old)|add(?:s|ed|ing)|ask(?:s|ed|ing)|call(?:s|ed|ing)|claim(?:s|ed|ing)"
    r"|den(?:y|ies|ied)|describ(?:es?|ed|ing)|declar(?:es?|ed|ing)|insist(?:s|ed|ing)|not(?:es|ed|ing)"
    r"|repl(?:y|ies|ied)|stat(?:es|ed|ing)|tweet(?:s|ed|ing)|warn(?:s|ed|ing)|wr(?:ites?|ote)|announc(?:es?|ed|ing)"
    r"|argu(?:es?|ed|ing)|accus(?:es?|ed|ing)|admit(?:s|ted)|answer(?:s|ed)|cit(?:es|ed|ing)|dismiss(?:es|ed|ing)"
    r"|praise[sd]|promise[sd]|recall(?:s|ed)|respond(?:s|ed)|shout(?:s|ed)|thank(?:s|ed)|explain(?:s|ed)"
    r"|estimate[sd]|forecast|confirm(?:s|ed)|rated|quoted|labell?ed|dubbed|branded|according to"
)
REPORTING = re.compile(rf"\b(?:{SPEECH})\b", re.IGNORECASE)
APPEAL = re.compile(
    r"^\W*(?:subscri|sign (?:up|in)|log in|follow us|click|tap|read more|share|donat|support (?:us|our)|download"
    r"|regist|join (?:us|our)|watch|listen|advertis|view|see also|chip in|get (?:the|our)|want more|already a"
    r"|e-?mail us|send (?:us|your)|tell us|have (?:you|your) |got an? |contact us|accept|manage|hungry for"
    r"|thank(?:s| you) for reading|enjoy(?:ed|ing)|buy )"
    r"|\bnewsletter|\binbox\b|\bcookies?\b|\bsubscri(?:be|ber|ption)|privacy|javascript|\bfree trial"
    r"|commission\b.{0,80}\blinks?\b|\blinks?\b.{0,80}\bcommission"
    r"|\b(?:our|the) app\b|\bpaywall|\bour (?:readers|journalism)\b"
    r"|\bmembers?(?:hip)? (?:get|pay)|\bper month\b|\bad-free|\b(?:nonprofit|reader-funded)\b",
    re.IGNORECASE,
)
RIGHTS = re.compile(
    r"copyright|all rights|©|not be (?:re)?(?:published|produced)|terms (?:of|and)"
    r"|this (?:story|article) (?:was|has)"
    r"|^(?:updated?|published|posted|last modified|correction|editor['’]s note|this live blog)\b"
    r"|first published|(?:contributed|contributing) (?:to|reporting)|\bmoderat|community guidelines|house rules",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?://|www\.|\S@\S{1,200}\.\w|^\W*@\w+|\(@\w+\)|^#\w+", re.IGNORECASE)
BYLINE = re.compile(
    r"^(?:By|BY|Words by|Words|Written by|Reporting by|Editing by|Additional reporting|Interview by|Text) *:? +[A-Z]"
    r"|^[A-Z][\w.'’-]+ [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+)?(?:, [\w' ’&-]+| in [A-Z]\w+)?$"
)
BIOGRAPHY = re.compile(
    r"\b(?:is|was) (?:an?|the|our|\w+['’]s) (?:[\w-]+,? ){0,5}"
    r"(?:editor|reporter|correspondent|journalist|columnist|writer|author|critic|contributor)\b"
    r"|\b(?:covers|writes (?:for|about)|reports (?:on|from) )\b.{0,200}\b(?:for|the|about)\b"
)
CREDIT = re.compile(
    r"^(?:Photo(?:graph|s)?|Image|Picture|Credit|Illustration|File|Video|Watch|Graphic|Map|Above|Left|Right)\b *[:|]"
    r"|(?i:\b(?:pictured|file photo|getty images|photographed|handout)\b)"
    r"|(?i:\((?:[\w ]{0,60}(?:photo|image|picture|photograph|credit|illustration)\b[^)]{0,200}|[^)]{0,200}\bphoto)\))"
    r"|\([A-Z][\w.'’ -]{1,80}/[A-Z][\w.'’ -]{1,80}\)[.]?$|^[A-Z][\w.'’ -]{1,80}/[A-Z][\w.'’ -]+$"
    r"|/ ?(?:AP|AFP|Reuters|EPA)\b"
)
MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|tember|ober|ember)?\.?"
DATE = re.compile(
    rf"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|{MONTH} \d|\d+(?:st|nd|rd|th)? {MONTH}\b)"
    r".{0,40}\d.{0,20}$|.{0,60}\d{4}.{0,3}\b\d{1,2}[:.]\d\d|\d+ \w+ (?:ago|min read)|[\d:./ ,|-]+(?:[ap]\.?m\.?)?\W*$"
    r"|\d{1,2}[:.]\d\d\b.{0,12}$",
    re.IGNORECASE,
)
YEAR = re.compile(r"\b(?:19|20)\d\d$|\bestablished\b|\bfounded\b", re.IGNORECASE)
MENU = re.compile(r"\S +[|›»>•·/] +\S|^[→›»▶★☆•·]|★|☆|^[\d,]+ (?:comments?|shares?|likes?|views)$", re.IGNORECASE)
KICKER = re.compile(
    r"^(?:news|sport|world|business|culture|politics|comments?|live|advertisement|related|most (?:read|viewed|popular)"
    r"|more (?:on|from|in|stories)|read next|recommended|topics?|tags?|share|menu|home|contents|key (?:events|points)"
    r"|trending|what['’]s (?:on|next)|you may also|also (?:on|in)|elsewhere|promoted|sponsored|about the author"
    r"|latest|in brief|at a glance|explore more|next (?:story|up)|keep reading)\b.{0,40}$",
    re.IGNORECASE,
)
PIECE = re.compile(
    r"\b(?:opinion|editorial|comment|commentary|column|columnist|leader|reviews?|analysis|letters?|our view|viewpoint"
    r"|op-ed|essay|sketch|perspectives?|verdict|ratings|critic|first person|the takeaway|critic['’]s)\b|★",
    re.IGNORECASE,
)
OBLIGATION = re.compile(
    r"\b(?:should(?:n['’]t)?|must(?:n['’]t)?|ought|ha(?:s|ve) to|needs? to|cannot be allowed|had better"
    r"|it is time|it['’]s time)\b|^Let (?:us|the|him|her|them|it|those|no)\b",
    re.IGNORECASE,
)
BELIEF = re.compile(
    r"\b(?:I|[Ww]e) (?:\w+ly )?(?:think|believe|suspect|hope|doubt|fear|wish|suppose|want|prefer|admire|like|love"
    r"|recommend|am (?:sure|not|afraid)|do(?:n['’]t| not)|can(?:['’]t|not)|would|could|find|confess|say)\b"
    r"|\b(?:in my (?:view|opinion|book)|for my (?:money|part)|to my mind|as I see it)\b"
)
UNNAMED = re.compile(
    r"\b(?:many|some|critics|observers|analysts|experts|others|few|people|everyone|nobody|no one)"
    r"(?: in [\w ]{1,40}| here| now)? (?:see|sees|fear|fears|believe|believes|think|thinks|suspect|suspects|argue"
    r"|argues|worry|say|says|expect|doubt|doubts|wonder)\b"
    r"|\b(?:is|are) (?:widely|generally) \w+|\b(?:it is said|rumou?r has it|there are whispers|(?:is|are) seen as)\b",
    re.IGNORECASE,
)
PREDICTION = re.compile(
    r"\b(?:is|are|seems?|looks?) (?:likely|unlikely|bound|set|certain|sure|destined|doomed) to\b"
    r"|\bwill (?:likely|probably|surely|never|not|be|have|find|come|go|lose|win|take|make|soon|now|cost|pay|do|need)\b"
    r"|\bwon['’]t\b|\b(?:may|might|could) (?:well|yet|even|turn|prove|be)\b|['’]ll\b|\bshall\b",
    re.IGNORECASE,
)
PRAISE = (
    r"absurd|admirable|appalling|awful|bad|beautiful|best|better|bizarre|bold|brave|brilliant|careless|charming|cheap"
    r"|clever|clumsy|comic|convincing|cowardly|cruel|cynical|daft|dazzling|decent|delicious|delightful|disgraceful"
    r"|dishonest|dismal|dreadful|dull|elegant|excellent|fair|fine|flawless|foolish|funny|generous|glorious|good|great"
    r"|hollow|honest|hopeless|ideal|impressive|indefensible|inexcusable|insulting|joyless|lazy|lovely|magnificent"
    r"|mean|memorable|miserable|misguided|modest|naive|nonsense|obvious|odd|outrageous|perfect|pitiful|pointless|poor"
    r"|preposterous|reasonable|remarkable|reckless|ridiculous|right|sad|sensible|shabby|shameful|shrewd|silly|sorry"
    r"|splendid|strange|stunning|stupid|sublime|superb|tedious|terrible|terrific|timid|tired|unfair|unforgivable|unwise"
    r"|useless|vain|vivid|welcome|wise|wonderful|worse|worst|worthless|worthy|wrong"
)
GRADED = re.compile(rf"\b(?:{PRAISE})\b", re.IGNORECASE)
PREDICATE = re.compile(
    rf"(?:\b(?:is|are|was|were|be|been|seems?|feels?|looks?|sounds?|remains?)|['’](?:s|re))"
    rf"(?: (?!to\b)[\w-]+){{0,3}} (?:{PRAISE})\b",
    re.IGNORECASE,
)
VERDICT = re.compile(
    r"\bthe (?:best|worst|finest|greatest|only \w+ (?:worth|way)|trouble|problem|question|truth|point|irony|lesson"
    r"|answer|mistake|pity|shame|danger) (?:is|of|that|was|here|thing|with)\b|\bwhat a\b|\bno (?:doubt|wonder)\b"
    r"|\b(?:of course|in truth|frankly|surely|perhaps|clearly|undoubtedly|arguably|inevitabl[ey]|to be fair|alas|sadly"
    r"|at best|at worst|at last|for once|after all|so much for|worth (?:the|it|a|more)|deserves?|nothing (?:but|more)"
    r"|too (?:much|many|little|late|long|often|few|easy|good)|nor should|the kind of|a kind of|the sort of|not so much"
    r"|tells you|a (?:triumph|disaster|failure|mistake|blow|warning|lesson|pity|shame|bargain|gift|joke|scandal))\b",
    re.IGNORECASE,
)
EMPHASIS = re.compile(
    r"\b(?:never|hardly|merely|simply|somehow|indeed|quite|rather|really|enough|nor|even|anyone|nobody|everybody"
    r"|whatever|why not|the most|far (?:more|less|too)|as if|would (?:be|have)|more \w+ than|better than|cannot)\b",
    re.IGNORECASE,
)
GENERAL = re.compile(
    r"^(?:And |But |So |Yet |Still, |Or )?(?:That|This|It|They|These|Those|There|Nobody|No one|Nothing|Such|A|An"
    r"|None|Neither|You|Which|What|Who|Whoever|Everyone|All|If|We)\b[^.]*?"
    r"(?:\b(?:is|are|has|have|can|does|do|would|makes?|takes?|means?|needs?)\b|n['’]t\b|['’](?:s|re)\b)"
)
RECORD = re.compile(
    r"\b(?:on (?:mon|tues|wednes|thurs|fri|satur|sun)day|last (?:week|month|year|night)|yesterday|in \d{4}|percent"
    r"|per cent|million|billion|kilomet|metres|miles|year-old|aged)\b|[%$£€]|\b\d{2,}\b",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:was|were|had|did|took|went|came|made|gave|found|began|became|left|won|lost|held|sold|bought|built|ran|put"
    r"|got|met|fell|rose|paid|\w{3,}ed)\b"
)
JUDGEMENTS = {
    "obligation": ("says what should or must be", OBLIGATION),
    "belief": ("says what the writer thinks, hopes or recommends", BELIEF),
    "unnamed_voice": ("gives a view of people without a name", UNNAMED),
    "prediction": ("says what will or may come", PREDICTION),
    "evaluation": ("says that something is good or bad", PREDICATE),
    "graded": ("has a word of praise or blame", GRADED),
    "verdict": ("has a turn of phrase of people who argue", VERDICT),
    "emphasis": ("stresses, exaggerates or compares", EMPHASIS),
}
TAG = re.compile(r"([A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}) ?: +(?=\S)")
CLOSED = re.compile(r"[.!?…:][\"'”’»“)\]]*$")
"""Where prose ends."""


@dataclass(frozen=True, kw_only=True)  # without slots, so that what several rules ask is found once
class Clue:
    """What the rules see of a segment.

    Attributes:
        plain: its text without what stands between quotation marks.
        quoted: the words between quotation marks, each with whether a title or name would write it so.
        is_line: it is a line of its own.
        is_prose: it ends like a sentence, or isn't the end of its line.
        zone: `head` up to the first paragraph, `tail` after the last, else `body`.
        is_headline: the first line of the head that is no furniture.
        is_repeat: the article had the same text before.
        speaker: whose turn of a transcript it belongs to, and whether that speaker asks the questions.
        is_opinion_piece: the head calls the article an opinion, a review or the like.
    """

    text: str
    plain: str
    quoted: tuple[str, ...]
    is_line: bool
    is_prose: bool
    zone: str
    is_headline: bool
    is_repeat: bool
    in_quotation: bool
    speaker: str
    is_asking: bool
    is_opinion_piece: bool

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())

    @cached_property
    def is_quoting(self) -> bool:
        """It has a source's own words, by marks, by an open quotation or as a turn of a transcript."""
        has_words = len(self.quoted) > 3 and not has_title_case(self.quoted)
        is_attributed = bool(self.quoted) and REPORTING.search(self.plain) is not None
        return self.in_quotation or (bool(self.speaker) and not self.is_asking) or has_words or is_attributed

    @cached_property
    def is_telling(self) -> bool:
        """Prose without a source's own words."""
        return self.is_prose and not self.is_quoting

    @cached_property
    def is_own_voice(self) -> bool:
        """Prose of the writer: no reporting verb either."""
        return self.is_telling and not self.speaker and not REPORTING.search(self.plain)

    @property
    def looks_like_furniture(self) -> bool:
        """It has the shape or the words of what a page puts around its article."""
        return (
            not re.search(r"[^\W\d_]", self.text)
            or any(pattern.search(self.text) for pattern in (APPEAL, RIGHTS, ADDRESS, CREDIT, MENU, KICKER))
            or (self.is_line and not self.is_prose and bool(BYLINE.match(self.text) or DATE.match(self.text)))
        )


Lines = list[list[int]]
"""The positions of the segments of each line that has any."""


def read_clues(article: SegmentedArticle) -> list[Clue]:
    """What the rules see of an article, a clue per segment."""
    segments = article.segments
    lines = group_lines(article)
    texts = [" ".join(segments[i].text for i in line) for line in lines]
    first, last = find_body(texts, lines)
    titles = [n for n in range(min(first + 1, len(texts))) if is_title(texts[n])]
    headline = next(
        (n for n in titles if len(texts[n].split()) >= 6 and not CLOSED.search(texts[n])), next(iter(titles), -1)
    )
    speakers, asking = find_speakers(texts)
    is_piece = any(PIECE.search(text) for text in texts[: first + 1] if len(text) < 200)
    quotations = [match.span() for match in QUOTATION.finditer(article.text)]
    seen: set[str] = set()
    clues: list[Clue] = []
    for n, line in enumerate(lines):
        for i in line:
            segment = segments[i]
            quoted, plain = cut_quotations(article.text, segment.start, segment.end, quotations)
            clues.append(
                Clue(
                    text=segment.text,
                    plain=plain,
                    quoted=tuple(re.findall(r"\w+", quoted)),
                    is_line=len(line) == 1,
                    is_prose=i != line[-1] or CLOSED.search(segment.text) is not None,
                    zone="head" if n < first else "tail" if n > last else "body",
                    is_headline=n == headline,
                    is_repeat=segment.text.casefold() in seen,
                    in_quotation=segment.in_quotation,
                    speaker=speakers[n],
                    is_asking=speakers[n] in asking,
                    is_opinion_piece=is_piece,
                )
            )
            seen.add(segment.text.casefold())
    return clues


def group_lines(article: SegmentedArticle) -> Lines:
    """The segments by line, in order."""
    lines: Lines = []
    end = 0
    for i, segment in enumerate(article.segments):
        if not i or "\n" in article.text[end : segment.start]:
            lines.append([])
        lines[-1].append(i)
        end = segment.end
    return lines


def find_body(texts: Sequence[str], lines: Lines) -> tuple[int, int]:
    """The first and last line that is a paragraph: several sentences, or a long one, and no furniture."""
    body = [
        n
        for n, text in enumerate(texts)
        if CLOSED.search(text)
        and (len(lines[n]) > 1 or len(text.split()) >= 12)
        and not any(pattern.search(text) for pattern in (APPEAL, RIGHTS, ADDRESS, CREDIT, BIOGRAPHY))
    ]
    return (body[0], body[-1]) if body else (len(texts), len(texts))


def is_title(text: str) -> bool:
    """Whether a line may be the headline: some words that are no furniture."""
    return (
        len(text.split()) >= 4
        and not any(pattern.search(text) for pattern in (MENU, CREDIT, ADDRESS, APPEAL, RIGHTS, YEAR))
        and not (BYLINE.match(text) or DATE.match(text) or KICKER.match(text))
    )


def find_speakers(texts: Sequence[str]) -> tuple[list[str], set[str]]:
    """Of each line the speaker before its colon, where two speakers have several turns, and who asks the questions."""
    tags = [match.group(1) if (match := TAG.match(text)) else "" for text in texts]
    turns = Counter(tag for tag in tags if tag)
    often = {tag for tag, count in turns.items() if count > 1}
    if len(often) < 2:
        return [""] * len(texts), set()
    questions = Counter(tag for tag, text in zip(tags, texts, strict=True) if text.endswith("?"))
    return [tag if tag in often else "" for tag in tags], {tag for tag in often if questions[tag] * 2 > turns[tag]}


def cut_quotations(text: str, start: int, end: int, quotations: Sequence[tuple[int, int]]) -> tuple[str, str]:
    """What of a segment stands between quotation marks, and the rest."""
    inside, outside, at = [], [], start
    nearest = max(bisect(quotations, (start, start)) - 1, 0)
    for a, b in islice(quotations, nearest, None):
        if a >= end:
            break
        low, high = max(a, at), min(b, end)
        if low < high:
            outside.append(text[at:low])
            inside.append(text[low:high])
            at = high
    return " ".join(inside), " … ".join([*outside, text[at:end]])


def has_title_case(words: Sequence[str]) -> bool:
    """Whether words are written as in a name or title."""
    return all(word[0].isupper() for word in words if len(word) > 3)


def each(fits: Callable[[Clue], bool]) -> Callable[[list[Clue]], NDArray[np.bool_]]:
    """A rule about one segment, asked of all."""
    return lambda clues: np.array([fits(clue) for clue in clues], dtype=np.bool_)


def is_furniture_line(clue: Clue) -> bool:
    """A short line without a full stop, below the headline."""
    return clue.is_line and not clue.is_prose and not clue.is_headline


def is_standfirst(clue: Clue) -> bool:
    """A long line of the head, below the headline, without quotation or the shape of furniture."""
    is_below = clue.zone == "head" and not clue.is_headline
    return is_below and clue.words >= 8 and not clue.quoted and not clue.looks_like_furniture


def is_arguing(clue: Clue) -> bool:
    """A general statement in the body of a piece of opinion."""
    is_place = clue.is_own_voice and clue.zone == "body" and clue.is_opinion_piece
    return is_place and bool(GENERAL.search(clue.text)) and not RECORD.search(clue.text)


def is_judging(clue: Clue) -> bool:
    """It has a mark of judgement in the writer's own voice, or argues."""
    has_mark = clue.is_own_voice and any(pattern.search(clue.text) for _, pattern in JUDGEMENTS.values())
    return has_mark or is_arguing(clue)


def rule(name: str, label: str, meaning: str, fits: Callable[[Clue], bool]) -> LabellingFunction[list[Clue]]:
    """A labelling function that asks each segment by itself."""
    return LabellingFunction(name=name, label=label, meaning=meaning, find=each(fits))


def list_boilerplate() -> Iterator[LabellingFunction[list[Clue]]]:
    """Rules for what isn't the article's own prose."""
    label = "boilerplate"
    yield rule("wordless", label, "has no letter", lambda c: not re.search(r"[^\W\d_]", c.text))
    yield rule("repeat", label, "stood in the article before, word for word", lambda c: c.is_repeat)
    yield rule(
        "appeal",
        label,
        "asks to sign up, pay, follow, accept or write in",
        lambda c: bool(APPEAL.search(c.plain)) and not c.quoted and not c.in_quotation and not c.speaker,
    )
    yield rule(
        "rights", label, "states rights, terms, an update or a correction", lambda c: bool(RIGHTS.search(c.text))
    )
    yield rule("address", label, "has a URL, an e-mail address or a handle", lambda c: bool(ADDRESS.search(c.text)))
    yield rule(
        "byline",
        label,
        "names the author on a line",
        lambda c: c.is_line and not c.is_prose and not c.is_headline and bool(BYLINE.match(c.text)),
    )
    yield rule(
        "biography", label, "says what a journalist does", lambda c: c.zone != "body" and bool(BIOGRAPHY.search(c.text))
    )
    yield rule("credit", label, "credits a picture, or is its caption", lambda c: bool(CREDIT.search(c.text)))
    yield rule(
        "date_line",
        label,
        "a date or time on a line",
        lambda c: c.is_line and not c.is_prose and bool(DATE.match(c.text)),
    )
    yield rule(
        "menu",
        label,
        "separates entries by bars or arrows, or begins with one",
        lambda c: not c.is_headline and bool(MENU.search(c.text)),
    )
    yield rule(
        "kicker",
        label,
        "the name of a section or box",
        lambda c: c.is_line and not c.is_prose and not c.is_headline and bool(KICKER.match(c.text)),
    )
    yield rule(
        "short_line",
        label,
        "a line of at most four words without a full stop",
        lambda c: is_furniture_line(c) and c.words <= 4,
    )
    yield rule(
        "heading",
        label,
        "a longer line without a full stop, below the head",
        lambda c: is_furniture_line(c) and 4 < c.words <= 15 and c.zone != "head",
    )
    yield rule(
        "question_heading",
        label,
        "a question alone on a line",
        lambda c: c.is_line and c.text.endswith("?") and c.words <= 12 and not c.speaker and not c.quoted,
    )
    yield rule("tail", label, "below the last paragraph", lambda c: c.zone == "tail")
    yield rule(
        "head",
        label,
        "above the first paragraph, and looks like furniture",
        lambda c: c.zone == "head" and not c.is_headline and c.words < 6,
    )


def list_quotes() -> Iterator[LabellingFunction[list[Clue]]]:
    """Rules for a source's own words."""
    label = "quote"
    yield rule(
        "own_words", label, "quoted words, a turn of a transcript, or inside an open quotation", lambda c: c.is_quoting
    )
    yield rule(
        "quoted_and_reported",
        label,
        "several quoted words with a verb of speaking",
        lambda c: len(c.quoted) > 3 and bool(REPORTING.search(c.plain)),
    )
    yield rule(
        "quoted_sentence",
        label,
        "more than three quoted words that are no title",
        lambda c: len(c.quoted) > 3 and not has_title_case(c.quoted),
    )
    yield rule(
        "all_quoted",
        label,
        "little stands outside the quotation marks",
        lambda c: len(c.quoted) > 0 and len(c.quoted) >= 2 * len(re.findall(r"\w+", c.plain)),
    )
    yield rule(
        "quoted_fragment",
        label,
        "few quoted words with a verb of speaking",
        lambda c: 0 < len(c.quoted) <= 3 and bool(REPORTING.search(c.plain)),
    )
    yield rule("inside_quotation", label, "begins inside a quotation that is still open", lambda c: c.in_quotation)
    yield rule(
        "turn", label, "a turn of a transcript, not the interviewer's", lambda c: bool(c.speaker) and not c.is_asking
    )


def list_opinions() -> Iterator[LabellingFunction[list[Clue]]]:
    """Rules for judgement in the writer's voice or one without a name."""
    label = "opinion"

    for name, (meaning, pattern) in JUDGEMENTS.items():
        yield rule(name, label, meaning, lambda c, pattern=pattern: c.is_own_voice and bool(pattern.search(c.text)))  # type: ignore[misc]
    yield rule("judgement", label, "has any of these marks", is_judging)
    yield rule(
        "rhetorical_question",
        label,
        "a question within a paragraph of a piece of opinion",
        lambda c: c.is_own_voice and not c.is_line and c.is_opinion_piece and c.text.endswith("?"),
    )
    yield rule("argument", label, "a general statement in a piece of opinion", is_arguing)


def list_facts() -> Iterator[LabellingFunction[list[Clue]]]:
    """Rules for what a record could settle."""
    label = "fact"
    yield rule("headline", label, "the first line that is no furniture", lambda c: c.is_headline and not c.quoted)
    yield rule("standfirst", label, "a long line below the headline", is_standfirst)
    yield rule(
        "reported",
        label,
        "a verb of speaking without quotation marks",
        lambda c: c.is_telling and bool(REPORTING.search(c.plain)),
    )
    yield rule(
        "record", label, "dates, figures or amounts in prose", lambda c: c.is_telling and bool(RECORD.search(c.text))
    )
    yield rule("past", label, "tells in the past", lambda c: c.is_telling and bool(PAST.search(c.text)))
    yield rule("interviewer", label, "the interviewer's question", lambda c: bool(c.speaker) and c.is_asking)
    yield rule(
        "prose",
        label,
        "prose of the head or body, or the headline",
        lambda c: (c.is_telling and c.zone != "tail") or (c.is_headline and not c.quoted) or is_standfirst(c),
    )


RULES = LabellingTable(
    make_view=read_clues, functions=(*list_boilerplate(), *list_quotes(), *list_opinions(), *list_facts())
)


class Classifier:
    """The rules' votes, weighed by a label model."""

    version = "2"
    is_trained = True  # from the training articles' votes; their labels aren't looked at
    labelling = RULES

    def __init__(self, labels: Sequence[str], seed: int = 0) -> None:  # noqa: ARG002 - nothing here is random
        self.labels = list(labels)
        self.fit([])

    def fit(self, articles: Sequence[LabelledArticle]) -> None:
        """Learn how often each rule votes on segments of each label, from the articles' segments alone."""
        votes = cast_votes(RULES, (labelled.article for labelled in articles), self.labels)
        self.model = fit_dawid_skene(votes, len(self.labels))

    def predict(self, article: SegmentedArticle) -> NDArray[np.float64]:
        """The label model's probabilities; all labels alike where no rule's label is in the scheme."""
        return self.model.predict(cast_votes(RULES, [article], self.labels).matrix)
