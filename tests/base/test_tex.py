r"""Test how TeX in titles and abstracts is shown: as MathML, or as it was typed."""

from __future__ import annotations

import html
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.tex import LONGEST, MOST, tex_to_html, tex_to_text, words

ALLOWED = {
    "span", "math", "mrow", "mi", "mn", "mo", "mtext", "ms", "mspace", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle",
    "mpadded", "mphantom", "menclose", "mmultiscripts", "mprescripts", "none",
}  # fmt: skip
SAFE = {
    "class", "alttext", "stretchy", "fence", "separator", "displaystyle", "accent", "accentunder",
    "movablelimits", "form", "scriptlevel", "mathvariant", "linethickness", "minsize", "maxsize",
    "width", "lspace", "rspace", "columnalign",
}  # fmt: skip
PIECES = [
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "{", "}", "^", "_", "<script>alert(1)</script>",
    "</math>", "<", ">", "&", '"', "'", "&lt;", "&#x3C;", "\\text{<b>}", "\\frac", "\\sqrt",
    "\\alpha", "\\left(", "\\right)", "\\begin{matrix}", "\\end{matrix}",
    "\\href{javascript:alert(1)}{x}", "\\class{a}{b}", "\\style{color:red}{x}", "\\color{red}",
    "\\newcommand{\\a}{\\a\\a}", "\\def\\x{y}", "\\verb|<i>|", "\\unicode{x3C}", "\\mathbf{x}",
    "\\hat", "%", "\\%", "~", "\\'e", "x", "1", " ", "ñ", "音声", "\x00", "\\limits", "\\\\",
    "\\hspace{9999em}", "\\mbox{", "\\over", "\\operatorname{<u>}", "\\substack{",
]  # fmt: skip


class Seen(HTMLParser):
    """Collect the elements that a browser would find in a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.is_whole = True
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.is_whole &= bool(self.open) and self.open.pop() == tag

    def handle_comment(self, _: str) -> None:
        self.is_whole = False


def shown(text: str) -> str:
    return re.sub(r"<[^>]+>", "", html.unescape(re.sub(r"<[^>]+>", "", tex_to_html(text))))


@pytest.mark.parametrize(
    ("typed", "is_text"),
    [
        ("Attention in $O(n \\log n)$ time", "Attention in O(n log n) time"),
        ("$\\alpha$-divergence, $x_i^2$", "α-divergence, x_i²"),
        ("10$\\times$ faster at $10^{-3}$", "10× faster at 10⁻³"),
        ("\\(k\\)-NN and \\[a<b\\]", "k-NN and a<b"),
        ("$\\frac{a}{b}$, $\\sqrt{2}$, $\\mathbb{R}^{d}$", "a/b, √2, R^d"),
        ("from $5 to $10, or US$3-$4", "from $5 to $10, or US$3-$4"),
        ('M{\\"u}ller, Erd\\H{o}s, \\v{S}koda, na\\"{\\i}ve', "Müller, Erdős, Škoda, naïve"),
        ("100\\% of {BERT} \\& \\emph{friends}", "100% of BERT & friends"),
        ("``so'' -- a--b, C:\\new", "“so” -- a–b, C:\\new"),
        ("$\\nosuchcommand{x}$ and $a^{b}^{c}$", "$\\nosuchcommand{x}$ and $a^{b}^{c}$"),
        ("音声翻訳 $\\Delta$ の研究", "音声翻訳 Δ の研究"),
    ],
)
def test_tex_becomes_plain_text(typed: str, is_text: str) -> None:
    assert tex_to_text(typed) == is_text


def test_a_formula_is_mathml_with_what_was_typed_beside_it() -> None:
    assert tex_to_html("a $x^2$ < b") == (
        'a <math alttext="x^2"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math> &lt; b'
    )


def test_what_is_no_formula_stays_as_it_was_typed() -> None:
    assert tex_to_html("$\\nosuch<b>$") == '<span class="tex">$\\nosuch&lt;b&gt;$</span>'
    assert tex_to_html("$\\href{javascript:x}{y}$").startswith('<span class="tex">$\\href{')
    assert tex_to_html("$") == "$"


def test_a_percent_sign_does_not_begin_a_comment() -> None:
    assert tex_to_text("by $5\\%$ and $5% \\pm 1$") == "by 5% and 5%±1"
    assert words("10% of it") == "10% of it"


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_only_known_elements_are_written(text: str) -> None:
    found = Seen(tex_to_html(text))
    assert set(found.elements) <= ALLOWED
    assert {name for name, _ in found.attributes} <= SAFE
    assert found.is_whole
    assert found.open == []
    assert isinstance(tex_to_text(text), str)


@given(st.text(st.characters(exclude_characters="$\\`{}~-"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_text_without_tex_is_escaped_and_nothing_else(text: str) -> None:
    assert tex_to_html(text) == html.escape(text)
    assert tex_to_text(text) == text


@pytest.mark.parametrize(
    "bad",
    [
        "$" * 50_000,
        "$a^" * 20_000,
        "{" * 50_000,
        "\\" * 50_000,
        "\\(" * 20_000,
        "\\emph{" * 10_000,
        "`" * 50_000,
        "$" + "{" * (LONGEST - 1) + "$",
        "$" + "\\sqrt" * (LONGEST // 6) + "$",
        ("$" + "x^{" * 11 + "y" + "}" * 11 + "$ ") * 500,
        "$\\left(" * 5_000,
    ],
)
def test_hostile_lengths_take_no_long_time(bad: str) -> None:
    start = time.process_time()
    tex_to_html(bad)
    tex_to_text(bad)
    assert time.process_time() - start < 2


def test_formulas_past_the_limit_stay_as_typed() -> None:
    assert tex_to_html("$x$ " * (MOST + 5)).count("<math") == MOST
