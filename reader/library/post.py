"""Make posts from the fields of any format: with their papers, and the words that are shown.

Papers are found in the same way in each format, with the words that are about them. A list shows
the first characters of a post as they were written; only addresses, and the paper's own title
where it is by itself, are removed, since the list has both. A post without other words only names
the paper. Knows no source, fetches and stores nothing.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from reader.base.text import compiled, html_to_text, plain, plain_lines
from reader.library.identity import title_fold
from reader.library.ids import find_ids, url_of
from reader.library.paper import Mention, Paper, Post, PostKind

MAX_SENTENCE = 300
MAX_TEXT = 20_000
"""The most characters of a post that are stored. Longer ones are whole articles, in all of which
ids are found."""

MAX_LINKS = 200
MOST_SHOWN = 280
LOOKED_AT = 4_000
"""Characters of a post from which the shown words are made; addresses are fewer than these."""

_LONGEST_LABEL = 120
_LONGEST_NAMING = 600
"""The most characters of a link's label, and of a post that only names a paper by title and id."""

_QUOTED = "\n\n> "
"""The begin of the quoted post within the text of a post that quotes."""


@dataclass(frozen=True, slots=True)
class PostParts:
    """The fields of a post, as a format has them.

    body: HTML, or plain text (is_html). quoted: the post below it that these words are about, as
    HTML; its papers are mentioned by the words above it.
    links: addresses beside the words, such as an attachment's.
    """

    guid: str
    author: str
    body: str
    is_html: bool = True
    title: str = ""
    url: str = ""
    posted_at: datetime | None = None
    links: tuple[str, ...] = ()
    quoted: str = ""
    kind: PostKind = "post"
    n_votes: int | None = None


def make_post(parts: PostParts) -> Post:
    """Make a post that is safe to print, with the papers that it mentions and its other links."""
    if parts.is_html:
        body, hrefs = html_to_text(parts.body)
    else:
        body, hrefs = plain_lines(parts.body), ()
    marked = body
    if any(find_ids(href) for href in hrefs):
        # With a link's address before its label, the place of the paper in the text is found.
        marked, _ = html_to_text(_ANCHOR.sub(r" \1\2\3 \g<0>", parts.body))
    title = plain(html_to_text(parts.title)[0])
    # Timelines make a title of the beginning of the text, which is not repeated.
    beginning = "".join(title.rstrip("….").split())
    if beginning and beginning in "".join(body.split()):
        title = ""
    quoted, quoted_hrefs = html_to_text(parts.quoted)
    own = f"{title}\n\n{body}".strip()
    text = f"{own}{_QUOTED}{quoted}".strip() if quoted else own
    # A post without a page of its own is identified by the first address beside it.
    url = plain(parts.url or next(iter(parts.links), ""))
    beside = [*hrefs, *parts.links, parts.url, *_addresses(quoted), *quoted_hrefs]
    links = dict.fromkeys(plain(link) for link in (*_addresses(own), *beside))
    # The post's own page is no link of it.
    links.pop(url, None)
    others = [link for link in links if _HTTP.fullmatch(link) and not find_ids(link)]
    return Post(
        # The guid must be the same at each reading, else a post would come again and again.
        guid=plain(parts.guid)[:500] or url or _hash(text),
        author=plain(html_to_text(parts.author)[0]),
        text=text[:MAX_TEXT],
        url=url,
        posted_at=parts.posted_at,
        mentions=tuple(_mentions(f"{title}\n\n{marked}".strip(), [*beside, quoted])),
        kind=parts.kind,
        links=tuple(others[:MAX_LINKS]),
        n_votes=parts.n_votes,
    )


def make_posts(several: Iterable[PostParts]) -> tuple[Post, ...]:
    """Make posts, in the order given.

    Posts with one guid are one post if their texts are equal, else the guid gets a suffix.
    """
    posts: dict[str, Post] = {}
    for post in map(make_post, several):
        if post.guid in posts and posts[post.guid].text != post.text:
            post = replace(post, guid=f"{post.guid}#{_hash(post.text)}")
        posts.setdefault(post.guid, post)
    return tuple(posts.values())


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a source.

    papers: those that need no look-up, since the answer has all of their fields. total: the
    number of entries on all pages, by the source; None where it has none. next_url: the address
    of the next page, "" for none.
    """

    posts: tuple[Post, ...]
    papers: tuple[Paper, ...] = ()
    total: int | None = None
    next_url: str = ""


def page_of(papers: Sequence[Paper], *, total: int | None = None, next_url: str = "") -> ListPage:
    """Make a page of a list of papers, with an entry without author for each."""
    posts = (
        Post(p.id, "", p.title, url_of(p.id), posted_at=None, mentions=(Mention(p.id),))
        for p in papers
    )
    return ListPage(tuple(posts), tuple(papers), total, next_url)


# Linear on any text: what stands between "<a" and "href" holds no "<".
_ANCHOR = compiled(
    r"""<a\s[^<>]*?href\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE
)
_HTTP = compiled(r"https?://[!-~]{1,1000}", re.IGNORECASE)
_SENTENCE_END = compiled(r"[.!?…]+[\"')\]]*\s+|[。！？]+[」』）]*\s*|\n+")
_AROUND = 2 * MAX_SENTENCE
# The sentence itself, then those before it ("Great work:\n<address>"), then the one after it
# ("<address>\nGreat work").
_NEIGHBOURS = (0, -1, -2, 1)


def _addresses(text: str) -> list[str]:
    return [match[0].rstrip(".,;:!?'\")]}>") for match in _HTTP.finditer(text)]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _mentions(text: str, beside: Iterable[str]) -> Iterator[Mention]:
    """Yield each paper once: those in the text with their sentence, then those beside it."""
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    found = find_ids(text)
    starts = [f.start for f in found]
    seen: set[str] = set()
    for here in found:
        if here.id not in seen:
            seen.add(here.id)
            yield Mention(here.id, _sentence(text, bounds, starts, (here.start, here.end)))
    # A paper beside the words has no sentence of its own, so it gets the beginning.
    for other in (other for link in beside for other in find_ids(link)):
        if other.id not in seen:
            seen.add(other.id)
            yield Mention(other.id, own_words(text[:_AROUND]))


def _sentence(text: str, bounds: list[int], starts: list[int], place: tuple[int, int]) -> str:
    """Extract the words of the sentence at a place, or of a neighbour where it has none.

    bounds: where sentences begin and end. starts: of all ids. place: start and end of the id.
    """
    # A neighbour with another paper in it is about that one, and ends the search.
    here = bisect_right(bounds, place[0]) - 1
    for i in (here + step for step in _NEIGHBOURS):
        if not 0 <= i < len(bounds) - 1:
            continue
        first, last = max(bounds[i], place[0] - _AROUND), min(bounds[i + 1], place[1] + _AROUND)
        if words := own_words(text[first:last]):
            n_ids = bisect_left(starts, bounds[i + 1]) - bisect_left(starts, bounds[i])
            return "" if i != here and n_ids else words
    return ""


def own_words(text: str) -> str:
    """Return a text without addresses, cut to MAX_SENTENCE characters; "" without other words."""
    bare = _OPENED.sub(r"\1", _EMPTY_BRACKETS.sub("", ADDRESS.sub("", text)))
    words = _LOOSE_END.sub(r"\1", plain(bare).strip(" :;,-–—→>|•*"))
    if not re.search(r"\w", words) or _is_label(words):
        return ""
    if len(words) <= MAX_SENTENCE:
        return words
    # Always at the blank before, so that sentences that are stored already stay the same.
    cut = words[: MAX_SENTENCE - 1]
    space = cut.rfind(" ", MAX_SENTENCE - 60)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"


_LOOSE_END = compiled(r"[ :;,–—→-]+([.!?。！？]+)$")  # "See: <address>." without the address
_OPENED = compiled(r"([(\[（「『【]) +")
_EMPTY_BRACKETS = compiled(r"[(\[（「『【<]\s*[)\]）」』】>]")
ADDRESS = compiled(
    r"https?://[!-~]*(?:[\w/]|…)|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,12}/(?:[!-~]*[\w/])?…?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = compiled(
    r"""\W*(?:(?:click|full|more|our|project|read|see|the|this|via)\W+)*
    (?:(?:abs|abstract|article|arxiv|blog|code|demo|github|here|html|links?|more|page|paper|pdf
    |preprint|publication|source|text|url|website|論文|リンク|はこちら|こちら)[\W_]*)+""",
    re.IGNORECASE | re.VERBOSE,
)


def _is_label(words: str) -> bool:
    """Check whether words are only the label of a link ("read the paper here")."""
    return len(words) <= _LONGEST_LABEL and bool(_LABEL.fullmatch(words))


@dataclass(frozen=True, slots=True)
class PostMention:
    """A mention of a paper, with its post."""

    row: int
    """The row of the paper."""
    author: str
    text: str
    """The post's plain text, of a very long one the beginning."""
    url: str
    source: str
    kind: PostKind = "post"
    n_votes: int | None = None
    on: date | None = None
    """The local day on which this library first saw it, None where unknown."""
    title: str = ""
    """The paper's title, which is not shown again; empty where unknown."""
    sentence: str = ""
    """The words around the paper in a post that mentions several; else empty."""
    id: str = ""
    """The id by which the post names the paper."""

    @property
    def words(self) -> str:
        """Get the words that are shown; "" where the post only names the paper."""
        has_quoted = self.kind in ("quote", "repost")
        return shown_words(self.text, self.title, self.sentence, id_=self.id, has_quoted=has_quoted)


# The list, its screen and its page each ask for the same words.
@functools.lru_cache(maxsize=4096)
def shown_words(
    text: str, title: str = "", sentence: str = "", *, id_: str = "", has_quoted: bool = False
) -> str:
    """Return the first MOST_SHOWN characters of a post without its paper's address and title.

    They are cut at a word; "" where nothing else is left. title, id_: the paper's; an id at the
    end of a line counts as an address. sentence: the words around the paper in a post that
    mentions several; they are shown where the beginning of a long post does not have them.
    has_quoted: somebody else's post is below the words.
    """
    if has_quoted:
        text = "" if text.startswith(_QUOTED.lstrip()) else text.partition(_QUOTED)[0]
    # Folding takes time for each character, and a post may be a whole article.
    words = _without_paper(text[:LOOKED_AT], title, id_)
    if sentence and len(words) > MOST_SHOWN:
        about = _without_paper(sentence, title, id_)
        if about and about not in words[:MOST_SHOWN]:
            words = about
    if len(words) <= MOST_SHOWN:
        return words
    cut = words[: MOST_SHOWN - 1]
    space = -1 if words[MOST_SHOWN - 1] == " " else cut.rfind(" ", MOST_SHOWN - 60)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"


_TAG = compiled(r"\[[A-Z]\]")
"""A tag before a title on Reddit: [R] research, [D] discussion."""

_GAP = "\x00"
"""Stands where something was removed; no plain text has it."""

_PAIRS = (
    '""', "''", "“”", "‘’", "«»", "「」", "『』", "【】", "()", "（）", "[]", "［］", "<>",
    "**", "__",
)  # fmt: skip
_AROUND_GAP = compiled(
    "|".join(rf"{re.escape(p[0])}[\s\0]*\0[\s\0]*{re.escape(p[1])}" for p in _PAIRS)
)
_MARKS = " :：;,–—→|>•*-"
_TAKEN = compiled(
    rf"(?P<before>[{re.escape(_MARKS)}]{{0,8}})\0[ \0]*(?P<end>[.!?。！？]*)"
    rf"(?P<after>[{re.escape(_MARKS)}]{{0,8}})"
)
_ENDS = ".!?。！？…"
_CLOSE_UP = ",;:："
_OPENED_WIDE = compiled(r"([(\[（「『【])[ ,;|]+")


def _without_paper(text: str, title: str, id_: str) -> str:
    """Remove addresses, and a paper's title and id, from a text; "" if nothing else is left."""
    bare = ADDRESS.sub(_GAP, text)
    # The paper's id is removed at the end of a line; within one it is a part of a sentence.
    for found in reversed(find_ids(bare) if id_ else ()):
        after = bare[found.end :].lstrip(" ")[:1]
        if found.id == id_ and after in ("", "\n", _GAP):
            bare = f"{bare[: found.start]}{_GAP}{bare[found.end :]}"
    if len(bare) <= _LONGEST_NAMING:
        # "[R] <title>, arXiv:2503.00001 [pdf]" only names the paper.
        rest = bare
        for found in reversed(find_ids(rest)):
            rest = f"{rest[: found.start]}{_GAP}{rest[found.end :]}"
        rest = _TAG.sub("", _without_title(rest, title)).replace(_GAP, " ")
        if not re.search(r"\w", rest) or _is_label(rest):
            return ""
    # The gaps are marked first and closed last, since the text around them decides how.
    gaps = _without_title(bare, title)
    gaps = _AROUND_GAP.sub(_GAP, _AROUND_GAP.sub(_GAP, gaps))  # **"a title in both"**
    words = plain(_OPENED_WIDE.sub(r"\1", _TAKEN.sub(_joined, gaps)))
    return words.rstrip(_MARKS) if gaps.rstrip().endswith(_GAP) else words


def _joined(match: re.Match[str]) -> str:
    """Return what joins the texts around a gap: "See: <address>. Then" becomes "See. Then"."""
    text, end = match.string, match["end"]
    before = text[: match.start()]
    if not before or before.endswith("\n"):
        return ""
    is_closed = before.rstrip()[-1:] in _ENDS
    if end:
        return f"{'' if is_closed else end} "
    # At the end of a line the marks are dropped.
    if match.end() == len(text) or text.startswith("\n", match.end()):
        return ""
    after = "" if is_closed or match["before"].strip() else match["after"].lstrip()
    return f"{match['before'].rstrip()}{'' if after[:1] in _CLOSE_UP and after else ' '}{after}"


_OPENING = " \t\"'“‘«「『【(（[［<*_#"
_CLOSING = " \t\"'”’»」』】)）]］>*_"
_GOES_ON = ",;、，"
"""Marks after which, as after letters, a sentence goes on."""


def _without_title(text: str, title: str) -> str:
    """Replace a title by gaps wherever it is by itself, and not a part of a sentence."""
    wanted = title_fold(title)
    if not wanted:
        return text
    # Titles are compared folded, by letters and digits; a title's own "?" is removed with it.
    ending = title.strip()[len(title.strip().rstrip("?!.…")) :]
    folded, places = _folded(text)
    pieces, done, at = [], 0, folded.find(wanted)
    while at >= 0:
        start, end = places[at][0], places[at + len(wanted) - 1][1]
        end += len(ending) if text.startswith(ending, end) else 0
        # It is by itself where no letter, digit or comma is beside it, brackets and quotation
        # marks aside.
        around = text[:start].rstrip(_OPENING)[-1:], text[end:].lstrip(_CLOSING)[:1]
        if not any(c.isalnum() or c in _GOES_ON for c in around if c):
            pieces += [text[done:start], _GAP]
            done = end
        at = folded.find(wanted, at + len(wanted))
    return "".join([*pieces, text[done:]])


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Fold a text as titles are; also return the place (start, end) of each folded character."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    start = 0
    for end in range(1, len(text) + 1):
        # A character is folded together with the combining marks behind it.
        next_ = text[end : end + 1]
        if not next_.isascii() and unicodedata.combining(unicodedata.normalize("NFKC", next_)[0]):
            continue
        cluster = text[start:end]
        if cluster.isascii():
            cluster = cluster.lower() if cluster.isalnum() else ""
        else:
            cluster = title_fold(cluster)
        for letter in cluster:
            letters.append(letter)
            places.append((start, end))
        start = end
    return "".join(letters), places
