"""Find what else the terms of a query are called: acronyms, long forms, English for Japanese.

Three sources: how the library's own abstracts introduce acronyms ("singing voice synthesis
(SVS)"), a table of Japanese technical terms (terms.txt), and spellings of one Japanese word.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from reader.base.text import compiled
from reader.base.words import (
    folded,
    is_cjk,
    phrase_term,
    query_words,
    says_something,
    without_long_marks,
)
from reader.search.shared import Indexes

MOST_WORDS = 8
"""The most words of a query whose acronyms are looked up; a longer one says enough itself."""

MOST_TEXTS = 40
"""Abstracts that are read for one acronym."""

LONGEST_NAME, LEAST_LETTERS = 5, 3
"""The most words of a long form that stands in a query, and the fewest letters of its acronym."""

LEAST_SHARE = 0.2
"""The least share of an acronym's introductions that a long form must have to be looked for."""

SHORT_WORDS = (2, 4)
"""Letters of a word in small letters that may be an acronym: people type "svs"."""

MOST_NAMES = 24
"""Other names of a query that are looked for; the first ones are."""

MOST_ENGLISH = 2
"""English names of one Japanese term that are looked for. With a third one nothing was found
better, and with the parts of each name as single words notes were found worse."""

LEAST_INTRODUCED = 0.2
"""The least share of the texts with a word in small letters that introduce it as an acronym: SVS
is one, and "music" is none though one paper calls its model MuSiC."""

_INTRODUCED = compiled(r"\(([A-Za-z][A-Za-z0-9-]{1,9}?)s?[);,]")


def other_names(indexes: Indexes, words: str) -> list[str]:
    """List what else the terms in the words of a query are called, each once, at most MOST_NAMES.

    Only names that some text of an index has.
    """
    names = [] if words.isascii() else [*_english(words), *_spellings(words)]
    typed = _LATIN.findall(words[:MAX_READ])
    if len(typed) <= MOST_WORDS:
        names += [*_japanese(typed), *_acronyms_of(indexes, typed)]
    names += _long_forms_of(indexes, typed)
    here = {folded(word) for word in query_words(words)}
    by_term: dict[str, str] = {}
    for name in names:
        if name.casefold() not in here and (term := phrase_term(name)):
            by_term.setdefault(term, name)
    terms, found = list(by_term), list[str]()
    while terms and len(found) < MOST_NAMES:
        some, terms = terms[:MOST_NAMES], terms[MOST_NAMES:]
        there = indexes.known(some)
        found += [by_term[term] for term in some if term in there]
    return found[:MOST_NAMES]


def _long_forms_of(indexes: Indexes, typed: Sequence[str]) -> Iterator[str]:
    """Find the long forms of typed acronyms, as the library's abstracts introduce them."""
    least, most = SHORT_WORDS
    for word in filter(says_something, dict.fromkeys(typed)):
        is_acronym = sum(c.isupper() for c in word) > 1
        if is_acronym or (len(typed) <= MOST_WORDS and least <= len(word) <= most):
            short = folded(word.casefold())
            share = 0.0 if is_acronym else LEAST_INTRODUCED
            yield from _introduced(indexes, short, f'"{short}"', least=share)


def _acronyms_of(indexes: Indexes, typed: Sequence[str]) -> Iterator[str]:
    """Find the acronyms of long forms that stand in a query."""
    for n in range(LONGEST_NAME, 1, -1):
        for i in range(len(typed) - n + 1):
            group = typed[i : i + n]
            if not (says_something(group[0]) and says_something(group[-1])):
                continue
            name = " ".join(group)
            initials = "".join(word[0] for part in group for word in part.split("-"))
            short = folded(initials.casefold())
            # Two letters are words of other kinds as well: "SE" is also a standard error.
            if len(short) < LEAST_LETTERS:
                continue
            longs = _introduced(indexes, short, f'{phrase_term(name)} AND "{short}"')
            if _folded_name(name) in map(_folded_name, longs):
                yield initials.upper()


def _introduced(indexes: Indexes, short: str, term: str, *, least: float = 0.0) -> list[str]:
    """Find the long forms under which the newest texts with a term introduce an acronym.

    least: the share of these texts that must introduce it, else there are none.
    """
    texts = indexes.newest_papers(term, limit=MOST_TEXTS)
    counts = Counter[str]()
    printed: dict[str, str] = {}
    for text in texts:
        for acronym, long in acronyms_in(text.text):
            if folded(acronym.casefold()) == short:
                counts[_folded_name(long)] += 1
                printed.setdefault(_folded_name(long), long)
    n_all = counts.total()
    if n_all < least * len(texts):
        return []
    names = counts.most_common(MOST_ENGLISH)
    return [printed[name] for name, n in names if n >= LEAST_SHARE * n_all]


def acronyms_in(text: str) -> Iterator[tuple[str, str]]:
    """Find the acronyms that a text introduces in brackets: (acronym, long form).

    By Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in
    biomedical text" (2003): the shortest words before the bracket that hold all letters of the
    acronym in order, the first of them where a word begins.
    """
    for found in _INTRODUCED.finditer(text):
        short = found[1]
        if sum(c.isupper() for c in short) < 2:
            continue
        words = text[max(0, found.start() - 120) : found.start()].split()
        before = " ".join(words[-min(len(short) + 5, 2 * len(short)) :])
        if long := _long_form(before, short.casefold()):
            yield short, long


def _long_form(before: str, short: str) -> str:
    """Find the long form of an acronym at the end of a text, "" where its letters do not fit."""
    text, at = before.lower(), len(before)
    if len(text) != at:  # "İ" in small letters is two characters
        return ""
    for i, letter in reversed(list(enumerate(short))):
        if not letter.isalnum():
            continue
        at = text.rfind(letter, 0, at)
        # Not behind a hyphen: SSL is self-supervised learning, not supervised learning.
        while i == 0 and at > 0 and text[at - 1] not in " (":
            at = text.rfind(letter, 0, at)
        if at < 0:
            return ""
    n_words = len(query_words(text[at:]))
    return text[at:] if 1 < n_words <= 2 * len(short) else ""


def _folded_name(name: str) -> str:
    """Fold a name as the index folds its words: "language models" is "language model"."""
    return " ".join(query_words(name))


MAX_READ = 1_000
"""Characters of a query in which terms are looked for."""

_LATIN = compiled(r"(?<![^\W_])[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?![A-Za-z0-9])")


def _english(words: str) -> Iterator[str]:
    """Find the English names of the Japanese terms in a text, of two at one place the longer."""
    text, longest = _plain(words[:MAX_READ]), max(map(len, _terms()))
    at = 0
    while at < len(text):
        ends = range(min(len(text), at + longest), at, -1)
        end = next((end for end in ends if _stands(text, at, end)), at)
        if end > at:
            yield from _terms()[text[at:end]][:MOST_ENGLISH]
        at = max(end, at + 1)


def _japanese(typed: Sequence[str]) -> Iterator[str]:
    """Find the Japanese terms for English names in a query, of two at one place the longer."""
    taken: set[int] = set()
    for n in range(LONGEST_NAME, 0, -1):
        for i in range(len(typed) - n + 1):
            places = set(range(i, i + n))
            if taken & places:
                continue
            terms = _terms_for(" ".join(folded(word.casefold()) for word in typed[i : i + n]))
            if terms:
                taken |= places
            yield from terms[:MOST_ENGLISH]


def _terms_for(name: str) -> list[str]:
    """List the Japanese terms with an English name, those whose usual name it is first."""
    # Looked for in the text of the table: to order it by its names takes ten times as long.
    text = _text().lower()
    found: list[tuple[bool, str]] = []
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        is_usual = text[at - 1] == "\t"
        if (is_usual or text[at - 2 : at] == ", ") and text[end] in ",\n":
            line = text.rfind("\n", 0, at) + 1
            found.append((not is_usual, text[line : text.index("\t", line)]))
        at = text.find(name, end)
    return [term for _, term in sorted(found, key=lambda one: one[0])]


def _stands(text: str, start: int, end: int) -> bool:
    """Check whether a term of the table stands at a place; of katakana only a whole word."""
    if text[start:end] not in _terms():
        return False
    begins = start == 0 or not (_is_katakana(text[start]) and _is_katakana(text[start - 1]))
    return begins and not (
        end < len(text) and _is_katakana(text[end - 1]) and _is_katakana(text[end])
    )


def _is_katakana(letter: str) -> bool:
    return "\u30a1" <= letter <= "\u30fc"


def _plain(text: str) -> str:
    """Normalise Japanese as the index does: half width and full width, no long marks."""
    return without_long_marks(unicodedata.normalize("NFKC", text).casefold())


@cache
def _text() -> str:
    """Read the table: a line for each Japanese term, a tab, its English names by commas."""
    return Path(__file__).with_name("terms.txt").read_text("utf-8")


@cache
def _terms() -> Mapping[str, tuple[str, ...]]:
    """Order the table by the Japanese terms as they are compared; the usual name comes first."""
    rows = (line.split("\t") for line in _text().splitlines() if "\t" in line)
    return {_plain(term): tuple(names.split(", ")) for term, names in rows}


def _spellings(words: str) -> Iterator[str]:
    """Make other spellings of the Japanese words in a query: アラインメント, 學習."""
    for word in query_words(words):
        if not is_cjk(word):
            continue
        ways = [word.translate(_NEW), word.translate(_OLD)]
        # Loan words are written both ways, here one difference at a time.
        for one, other in _KANA:
            ways += [word.replace(one, other), word.replace(other, one)]
        yield from (way for way in ways if way != word)


# Each difference is one that style guides of Japanese publishers name.
_KANA = (
    ("インメント", "イメント"), ("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"),
    ("ヴ", "ブ"), ("ウェ", "ウエ"), ("ウィ", "ウイ"), ("ウォ", "ウオ"), ("クォ", "クオ"),
    ("ティ", "チ"), ("ディ", "ジ"), ("フォ", "ホ"), ("ファ", "ハ"), ("イア", "イヤ"),
)  # fmt: skip

# The forms of characters before and after 1946, in pairs; those that papers and names have.
_PAIRS = (
    "亜亞悪惡圧壓囲圍医醫壱壹隠隱栄榮営營衛衞駅驛円圓塩鹽縁緣応應欧歐殴毆桜櫻奥奧横橫温溫穏穩仮假価價画"
    "畫会會壊壞懐懷絵繪拡擴殻殼覚覺学學岳嶽楽樂渇渴巻卷陥陷勧勸寛寬関關歓歡観觀気氣帰歸偽僞戯戲犠犧旧舊"
    "拠據挙擧虚虛峡峽挟挾狭狹郷鄕暁曉区區駆驅勲勳径徑恵惠掲揭渓溪経經蛍螢軽輕継繼鶏鷄芸藝撃擊県縣倹儉剣劍"
    "険險圏圈検檢献獻権權顕顯験驗厳嚴広廣効效恒恆鉱鑛号號国國黒黑歳歲済濟砕碎斎齋剤劑雑雜参參桟棧蚕蠶惨慘賛"
    "贊残殘糸絲歯齒児兒辞辭湿濕実實舎舍写寫釈釋寿壽収收従從渋澁獣獸縦縱粛肅処處緒緖叙敍将將称稱渉涉焼燒証證"
    "奨奬条條状狀乗乘浄淨剰剩畳疊縄繩壌壤嬢孃譲讓醸釀触觸嘱囑真眞寝寢慎愼尽盡図圖粋粹酔醉随隨髄髓数數枢樞声"
    "聲静靜斉齊摂攝窃竊専專浅淺戦戰践踐銭錢潜潛繊纖禅禪双雙壮壯捜搜挿插巣巢争爭総總聡聰荘莊装裝騒騷増增蔵藏"
    "臓臟属屬続續堕墮対對体體帯帶滞滯台臺滝瀧択擇沢澤単單担擔胆膽団團断斷弾彈遅遲痴癡虫蟲昼晝鋳鑄庁廳聴聽鎮"
    "鎭逓遞鉄鐵転轉点點伝傳党黨盗盜灯燈当當闘鬪徳德独獨読讀届屆弐貳悩惱脳腦覇霸廃廢拝拜売賣麦麥発發髪髮抜拔"
    "晩晚蛮蠻浜濱瓶甁払拂仏佛並竝変變辺邊弁辯宝寶豊豐褒襃没沒翻飜毎每万萬満滿黙默弥彌薬藥訳譯予豫余餘与與誉"
    "譽揺搖様樣謡謠来來頼賴乱亂覧覽竜龍両兩猟獵緑綠塁壘涙淚礼禮励勵霊靈齢齡恋戀炉爐労勞楼樓録錄湾灣"
)
_NEW = str.maketrans(
    dict(zip(_PAIRS[1::2], _PAIRS[::2], strict=True)) | {"邉": "辺", "髙": "高", "﨑": "崎"}
)
_OLD = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
