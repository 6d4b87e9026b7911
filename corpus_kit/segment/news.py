"""Sentence spans of news text, found in one pass over the places where a sentence may end.

One regular expression finds line breaks and candidate ends; only there is anything looked up. Its
quantifiers are possessive and start at a mark that no earlier match has consumed, and every look
back is of a fixed length, so the time is linear in the text.
"""

import re
from typing import Final

from corpus_kit.segment.contract import BREAKS

STOPS: Final = ".!?…؟।۔"
WIDE_STOPS: Final = "。！？｡"
_OPENERS: Final = r"“”\"„‚‘'’«»‹›(\[{<¿¡*_「『（【《"
_CLOSERS: Final = r"“”\"‘'’«»‹›)\]}>*_」』）】》"

# What a name, a number or an example always follows.
_BOUND: Final = """
    Mr Mrs Ms Mx Messrs Dr Drs Prof Rev Fr Msgr Hon Pres Gov Sen Sens Rep Reps Amb Sec Asst Supt Insp Det Atty
    Gen Maj Col Lt Cmdr Cdr Comdr Capt Adm Sgt Cpl Pvt Brig Pfc Ens Spc Hr Sra Dra Srta Mme Mlle Cllr EE
    vs v cf viz ca bzw evtl sog inkl ggf prof e.g i.e z.B d.h т.е им ул проф акад ген св пл просп
    Ул Проф Акад Ген Св Пл
"""
# What may end a sentence: it does before a word that begins sentences, or on other evidence by kind.
_LOOSE: Final = """
    Bros Jr Sr Esq St Ste Mt Ft Ave Blvd Rd Hwy Dept Dist Univ Assn Assoc Intl Natl Cie Jos Jas Chas Wm Geo Thos Ph
    Coun Eng Sta dr
    Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat
    Ont Que al est Ed Eds ed eds dept ext fig Fig vol Vol ch Ch art Art sec pp pop UU Str Abs Mio Mrd Bio ст чел стр см
"""
GLUED: Final = ("The", "This", "He", "She", "It", "In", "We", "They", "But", "And", "On", "For")
"""Words that begin a sentence though no space stands before them."""
_COMPANY: Final = "Inc Corp Ltd Co Cos LLC Plc"
_STATE: Final = """
    Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa
    Penn Tenn Tex Va Vt Wash Wis Wyo
"""
_NUMBERED: Final = "No Nos no nos Nr nr Núm núm Rs approx"
_TIME: Final = "a.m p.m A.M P.M"
_YEAR: Final = "г гг"
STARTERS: Final = """
    A About According After Also Although Among An And Analysts Another Any Are As At Because Before Both But By Can
    Could Currently Despite Did Do Does During Each Earlier Either Even Every Executives Finally Following For From
    Further Had Has Have He Her Here His How However I If In Indeed Instead Is It Its Just Last Later Like Many
    Meanwhile Moreover Most Much My Nearly Neither Nevertheless No Nor Not Nothing Now Of Officials Often On Once One
    Only Or Other Others Our People Perhaps Police Recently Separately Several Shares She Should Similarly Since So
    Some Sometimes Soon Still Such Terms That The Their Then There Therefore These They This Those Though Through Thus
    To Today Traders Two Unless Until Up Was We Were What When Where Whether Which While Who Why With Within Without
    Would Yesterday Yet You Your
    Der Die Das Ein Eine Er Sie Es Wir Im Am Le La Les Un Une Il Elle Ils En El Los Las Una В На По Но Он Она Они Это
"""


def _index_kinds(**lists: str) -> dict[str, str]:
    """Each listed word's kind; capitalised words also count in capitals."""
    kinds = {word: kind for kind, words in lists.items() for word in words.split()}
    return {word.upper(): kind for word, kind in kinds.items() if len(word) > 1 and word[0].isupper()} | kinds


KINDS: Final = _index_kinds(
    bound=_BOUND,
    loose=_LOOSE,
    company=_COMPANY,
    state=_STATE,
    numbered=_NUMBERED,
    time=_TIME,
    year=_YEAR,
)
_ENDINGS: Final = f"(?:{'|'.join(sorted({word[-3:] for word in KINDS if re.search('[a-z]{3}$', word)}))})"
"""How a listed word may end: after any other three small letters a full stop before a capital ends a sentence."""

CANDIDATE: Final = re.compile(
    rf"""
    [{BREAKS}{STOPS}{WIDE_STOPS}] (?:
    (?<=[{BREAKS}]) \s*+
    | (?<=[a-z]{{3}}\.) (?<!{_ENDINGS}\.) (?P<sure>) [ ] (?=[A-Z][a-z])
    | (?<=[{STOPS}]) (?<![{STOPS}]{{2}})
      (?! (?: (?<=\s["“„‘«]…) | (?<=\A["“„‘«]…) | (?: (?<=\s["“„‘«]\.) | (?<=\A["“„‘«]\.) ) \.\. ) [ ]?+ [^\s"“”„»’] )
      [{STOPS}]*+
      (?P<closing>
        (?: (?! [“«‘]\w ) [{_CLOSERS}] | (?<=\]) \( [^\s()\[\]]*+ \) | \[ \d{{1,3}} \] )*+
        (?: [ \u00a0\u202f] [»›] (?!\S) )?+
      )
      (?: [^\S{BREAKS}]++
        | (?<=[”»]) (?=[“«])
        | (?:(?<=[a-z]{{2}}[.?!]) | (?<=[a-z][.?!][”"])) (?=(?:{"|".join(GLUED)})[ ])
      )
      (?! [a-z] (?! [a-z]{{0,2}}-?[A-Z] | ttps?:)
        | [,;:)\]}}%/&=+|!?{BREAKS}]
        | \[?[.…]++\]?(?!\S)
        | [{_CLOSERS}]++[.,]?+[^\S{BREAKS}]*+(?:[{BREAKS}]|\Z)
        | \Z
      )
    | (?<=[{WIDE_STOPS}]) (?<![{WIDE_STOPS}]{{2}}) [{WIDE_STOPS}]*+
      (?P<wide_closing> [”」』’）】》〉]*+ )
      [^\S{BREAKS}]*+
      (?! [,，、:：;；{BREAKS}] | \Z )
    )
    """,
    re.VERBOSE,
)

_STARTER: Final = re.compile(rf"[{_OPENERS}]*+(?:(?:{'|'.join(STARTERS.split())})(?![^\s,'’])|M(?:rs?|s)\.(?!\S))")
_TIME_GOES_ON: Final = re.compile(
    r"(?:(?:[ECMPAN]|AK|H|NZ|A[CEW])[SD]?T|GMT|BST|UTC|(?:CE|EE|WE)S?T|MSK|IST|[JKH]ST|[ECSW]AT|SAST|A[RS]T|[BC][LR]T|HKT|SGT|P[HK]T|"
    r"Eastern|Central|Mountain|Pacific|Greenwich|[Ll]ocal)\b"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Febr)uary|March|April|May|June|July|August"
    r"|(?:Septem|Octo|Novem|Decem)ber|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.|[\d(–—-]"
)
_COMMON_NOUN: Final = re.compile(r"[A-Z][a-z]+ [a-z]")
_ORDINAL: Final = re.compile(r"\b(?:am|vom|zum|im|der|des|dem|den|das|die|ihre[nm]|seine[nm]|beim|bis) \d{1,3}\Z")
_GERMAN_MONTH: Final = re.compile(r"(?:Jan|Jän|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)")
_CREDIT_WORD: Final = r"(?:[A-Z][^\s().!?]*+|[/|&—–-]|via|by|for|of|photo|file|image|handout|courtesy)"
_CREDIT: Final = re.compile(
    rf"(?:\({_CREDIT_WORD}(?:[ ]{_CREDIT_WORD}){{0,7}}\)"
    rf"|(\*\*|__|\*|_)[^*_.!?/{BREAKS}]{{1,60}}/[^*_.!?{BREAKS}]{{1,60}}\1)"
    rf"[^\S{BREAKS}]*+(?:[{BREAKS}]|\Z)"
)
_DASHED: Final = re.compile(rf"[–—-]++[^\S{BREAKS}]*+(?:[{_OPENERS}]*+(\w)|)([^.!?{BREAKS}]{{0,60}}(?:[{BREAKS}]|\Z))?")
_REPORTING: Final = re.compile(
    r"(?:[A-Z][\w’'-]*+\.?[ ]){1,4}"
    r"(?:said|says|asked|asks|cried|shouted|wrote|writes|tweeted|replied|added|told|yelled|exclaimed|wondered|demanded)"
    r"(?![^\s.,;:])(?![ ](?:that\b|s?he\b|it\b|they\b|there\b))"
)
_WIDE_REPORTING: Final = re.compile(r"と|[^。！？，\s]{0,6}(?:说|說|道|问|表示)[，。：]")
BANG_NAMES: Final = ("Yahoo", "Yum", "Jeopardy")
EDGE: Final = re.compile(r"[—–/(\[{“”„\"‘*_«\-]")
_REACH: Final = 14
_QUOTED_REACH: Final = 400


def segment_news(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences and lines of `text`, in order.

    Offsets are code points, half open. No span begins or ends with white space or holds a line
    break, and every other character lies in exactly one span; empty text has none.
    """
    spans = []
    start = len(text) - len(text.lstrip())
    for match in CANDIDATE.finditer(text):
        end = find_end(text, start, match)
        if end < 0:
            continue
        if end > start:
            spans.append((start, end))
        start = match.end()
    end = len(text.rstrip())
    if end > start:
        spans.append((start, end))
    return spans


def find_end(text: str, start: int, match: re.Match[str]) -> int:
    """Where the segment that begins at `start` ends, at the break or mark of `match`; -1 if it goes on."""
    group = match.lastindex
    if group is None:
        end = match.start()
        if end > start and text[end - 1].isspace():
            end = start + len(text[start:end].rstrip())
        return end
    if group > 1 and not (_ends_sentence if group == 2 else _ends_wide)(text, start, match):
        return -1
    return match.end(group)


def _ends_wide(text: str, _start: int, match: re.Match[str]) -> bool:
    """Whether a full-width mark ends the sentence: not when "said" follows the closing mark."""
    return match.start(3) == match.end(3) or not _WIDE_REPORTING.match(text, match.end())


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the mark of `match` ends the sentence that begins at `start`."""
    stop, after = match.start(), match.end()
    following = text[after]
    if not following.isalnum():
        if following in "(*_" and _CREDIT.match(text, after):
            return False
        if following in "–—-" and _continues_after_dash(text, match):
            return False
    elif following.islower() and not following.isascii():
        return False
    mark = text[stop : match.start(2)]
    if mark == ".":
        return _ends_at_word(text, start, match)
    if "?" in mark or "!" in mark:
        return _ends_at_bang(text, start, match)
    return _ends_at_ellipsis(text, start, match)


def _begins_sentence(text: str, after: int) -> bool:
    """Whether the word at `after` is one that usually begins a sentence."""
    return _STARTER.match(text, after) is not None


def _continues_after_dash(text: str, match: re.Match[str]) -> bool:
    """Whether the dash after a mark goes on in lower case or, after a closing mark, names the speaker of the line."""
    dashed = _DASHED.match(text, match.end())
    if dashed is None or dashed[1] is None:
        return False
    return dashed[1].islower() or (match[2] != "" and dashed[2] is not None)


def _ends_at_ellipsis(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether an ellipsis ends the sentence: one set off by white space marks an omission in a quotation."""
    stop, after = match.start(), match.end()
    following = text[after]
    if stop == start or following.isdigit() or following == "$":
        return False
    before = text[stop - 1 : stop]
    if before == "[" or not before.isspace() or match[2] or text[stop - 2] in STOPS:
        return True
    held = text[max(start, stop - _QUOTED_REACH) : stop]
    is_quoted = held.rfind("“") > held.rfind("”") or held.count('"') % 2 == 1
    return not is_quoted and _begins_sentence(text, after)


def _ends_at_bang(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a question or exclamation mark ends the sentence: not in `(?)`, a brand or before "Mary said"."""
    stop, after = match.start(), match.end()
    closing = match[2]
    if not closing:
        named = text[stop + 1].isspace() and text.endswith(BANG_NAMES, start, stop)
        return not named or _begins_sentence(text, after)
    if closing[0] == ")" and text[stop - 1 : stop] == "(":
        return False
    return closing == ")" or not _REPORTING.match(text, after)


def _ends_at_word(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a single full stop ends the sentence, judged by the words on both sides of it."""
    stop = match.start()
    if stop == start:
        return False
    words = text[max(start, stop - _REACH) : stop].rsplit(None, 1)
    if text[stop - 1].isspace():
        return text[stop - 2] != "."
    word = words[-1]
    if not word.isalpha():
        word = EDGE.split(word)[-1]
    kind = _judge_word(word)
    if kind == "plain":
        return True
    if kind == "bound" or (stop - len(word) == start and (kind == "number" or len(word) == 1)):
        return False
    return _ends_at_abbreviation(text, start, match, word)


def _judge_word(word: str) -> str:
    """The kind of a word before a full stop: as listed, else a number, loose for initials and the like, or plain."""
    if kind := KINDS.get(word):
        return kind
    if len(word) == 1 and word.isalpha():
        return "loose"
    if word.isdigit():
        return "number" if len(word) <= 3 else "plain"
    if "." in word and all(part.isalpha() and len(part) <= 2 for part in word.split(".")):
        return "loose"
    return "plain"


def _ends_at_abbreviation(text: str, start: int, match: re.Match[str], word: str) -> bool:
    """Whether the full stop of an abbreviation or a short number is also that of a sentence."""
    stop, after, kind = match.start(), match.end(), _judge_word(word)
    if kind in ("time", "numbered"):
        return not (_TIME_GOES_ON.match(text, after) if kind == "time" else text[after].isdigit())
    if match[2].strip("])") or _begins_sentence(text, after):
        return True
    if kind == "number":
        ordinal = _ORDINAL.search(text, max(start, stop - _REACH), stop)
        return not (ordinal or _GERMAN_MONTH.match(text, after))
    if kind == "company":
        return _COMMON_NOUN.match(text, after) is not None
    preceding = text[max(start, stop - len(word) - 2) : stop - len(word)].strip()
    comma_before_state = kind == "state" and preceding == "," and text[after].isupper()
    return comma_before_state or (kind == "year" and preceding.isdigit())
