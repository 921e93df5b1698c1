"""Find the identifiers of papers in any text, and bring each into its one canonical form.

    arxiv:2401.01234   arxiv:quant-ph/0201082   doi:10.…   openreview:…   acl:2023.acl-long.1

People paste addresses of a dozen sites, wrapped, shortened, between brackets and kana, and some
numbers only look like ids. A wrong paper is worse than a missed one, so what is uncertain is
left out. The time grows with the length of the text only.

Journals' feeds often print no DOI: such a paper is named by the address of its page,
`web:host/path`, until an id is known that others use too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from reader.base.text import compiled


@dataclass(frozen=True, slots=True)
class IdMatch:
    """An identifier and its place: `text[start:end]`, the whole address where it is in one.

    version: arXiv's version number, None where the text names none; it is no part of the id.
    """

    id: str
    version: int | None
    start: int
    end: int


def find_ids(text: str) -> tuple[IdMatch, ...]:
    """Find the papers that a text names, in its order; a paper named twice comes twice."""
    text = text.translate(_NARROW)
    found: list[IdMatch] = []
    position = 0
    while match := _NAMED.search(text, position):
        kind = match.lastgroup or ""
        written, end, name = match[kind], match.end(kind), None
        is_cut = match[0].endswith("..") or text.startswith("…", match.end())
        # `_NAMED` takes an address whole, so ids within it are found by `_in_url` only.
        if kind in ("old", "arxiv") or (kind == "new" and not _is_amount(match)):
            name = _arxiv(written)
        elif kind == "acl" or (kind == "volume" and _VOLUME.fullmatch(written)):
            name = _acl(written)
        elif kind == "openreview":
            name = f"openreview:{written}", None
        elif kind in ("url", "doi"):
            written = _trimmed(written)
            end = match.start(kind) + len(written)
            # An address shortened with "…" may end within its id. An arXiv number that is
            # already complete is safe, since none is longer.
            if kind == "url" and (not is_cut or _WHOLE_ARXIV.search(written)):
                name = _in_url(written)
            # "10.5000/60" may be a ratio: a short suffix counts only after "doi", or alone.
            is_short = len(written.partition("/")[2]) < 4
            is_sure = match["said"] or len(match[0]) == len(text) or not is_short
            if kind == "doi" and is_sure and not is_cut:
                name = _doi(written)
        position = match.end()
        if name:
            found.append(IdMatch(*name, match.start(), end))
            # The part that was trimmed may hold the next id, so the search goes on there. Not
            # after a long match: reading long rests again and again takes quadratic time.
            if match.end() - match.start() < 600:
                position = end
    return tuple(found)


def parse_id(text: str) -> IdMatch | None:
    """Read a typed text as one id; None where it is anything else or more than one.

    Forms that are too uncertain within a sentence (P19-1001, 0704.0001) are accepted here.
    """
    if len(text) > _LONGEST:
        return None
    narrow = text.translate(_NARROW)
    if typed := _TYPED.fullmatch(narrow):
        kind = typed.lastgroup or ""
        written, name = typed[kind], None
        if kind == "arxiv":
            name = _arxiv(written)
        elif kind == "acl":
            name = _acl(written)
        else:  # our own schemes: "pdf:" with a hash of the bytes, "web:" with a page's address
            name = written.lower() if written[0] in "pP" else f"web:{written[4:]}", None
        return IdMatch(*name, *typed.span(kind)) if name else None
    several = find_ids(narrow)
    if len(several) != 1:
        return None
    # Around the id only usual trimmings may stand: quotes, "doi:", "[cs.CL]".
    before, after = narrow[: several[0].start], narrow[several[0].end :]
    return several[0] if _BEFORE.fullmatch(before) and _AFTER.fullmatch(after) else None


def url_of(id: str) -> str:
    """Build the address to share: the paper's page, not its PDF; "" for an unknown scheme."""
    scheme, _, name = id.partition(":")
    name = quote(name, safe="/:;()._-+,") if scheme == "doi" else name.replace(";", "?", 1)
    return _PAGES[scheme].format(name) if scheme in _PAGES else ""


_PAGES = {
    "arxiv": "https://arxiv.org/abs/{}",
    "doi": "https://doi.org/{}",
    "openreview": "https://openreview.net/forum?id={}",
    "acl": "https://aclanthology.org/{}/",
    "web": "https://{}",
}
_LONGEST = 4_000
# Full-width ASCII, the wide space and two other hyphens. Each is replaced by one character
# (NFKC would not keep the length), so that positions hold in the original text.
_NARROW: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW |= {0x3000: " ", 0x2010: "-", 0x2011: "-"}

_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|math|mtrl-th|nlin"
    "|nucl-(?:ex|th)|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_OLD = rf"(?:{_ARCHIVES})(?:\.[a-z][a-z-]{{1,10}})?/\d{{7}}(?:v\d{{1,3}})?"
_ARXIV = rf"(?:{_OLD}|\d{{4}}\.\d{{4,5}}(?:v\d{{1,3}})?)"
# What may follow an arXiv number: "2401.01234.5" and "2401.01234ab" are other numbers.
_ENDS = r"(?![0-9a-z]|\.\d)"
_ACL_NEW = r"(?:19|20)\d\d\.[a-z][a-z0-9_]{0,30}-[a-z0-9_]{1,30}\.\d{1,4}"
_ACL = rf"(?:{_ACL_NEW}|[a-z]\d\d-\d{{4}})"
_SICI = r"<\d[\w-]{0,20}::[\w-]{1,40}>"  # old Wiley DOIs have a part that looks like a tag
# Every repetition has an upper bound, so that no text makes the search quadratic.
_DOI = rf"10\.\d{{4,5}}(?:\.\d{{1,5}}){{0,3}}/(?:[!#-;=?-_a-{{}}~]|{_SICI}){{1,256}}"
_HOST = r"(?:[0-9a-z-]{1,63}\.){1,6}[a-z]{2,12}(?::\d{1,5})?"
# An address ends where the next one begins ("…/1http://…"), unless it holds that one as a part
# of its path or query ("/web/2020/http://…", "?url=https://…").
_URL = rf"(?:[!#-;=?@A-GI-Z\[\]_a-gi-z~]|h(?!ttps?://)|(?<=[/=?&:])h|\\[_%&#~]|{_SICI})++"
_FLAGS = re.IGNORECASE | re.ASCII | re.VERBOSE

# In order of precedence; the last group of each alternative is its kind (`match.lastgroup`).
# Addresses are taken whole, so that digits within them are no ids. No \b: kana count as letters
# in Python, so there is no border between 論文 and a number that follows it.
_NAMED = compiled(
    rf"""
    (?<![0-9a-z./_-]) (?P<old> {_OLD} ) {_ENDS}
  | (?P<url> (?: https?:// | (?<![0-9a-z@.-]) {_HOST}/ ) {_URL} )
  | (?<![0-9a-z]) (?:arxiv|eprint) (?:[\s_-]?(?:id|identifier|preprint|paper|number|no\.?|abs|pdf))?
    (?:\.org:)? [\s:=.\#/_-]{{0,4}} [\[({{"']? (?P<arxiv> {_ARXIV} ) (?:\.pdf)? {_ENDS}
  | (?<![0-9a-z./]) (?:(?P<said>doi) [\s:=]{{0,3}} [{{"(]? )? (?P<doi> {_DOI} )
  | (?<![0-9a-z]) acl: (?P<acl> {_ACL} ) {_ENDS}
  | (?<![0-9a-z./_-]) (?P<volume> {_ACL_NEW} ) (?:\.pdf|\.bib)? (?![0-9a-z_-]|\.\w)
  | (?<![0-9a-z]) openreview: (?P<openreview> [\w-]{{5,24}} ) (?![\w-])
  | (?<![!\#-&)+\-./0-9=?-Z\\\]^_a-z}}~]) (?P<new> \d{{4}}\.\d{{5}} (?:v\d{{1,3}})? ) (?:\.pdf)?
    (?! [0-9a-z%‰°@/_+=\\^~\#$€£¥–—−×±…-] | [.,:]\w | \.\. )
    """,
    _FLAGS,
)
_TYPED = compiled(
    rf"""[\s\[(<"'「『]*
    (?: (?P<arxiv> {_ARXIV} ) (?:\.pdf)? | (?P<acl> {_ACL} ) (?:\.pdf|\.bib)?
    | (?P<own> pdf:[0-9a-f]{{16}} | web:{_HOST}/[^\s?\#%<>"]{{0,400}}[^\s?\#%<>"'.,;:!)\]}}] ) )
    [\s\])>"'」』.,;、。]*""",
    _FLAGS,
)
_BEFORE = compiled(
    r"""(?:[\s\[({<"'「『:=] | arxiv | preprint | doi | url | eprint | paper)*""", _FLAGS
)
_AFTER = compiled(r"""[\s\])}>"'」』.,;、。/]* (?: \[[a-z-]+(?:\.[a-z-]+)?\] \s* )?""", _FLAGS)

# The surroundings that make "2401.01234" an amount (a price, a loss) and not an id.
_SIGN_BEFORE = compiled(
    r"(?: [$€£¥₩₹=≈~±−–—×÷/^@\#√≤≥]\s? | [0-9a-z][,;:] | \S\s[-+*<>]\s )\Z", _FLAGS
)
_AMOUNTS = frozenset(
    {"version", "ver", "v", "rev", "build", "release", "firmware", "patch", "section", "sec", "fig"}
    | {"chapter", "table", "figure", "eq", "equation", "no", "loss", "score", "ppl", "perplexity"}
    | {"price", "cost", "total", "sum", "mean", "average", "avg", "std", "value", "time", "elo"}
    | {"about", "approximately", "roughly", "around", "from", "step", "usd", "eur", "jpy", "isbn"}
)
_LINKS = frozenset({"is", "was", "of", "at", "to"})
_AMOUNTS_JA = ("約", "およそ", "合計", "平均", "価格", "値段", "損失", "スコア", "バージョン")
_AMOUNT_AFTER = compiled(
    r"""\s? (?: [%‰°°℃円±×÷≈] | ドル|ユーロ|秒|時間|分間|年間|人|個|点|票|回|件|倍|万|億|位
    | (?: [kmgt]?b | [mukn]?m | [mun]?s | [km]?g | [kmg]?hz | k?w | k?v | usd | eur | jpy | yen
        | dollars? | euros? | secs? | seconds? | minutes? | hours? | days? | points? | percent
        | steps? | tokens? ) (?![0-9a-z]) )""",
    _FLAGS,
)
# A number with decimals right beside another one is data, unless that looks like an arXiv number.
_NUMBER_BEFORE = compiled(r"(?<![\d.])(?!\d{4}\.\d{5}[\s,;|&])\d+\.\d+[\s,;|&]{1,3}\Z", re.ASCII)
_NUMBER_AFTER = compiled(r"[\s,;|&]{1,3}(?!\d{4}\.\d{5}(?!\d))\d+\.\d", re.ASCII)

_WHOLE_ARXIV = compiled(r"/\d{4}\.\d{5}$|/\d{7}$|v\d+$|\.pdf$")

_Name = tuple[str, int | None]  # a canonical id and the version named with it


def _is_amount(match: re.Match[str]) -> bool:
    """Check by the surroundings whether a bare number is an amount and no arXiv number.

    Numbers of five digits began in 2015, so years before 15 and from 50 on count as amounts.
    """
    before = match.string[max(0, match.start() - 24) : match.start()]
    after = match.string[match.end() : match.end() + 24]
    words = re.split(r"[\s.:=]+", before.lower().rstrip(" .:=\n"))
    # "a loss of 2401.01234": the word before "of" decides.
    word = words[-2] if len(words) > 1 and words[-1] in _LINKS else words[-1]
    return bool(
        not "15" <= match["new"][:2] < "50"
        or _NUMBER_BEFORE.search(before)
        or _NUMBER_AFTER.match(after)
        or _SIGN_BEFORE.search(before[-4:])
        or word in _AMOUNTS
        or before.rstrip(" はが:").endswith(_AMOUNTS_JA)
        or _AMOUNT_AFTER.match(after)
    )


def _arxiv(written: str) -> _Name | None:
    """Make the canonical id of an arXiv number; None where its month or length is impossible.

    The subject class is dropped ("math.GT/0309136" is "math/0309136").
    info.arxiv.org/help/arxiv_identifier.html: archive/YYMMNNN to 0703, YYMM.NNNN from
    0704, YYMM.NNNNN from 1501.
    """
    number, version = written.lower(), ""
    if _VERSION.search(number):
        number, _, version = number.rpartition("v")
    # "quant-ph/0201082" has its archive in front, "2401.01234" none.
    archive, _, digits = number.rpartition("/")
    month, serial = digits[:4], digits[4:].lstrip(".")
    is_month = "01" <= month[2:] <= "12" and int(serial) > 0
    if archive:
        archive = archive.partition(".")[0] + "/"
        # Months are compared as text: 9107 is July 1991, arXiv's first, and 0703 is March 2007.
        is_valid = month >= "9107" or month <= "0703"
    else:
        is_valid = "0704" <= month < "9100" and len(serial) == (4 if month <= "1412" else 5)
    if not (is_month and is_valid) or (version and int(version) == 0):
        return None
    return f"arxiv:{archive}{digits}", int(version) if version else None


_VERSION = compiled(r"\dv\d+$", re.ASCII)
# The Anthology's new form, narrowed: "2023.alpha-1.2" is the version of a program.
_VOLUME = compiled(
    r"""\d{4}\. (?: findings-[a-z0-9]+
    | (?!(?:alpha|beta|build|dev|post|pre|rc|rev|release|snapshot|v|version)-) [a-z][a-z0-9_]*
      -(?: long|short|main|demos?|srw|industry|tutorials?|papers|evaluation|\d{1,2} ) ) \.\d+""",
    _FLAGS,
)


def _acl(written: str) -> _Name:
    # The Anthology writes 2023.acl-long.1 in small letters and P19-1001 in capitals.
    return "acl:" + (written.lower() if "." in written else written.upper()), None


def _doi(written: str) -> _Name | None:
    """Make the canonical id of a DOI, which may be arXiv's or the Anthology's own."""
    # BibTeX escapes these signs. DOIs are the same in either case.
    doi = re.sub(r"\\([_%&#~])", r"\1", written).lower()
    prefix, _, suffix = doi.partition("/")
    if prefix == "10.48550" and suffix.startswith("arxiv."):
        arxiv = re.fullmatch(_ARXIV, suffix.removeprefix("arxiv."), _FLAGS)
        return _arxiv(arxiv[0]) if arxiv else None
    acl = re.fullmatch(rf"v1/({_ACL})", suffix, _FLAGS)
    if acl and prefix in ("10.18653", "10.3115"):
        return _acl(acl[1])
    return None if _TEMPLATE.fullmatch(suffix) else ("doi:" + doi, None)


# Suffixes of templates, printed where the authors forgot to fill in the DOI:
# 10.1145/nnnnnnn.nnnnnnn, 10.1145/0000000.0000000, 10.1145/1122445.1122456 (ACM's sample).
_TEMPLATE = compiled(
    r"year|[0\W_]*|[nx\W_]{4,}|[n\dx]*(?:n{5,}|x{5,})[\W\dnx]*|1122445\.1122456|\d{1,2}\.(?:19|20)\d\d",
    re.ASCII,
)


def _trimmed(written: str) -> str:
    """Cut off the end that belongs to the sentence: closing marks, the next id, entities."""
    glued = _GLUED.search(written)
    end = glued.start() if glued else len(written)
    # A closing bracket that nothing opened is the sentence's: "(see arxiv.org/abs/…)".
    opened = {"(": 0, "[": 0, "{": 0}
    for mark in _BRACKET.finditer(written, 0, end):
        opening = _OPENING.get(mark[0])
        opened[opening or mark[0]] += -1 if opening else 1
        if opening and opened[opening] < 0:
            end = mark.start()
            break
    # "_" is Markdown's emphasis, but OpenReview's ids may end with it.
    loose = "/.,;:!?'\"*([{" + ("" if "openreview.net/" in written else "_")
    return written[:end].rstrip(loose)


_BRACKET = compiled(r"[()\[\]{}]")
_OPENING = {")": "(", "]": "[", "}": "{"}
_GLUED = compiled(
    r"&(?:lt|gt|quot|nbsp|#\d+|#x[0-9a-f]+);|[,;](?=doi:|10\.\d{4}/|https?://)", re.IGNORECASE
)


def _in_url(url: str, depth: int = 3) -> _Name | None:
    """Find the id that an address stands for, through at most `depth` addresses within it."""
    parts = _PARTS.match(url.replace("&amp;", "&"))
    if parts is None or depth == 0:
        return None
    host = (parts["host"] or parts["bare"] or "").lower().partition(":")[0]
    if host.endswith(".translate.goog"):  # arxiv-org.translate.goog
        host = host.removesuffix(".translate.goog").replace("-", ".")
    path, query = unquote(parts["path"]), parts["query"] or ""
    if name := _on_site(host, path, query) or _in_path(host, path):
        return name
    # An archive or a proxy carries the whole address in its path or its query.
    inner = re.search(r"https?://.*", path, re.IGNORECASE | re.DOTALL)
    if inner:
        return _in_url(inner[0] + (f"?{query}" if query else ""), depth - 1)
    for key, value in parse_qsl(query):
        if key.lower() in ("doi", "id") and re.fullmatch(_DOI, value, _FLAGS):
            return _doi(value)
        # A referrer is the page that somebody came from, and may be another paper's.
        if not key.lower().startswith(("ref", "utm")) and (name := _in_url(value, depth - 1)):
            return name
    return None


_PARTS = compiled(
    rf"""(?: https?:// (?P<host> [^/?\#]* ) | (?P<bare> {_HOST} ) (?=/) )
    (?P<path> [^?\#]* ) (?: \? (?P<query> [^\#]* ) )?""",
    _FLAGS,
)
# Sites that have a page for each arXiv number: the part of the address before the number.
_ARXIV_PAGE = r"/*(?:(?:abs|pdf|html|format|src|e-print|ps|dvi|ftp/arxiv/papers/\d{4})/+)?"
_COPIES = {
    site: compiled(rf"{page} (?:arxiv:)? ( {_ARXIV} ) (?:\.pdf)? {_ENDS}", _FLAGS)
    for site, page in {
        "arxiv.org": _ARXIV_PAGE,
        "ar5iv.org": _ARXIV_PAGE,
        "alphaxiv.org": r"/(?:[a-z]{2}(?:-[a-z]+)?/)?(?:abs|overview|pdf|html|audio|resources)/",
        "huggingface.co": "/papers/",
        "hf.co": "/papers/",
        "arxiv-vanity.com": "/papers/",
        "emergentmind.com": "/papers/",
    }.items()
}
_ARXIV_PART = compiled(rf"/arxiv[/:] ( {_ARXIV} ) (?:\.pdf)? {_ENDS}", _FLAGS)
_ACL_PART = compiled(
    rf"(?<![\w.-]) ( {_ACL} ) (?:v\d)? (?: \.(?:pdf|bib|xml|endf|txt) )? (?![\w-]|\.\d)", _FLAGS
)
_DOI_PART = compiled(rf"[/:=] ( {_DOI} )", _FLAGS)
# What publishers put behind a DOI in the address of a page: "/full", ".pdf", "+html".
_DOI_TAIL = compiled(
    r"""(?:[/.](?:full|abstract|abs|e?pdf|html?|meta|references|figures|citations?|summary|fulltext
    |full-text|download))+(?:\+html)?\Z""",
    _FLAGS,
)


def _on_site(host: str, path: str, query: str) -> _Name | None:
    """Find the id in the address of a page on a site that has ids of its own."""
    site = ".".join(host.split(".")[-2:])
    if site in _COPIES:
        copy = _COPIES[site].match(path)
        return _arxiv(copy[1]) if copy else None
    if site == "openreview.net":
        forum = dict(parse_qsl(query)).get("id", "") if path in ("/forum", "/pdf") else ""
        id = re.match(r"[\w-]{5,24}(?![\w-])", forum, re.ASCII)
        return ("openreview:" + id[0], None) if id else None
    if host.startswith("aclanthology.") or ".aclanthology." in host or site == "aclweb.org":
        acl = _ACL_PART.search(path)
        return _acl(acl[1]) if acl else None
    return None


def _in_path(host: str, path: str) -> _Name | None:
    """Find an arXiv number or a DOI in a path, whatever the site."""
    arxiv = _ARXIV_PART.search(path)
    if arxiv:
        return _arxiv(arxiv[1])
    part = _DOI_PART.search(path)
    doi = _trimmed(part[1]) if part else ""
    # On doi.org itself the path is the DOI, which may end with "/full" by right.
    if doi and not host.endswith("doi.org"):
        doi = _DOI_TAIL.sub("", doi)
        if doi.startswith("10.1101/"):  # bioRxiv's pages are of versions, its DOIs are not
            doi = re.sub(r"v\d+$", "", doi)
    return _doi(doi) if doi else None


_PAGE = re.compile(
    r"https?://(?P<host>(?:[0-9a-z-]{1,63}\.){1,6}[a-z]{2,12}(?::\d{1,5})?)(?P<path>/[^\s?#]*)"
    r"(?:\?(?P<query>[^\s#]*))?(?:#\S*)?",
    re.IGNORECASE | re.ASCII,
)
# Parameters of a query that count visits and name no page.
_VISIT_PARAMETER = re.compile(
    r"utm_|dgcid$|af$|rss$|ref$|via$|source$|feed$|campaign", re.IGNORECASE
)
_LONGEST_WEB_ID = 300


def web_id(url: str) -> str:
    """Make the id of a paper from the address of its page; "" for anything that is none.

    The fragment and the parameters that count visits are left out, so that one page has one id.
    A query stands behind ";" instead of "?", since the id is a part of our own pages' addresses;
    an address that could then be read in two ways makes no id.
    """
    match = _PAGE.fullmatch(url.strip())
    if match is None:
        return ""
    query = parse_qsl(match["query"] or "", keep_blank_values=True)
    kept = "&".join(f"{key}={value}" for key, value in query if not _VISIT_PARAMETER.match(key))
    path = unquote(match["path"])
    name = f"{match['host'].lower()}{path}{';' if kept else ''}{kept}".rstrip(_TRAILING)
    is_safe = not _UNSAFE.search(path) and not _UNSAFE.search(kept)
    return f"web:{name}" if is_safe and "/" in name and len(name) <= _LONGEST_WEB_ID else ""


_UNSAFE = re.compile(r"""[\s?#%<>";\\\x00-\x1f\x7f]""")
# `parse_id` takes these from the end of a typed id, so no id ends with one of them.
_TRAILING = "/'.,;:!)]}"
