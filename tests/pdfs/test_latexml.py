"""Test the cleaning of arXiv's HTML, on an invented page in LaTeXML's form and on hostile ones."""

from __future__ import annotations

import re

import pytest
from lxml import html

from reader.pdfs.arxiv_html import MISSING, MOST_ELEMENTS, PaperPage
from tests.latexml import sample_page

SAMPLE = sample_page()
URL, NAME = "https://arxiv.org/html/2611.80001", "2611.80001"
PICTURE = ("0123456789abcdef.png", 640, 240)


def page(content: bytes = SAMPLE) -> PaperPage:
    return PaperPage(content, url=URL, name=NAME)


def article(inner: str) -> str:
    """Clean an article with some HTML in it."""
    text = f'<html><body><article class="ltx_document">{inner}</article></body></html>'
    return page(text.encode()).cleaned({}).strip()


@pytest.fixture(scope="module")
def cleaned() -> str:
    return page().cleaned({f"{URL}v2/x1.png": PICTURE})


def test_the_text_stays_and_all_that_is_arxivs_goes(cleaned: str) -> None:
    text = html.fromstring(f"<div>{cleaned}</div>").text_content()
    for words in ("Hanae Oribe", "bound the regret", "In German it is the last word", "[2]"):
        assert words in text
    for words in (
        *("sometimes display errors", "waitforit", "License", "26 Nov", "LATEXML", "Report"),
        *("closePopup", "square-root", "Sample", "a drawing"),
    ):
        assert words not in text
    assert set(re.findall(r"<h\d[^>]*>\s*(?:<span[^>]*>)*([^<]*)", cleaned)) == {
        *("Abstract", "1 ", "2 ", "2.1 ", "Lemma 1", "References"),
    }
    assert re.findall(r"<(h\d)", cleaned) == ["h2", "h2", "h2", "h3", "h4", "h2"], "none is skipped"


def test_formulas_are_mathml_with_their_tex(cleaned: str) -> None:
    assert (
        '<math alttext="2x_{i+1}" class="ltx_Math" display="inline"><semantics><mrow><mn>2</mn>'
        "<mo>\u2062</mo><msub><mi>x</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msub></mrow>"
        "</semantics></math>"
    ) in cleaned
    assert "annotation" not in cleaned
    assert '<mo maxsize="120%" minsize="120%">' in cleaned
    assert cleaned.count('<span class="wide"><math') == 1, "the long one in a line"
    assert '<div class="wide"><table class="ltx_equation ltx_eqn_table"' in cleaned


def test_links_within_the_paper_stay_in_the_page(cleaned: str) -> None:
    links = re.findall(r'href="([^"]+)"', cleaned)
    assert links == [
        *("#ltx-footnote1", "#ltx-bib.bib1", "#ltx-S2", "#ltx-S2.T1", "#ltx-bib.bib2"),
        *("https://example.org/verbs", "#ltx-S2.F1", "#ltx-S2.F2"),
    ]
    for link in links:
        assert not link.startswith("#") or f' id="{link[1:]}"' in cleaned
    assert '<p class="ltx_p" id="ltx-S1.p1.1">An interpreter' in cleaned
    assert '</p><aside class="ltx_note" id="ltx-footnote1">1 <span' in cleaned


def test_links_to_different_parts_have_different_names(cleaned: str) -> None:
    names = re.findall(r'href="(#[^"]+)" aria-label="([^"]+)"', cleaned)
    assert dict(names) == {
        "#ltx-footnote1": "1: 1 In German it is the last word, as https://exampl",
        "#ltx-bib.bib1": "1: [1] É. Nulle-Part and A. Neverwas. A policy that r",
        "#ltx-S2": "2: 2 Method 2.1 Patience Patience is a matrix, and it",
        "#ltx-S2.T1": "1: Table 1: What a second costs, in eight languages t",
        "#ltx-bib.bib2": "2: [2] N. Qasranipour. Listening less, and what came",
        "#ltx-S2.F1": "1: Figure 1: Patience over eight seconds.",
        "#ltx-S2.F2": "2: Figure 2: A drawing that is not a picture.",
    }


def test_a_picture_is_ours_or_said_to_be_missing(cleaned: str) -> None:
    assert page().pictures() == [f"{URL}v2/x1.png"]
    pictures = re.findall(r"<img[^>]*>", cleaned)
    assert len(pictures) == 1
    assert 'src="html/0123456789abcdef.png"' in pictures[0]
    assert 'height="240"' in pictures[0]
    assert cleaned.count(MISSING) == 1, "the drawing in SVG"
    assert page().cleaned({}).count(MISSING) == 2


def test_tables_keep_their_cells_and_those_of_spans_become_tables(cleaned: str) -> None:
    assert '<th class="ltx_td ltx_align_left ltx_th ltx_th_row">waits</th>' in cleaned
    assert '<td class="ltx_td">one</td><td class="ltx_td">two</td>' in cleaned


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (SAMPLE, 2),
        (SAMPLE.replace(b"2611.80001v2/", b"2611.80001/"), 2),
        (SAMPLE.replace(b"80001v2", b"80001"), None),
        (SAMPLE.replace(b"2611.80001v2", b"2611.70001v3"), None),
    ],
    ids=["base", "watermark", "none", "another paper"],
)
def test_the_version_is_what_the_page_says(content: bytes, version: int | None) -> None:
    assert page(content).version == version


def test_the_version_of_an_address_counts_first() -> None:
    assert PaperPage(SAMPLE, url=f"{URL}v1", name=NAME).version == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"%PDF-1.7",
        b"<html><body>Not found</body></html>",
        SAMPLE.decode().encode("utf-16"),
        SAMPLE[: len(SAMPLE) // 2],
        SAMPLE.replace(b"</article>", b""),
        b'<article class="ltx_document">' + b"<div>" * 100_000 + b"x</article>",
        b'<article class="ltx_document"><math>' + b"<mrow>" * 100_000 + b"</math></article>",
    ],
    ids=["empty", "bytes", "PDF", "other", "UTF-16", "cut", "open", "deep", "deep formula"],
)
def test_what_is_not_a_whole_paper_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        page(content)


def test_bytes_that_are_not_utf8_are_shown_as_such() -> None:
    assert "voil\ufffd" in page(SAMPLE.replace(b"Patience is", b"voil\xe0")).cleaned({})


def test_entities_do_not_grow() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    text = f'{bomb}<article class="ltx_document">&b;&b; &amp;lt;</article>'
    assert page(text.encode()).cleaned({}) == "&amp;b;&amp;b; &amp;lt;"


def test_an_anchor_leads_nowhere() -> None:
    assert article("<a id='x'>here</a>") == (
        '<a id="ltx-x" rel="noopener noreferrer nofollow">here</a>'
    )


HOSTILE = {
    "script": "<script>hit()</script><p onclick=hit()>a</p>",
    "svg": "<svg><script>hit()</script><a xlink:href='javascript:hit()'><text>a</text></a></svg>",
    "style": "<p style='position:fixed;background:url(https://evil.example/)'>a</p><style>*{}</style>",
    "javascript": "<a href=' java\tscript:hit()'>a</a><a href='&#x1;javascript:hit()'>b</a>",
    "unseen": "<a href='java&#x200b;script:hit()'>a</a>",
    "data": "<a href='data:text/html,<script>hit()</script>'>a</a><img src='data:image/png,A'>",
    "frame": "<iframe srcdoc='<script>hit()</script>'></iframe><object data=x></object><embed>",
    "form": "<form action=/door><input name=csrf><button formaction=//evil.example>a</button>",
    "picture": "<img src=//evil.example/x.png srcset='//evil.example/y.png 2x' onerror=hit()>",
    "base": "<base href='//evil.example/'><meta http-equiv=refresh content='0;//evil.example'>",
    "math link": "<math href='javascript:hit()'><mi xlink:href='javascript:hit()'>x</mi></math>",
    "maction": "<math><maction actiontype='statusline#https://evil.example' xlink:href='javascript:"
    "hit()'><mi>x</mi><mtext>evil<img src=x onerror=hit()></mtext></maction></math>",
    "annotation": "<math><semantics><mi>x</mi><annotation-xml encoding='text/html'><script>hit()"
    "</script><img src=x onerror=hit()></annotation-xml></semantics></math>",
    "namespace": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1"
    " onerror=hit()&gt;'></mglyph></table></mtext></math>",
    "nested": "<math><mi><mglyph><svg><mtext><textarea><a title='</textarea><img src onerror="
    "hit()>'></a></textarea></mtext></svg></mglyph></mi></math>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=hit()>'></noscript>",
    "ours": "<p class='said button ltx_p no' id=said name=csrf>a</p><a id=main href='#main'>a</a>",
    "wide": "<math><mspace width='99999em'></mspace><mi mathsize='9999px'>x</mi></math>",
    "address": "<a href='http://[::1'>a</a><img src='http://[::1'>",
    "notes": "<p><span class='ltx_note ltx_note_content'>a<span class='ltx_note'><span class="
    "ltx_note_content><sup class=ltx_note_mark><span class=ltx_note><span class=ltx_note_content>"
    "b</span></span></sup></span></span></span></p>",
    "maction in error": "<maction><mi>x</mi><span class=ltx_ERROR>evil</span></maction>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_passes(name: str) -> None:
    found = article(HOSTILE[name])
    tree = html.fragment_fromstring(found, create_parent="div")
    allowed = {
        *("div", "p", "a", "span", "math", "mi", "mtext", "mspace", "semantics", "table", "sup"),
        *("aside", "tbody"),
    }
    assert {element.tag for element in tree.iter()} <= allowed
    values = [value for element in tree.iter() for value in element.attrib.items()]
    for key, value in values:
        assert key in ("class", "id", "href", "rel", "aria-label"), (key, value)
        assert key != "href" or value.startswith(("#ltx-", "https://arxiv.org/")), value
        assert key != "id" or value.startswith("ltx-")
        assert key != "class" or value in ("ltx_p", "no-picture", *KEPT), value
    assert "evil" not in found


KEPT = ("ltx_note", "ltx_note_mark", "ltx_note_content", "ltx_note ltx_note_content")


def test_a_long_page_is_cleaned_and_one_without_end_refused() -> None:
    many = "<p class='ltx_p'>a <b>b</b></p>"
    assert article(many * 20_000).count("<b>") == 20_000
    with pytest.raises(ValueError, match="no whole paper"):
        article(many * (MOST_ELEMENTS // 2))
