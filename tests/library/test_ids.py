"""Test the reading of identifiers: every form that people paste, and nothing else."""

from __future__ import annotations

import gzip
import json
import time
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.library.ids import IdMatch, find_ids, parse_id, url_of
from tests.data import DATA, needs_data
from tests.post_lines import lines

# A post's line, then after "=>" what it names: bare numbers are arXiv's, "v" is a version.
POSTS = """
Reading arXiv:2401.01234 tonight => 2401.01234
arxiv: 2401.01234v2 is out => 2401.01234v2
arXiv 2401.01234 => 2401.01234
ARXIV:2401.01234 => 2401.01234
arXiv preprint arXiv:2401.01234 (2024) => 2401.01234
arXiv preprint 2401.01234 => 2401.01234
arXiv ID: 2401.01234 => 2401.01234
arXiv (2401.01234) => 2401.01234
arXiv [2401.01234v3] => 2401.01234v3
arXiv-2401.01234.pdf => 2401.01234
arxiv_2401.01234_v2 => 2401.01234
#arXiv2401.01234 => 2401.01234
arXiv:2401.01234v1 [cs.CL] 2 Jan 2024 => 2401.01234v1
arXiv:2401.01234. Great work! => 2401.01234
arXiv:2401.01234, arXiv:2402.04321 => 2401.01234 2402.04321
arXiv:2401.01234,2402.04321 => 2401.01234
arXiv:2401.01234; 2402.04321 and 2403.00001 => 2401.01234 2402.04321 2403.00001
arXiv:0704.0001 was the first => 0704.0001
arXiv:1412.6980v9 => 1412.6980v9
arXiv:1501.00001 => 1501.00001
arXiv:1412.12345 has a digit too many =>
arXiv:1501.0001 has one too few =>
arXiv:2413.01234 has no such month =>
arXiv:2400.01234 neither =>
arXiv:2401.00000 is a template =>
arXiv:0703.0001 is too early =>
arXiv:2401.012345 is too long =>
arXiv:2401.01234v0 =>
arXiv:2401.01234.5 =>
arXiv:2401.01234abc =>
myarXiv:2401.01234x =>
arXiv:XXXX.XXXXX =>
arXiv:2401.1… =>
arXiv:cs/0201082 => cs/0201082
arXiv:cs.CL/0201082v1 => cs/0201082v1
arXiv:quant-ph/0201082 => quant-ph/0201082
math.GT/0309136 is a classic => math/0309136
hep-th/9901001v3, cond-mat.stat-mech/0102003 => hep-th/9901001v3 cond-mat/0102003
see cmp-lg/9605012 => cmp-lg/9605012
hep-th/0704001 came under the new scheme =>
hep-th/9013001 =>
hep-th/9901000 =>
hep-th/99010011 =>
src/cs/0201082 =>
misc/0201082 =>
https://arxiv.org/abs/2401.01234 => 2401.01234
http://arxiv.org/abs/2401.01234v2 => 2401.01234v2
HTTPS://ARXIV.ORG/ABS/2401.01234 => 2401.01234
arxiv.org/abs/2401.01234 => 2401.01234
www.arxiv.org/pdf/2401.01234 => 2401.01234
https://www.arxiv.org/pdf/2401.01234v2.pdf => 2401.01234v2
https://arxiv.org/pdf/2401.01234.pdf#page=3 => 2401.01234
https://arxiv.org/pdf/2401.01234?download=1 => 2401.01234
https://arxiv.org/html/2401.01234v1#S3.F2 => 2401.01234v1
https://arxiv.org/html/2401.01234v1/x1.png => 2401.01234v1
https://arxiv.org/format/2401.01234 => 2401.01234
https://arxiv.org/src/2401.01234v2 => 2401.01234v2
https://arxiv.org/e-print/2401.01234 => 2401.01234
https://arxiv.org/ps/cs/0201082 => cs/0201082
https://arxiv.org/ftp/arxiv/papers/2401/2401.01234.pdf => 2401.01234
https://arxiv.org/abs/arXiv:2401.01234 => 2401.01234
https://arxiv.org/abs/quant-ph/0201082 => quant-ph/0201082
https://arxiv.org/abs/quant-ph%2F0201082v2 => quant-ph/0201082v2
https://arxiv.org/abs/math.GT/0309136 => math/0309136
https://arxiv.org/abs/2401.01234/ => 2401.01234
https://arxiv.org/abs//2401.01234 => 2401.01234
https://arxiv.org/2401.01234 => 2401.01234
https://arxiv.org:443/abs/2401.01234 => 2401.01234
https://export.arxiv.org/abs/2401.01234 => 2401.01234
https://browse.arxiv.org/html/2401.01234v1 => 2401.01234v1
https://de.arxiv.org/abs/2401.01234 => 2401.01234
http://tw.arxiv.org/abs/2401.01234 => 2401.01234
https://xxx.lanl.gov/abs/2401.01234 =>
https://ar5iv.org/abs/2401.01234 => 2401.01234
https://ar5iv.labs.arxiv.org/html/2401.01234 => 2401.01234
https://www.alphaxiv.org/abs/2401.01234v2 => 2401.01234v2
https://www.alphaxiv.org/overview/2401.01234 => 2401.01234
https://alphaxiv.org/pdf/2401.01234v1 => 2401.01234v1
https://www.alphaxiv.org/ja/overview/2401.01234 => 2401.01234
https://huggingface.co/papers/2401.01234 => 2401.01234
https://hf.co/papers/2401.01234 => 2401.01234
hf.co/papers/2401.01234 => 2401.01234
https://huggingface.co/papers?date=2024-01-02 =>
https://huggingface.co/some/model-2401.01234 =>
https://www.semanticscholar.org/arxiv/2401.01234 => 2401.01234
https://api.semanticscholar.org/arXiv:2401.01234 => 2401.01234
https://www.semanticscholar.org/paper/A-Paper/0123456789abcdef0123456789abcdef01234567 =>
https://www.connectedpapers.com/api/redirect/arxiv/2401.01234 => 2401.01234
https://paperswithcode.com/paper/a-paper-on-speech =>
https://arxiv-org.translate.goog/abs/2401.01234?_x_tr_sl=en => 2401.01234
https://doi.org/10.48550/arXiv.2401.01234 => 2401.01234
https://doi.org/10.48550/arxiv.cs/0201082 => cs/0201082
10.48550/arXiv.2401.01234 => 2401.01234
10.48550/arXiv.2499.01234 =>
https://arxiv.org/list/cs.CL/2401 =>
https://arxiv.org/search/?query=2401.01234 =>
https://arxiv.org/abs/ =>
https://arxiv.org/abs/2401 =>
https://arxiv.org/abs/2401.0… =>
https://arxiv.org/abs/2401.0... =>
arxiv.org/abs/2401.01234… => 2401.01234
https://arxiv.org/abs/2401.012345 =>
https://notarxiv.org/abs/2401.01234 =>
https://arxiv.org.example.com/abs/2401.01234 =>
https://example.com/2401.01234 =>
https://example.com/?n=2401.01234 =>
me@arxiv.org/abs/x =>
(https://arxiv.org/abs/2401.01234) => 2401.01234
<https://arxiv.org/abs/2401.01234> => 2401.01234
"https://arxiv.org/abs/2401.01234". => 2401.01234
https://arxiv.org/abs/2401.01234... => 2401.01234
**https://arxiv.org/abs/2401.01234** => 2401.01234
[A paper](https://arxiv.org/abs/2401.01234), [another](https://arxiv.org/abs/2402.04321). => 2401.01234 2402.04321
[A](https://arxiv.org/abs/2401.01234),[B](https://arxiv.org/abs/2402.04321) => 2401.01234 2402.04321
https://arxiv.org/abs/2401.01234,https://arxiv.org/abs/2402.04321 => 2401.01234 2402.04321
https://arxiv.org/abs/2401.01234https://arxiv.org/abs/2402.04321 => 2401.01234 2402.04321
<https://arxiv.org/abs/2401.01234|a paper> => 2401.01234
\\url{https://arxiv.org/abs/2401.01234} => 2401.01234
https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fabs%2F2401.01234&sa=D => 2401.01234
https://www.google.com/url?sa=t&url=https://arxiv.org/pdf/2401.01234v2&usg=x => 2401.01234v2
https://scholar.google.com/scholar_url?url=https://arxiv.org/pdf/2401.01234&hl=en => 2401.01234
https://l.example.com/l.php?u=https%253A%252F%252Farxiv.org%252Fabs%252F2401.01234 =>
https://a.example/?u=https%3A%2F%2Fb.example%2F%3Fu%3Dhttps%253A%252F%252Farxiv.org%252Fabs%252F2401.01234 => 2401.01234
https://web.archive.org/web/2024/https://arxiv.org/abs/2401.01234 => 2401.01234
https://example.com/post?ref=https://arxiv.org/abs/2401.01234 =>
arXiv:2401.01234を読んだ => 2401.01234
論文（https://arxiv.org/abs/2401.01234）が良い => 2401.01234
今朝の論文はhttps://arxiv.org/abs/2401.01234です。 => 2401.01234
ａｒＸｉｖ：２４０１．０１２３４ => 2401.01234
「2401.01234」と「2402.04321」 => 2401.01234 2402.04321
論文2401.01234を読む => 2401.01234
これは2401.01234v2の話 => 2401.01234v2
2401.01234 => 2401.01234
[2401.01234] A title => 2401.01234
- 2401.01234 => 2401.01234
2401.01234: a title => 2401.01234
2401.01234v2.pdf => 2401.01234v2
Today: 2401.01234, 2402.04321. => 2401.01234 2402.04321
Loss went to 1401.01234 =>
0704.0001 =>
It costs $2401.01234 =>
€ 2401.01234 =>
2401.01234円 =>
2401.01234 km away =>
2401.01234ms =>
2401.01234 seconds =>
2401.01234% =>
version 2401.01234 =>
v. 2401.01234 =>
loss = 2401.01234 =>
the loss was 2401.01234 =>
平均は2401.01234だった =>
約2401.01234 =>
0.12 2401.01234 0.34 =>
x + 2401.01234 =>
192.2401.01234.1 =>
1,2401.01234 =>
2401.01234-2401.01299 =>
2401.01234.56 =>
2401.01234e5 =>
#2401.01234 =>
2401.01234@example.com =>
a2401.01234 =>
2401.1234 =>
2401,01234 =>
2024-01-02 and 2024.01.02 =>
doi:10.1145/3394171.3413532 => doi:10.1145/3394171.3413532
DOI: 10.1145/3394171.3413532. => doi:10.1145/3394171.3413532
doi10.1145/3394171.3413532 => doi:10.1145/3394171.3413532
(10.1016/S0022-5193(05)80053-2) => doi:10.1016/s0022-5193(05)80053-2
see 10.1016/S0022-5193(05)80053-2. => doi:10.1016/s0022-5193(05)80053-2
10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2 => doi:10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2
https://doi.org/10.1002/%28SICI%291097-0258%3C1661::AID-SIM968%3E3.0.CO;2-2 => doi:10.1002/(sici)1097-0258<1661::aid-sim968>3.0.co;2-2
https://doi.org/10.1109%2FTASLP.2022.1234567 => doi:10.1109/taslp.2022.1234567
http://dx.doi.org/10.1109/TASLP.2022.1234567 => doi:10.1109/taslp.2022.1234567
doi.org/10.1109/TASLP.2022.1234567 => doi:10.1109/taslp.2022.1234567
https://www.doi.org/10.1109/TASLP.2022.1234567?x=y => doi:10.1109/taslp.2022.1234567
<a href="https://doi.org/10.1145/3394171.3413532">x</a> => doi:10.1145/3394171.3413532
10.1145/3394171.3413532</p> => doi:10.1145/3394171.3413532
10.1145/3394171.3413532&lt;br => doi:10.1145/3394171.3413532
doi = {10.1007/978-3-030-58452-8\\_13}, => doi:10.1007/978-3-030-58452-8_13
10.1145/3394171.3413532,10.1145/3394171.3413533 => doi:10.1145/3394171.3413532 doi:10.1145/3394171.3413533
10.1145/3394171.3413532を参照 => doi:10.1145/3394171.3413532
（10.1145/3394171.3413532） => doi:10.1145/3394171.3413532
「10.1145/3394171.3413532」 => doi:10.1145/3394171.3413532
https://dl.acm.org/doi/10.1145/3394171.3413532 => doi:10.1145/3394171.3413532
https://dl.acm.org/doi/abs/10.1145/3394171.3413532#sec-1 => doi:10.1145/3394171.3413532
https://dl.acm.org/doi/pdf/10.1145/3394171.3413532?download=true => doi:10.1145/3394171.3413532
https://link.springer.com/content/pdf/10.1007/978-3-030-58452-8_13.pdf => doi:10.1007/978-3-030-58452-8_13
https://www.frontiersin.org/articles/10.3389/fpsyg.2020.00123/full => doi:10.3389/fpsyg.2020.00123
https://www.biorxiv.org/content/10.1101/2020.05.22.111161v2.full.pdf => doi:10.1101/2020.05.22.111161
https://journals.example.org/show?doi=10.1371/journal.pone.0123456 => doi:10.1371/journal.pone.0123456
10.1145/0000000.0000000 =>
10.1145/nnnnnnn.nnnnnnn =>
https://doi.org/10.1145/nnnnnnn.nnnnnnn =>
doi:10.1145/XXXXXXX.XXXXXXX =>
https://doi.org/10.1145/1122445.1122456 =>
10.1145/33941… =>
https://doi.org/10.1145/33941... =>
10.10/2023 =>
10.2023/11.2023 =>
05.10.2023/06.10.2023 =>
ratio 10.5000/60 =>
10.18653/v1/2023.acl-long.1 => acl:2023.acl-long.1
10.18653/v1/P19-1001 => acl:P19-1001
10.18653/V1/2023.ACL-LONG.1 => acl:2023.acl-long.1
doi:10.3115/v1/p14-1001 => acl:P14-1001
10.3115/1073083.1073135 => doi:10.3115/1073083.1073135
https://aclanthology.org/2023.acl-long.1 => acl:2023.acl-long.1
https://aclanthology.org/2023.acl-long.1/ => acl:2023.acl-long.1
https://aclanthology.org/2023.acl-long.1.pdf => acl:2023.acl-long.1
https://aclanthology.org/2023.acl-long.1v2.pdf => acl:2023.acl-long.1
https://aclanthology.org/2023.findings-emnlp.12.bib => acl:2023.findings-emnlp.12
aclanthology.org/W18-5601 => acl:W18-5601
https://www.aclweb.org/anthology/P19-1001 => acl:P19-1001
https://www.aclweb.org/anthology/2020.acl-main.1/ => acl:2020.acl-main.1
http://aclanthology.info/papers/N18-1001/n18-1001 => acl:N18-1001
https://aclanthology.org/volumes/2023.acl-long/ =>
https://aclanthology.org/events/acl-2023/ =>
https://aclanthology.org/2023.acl-lo… =>
https://aclanthology.org/2023.acl-long.1… =>
see 2023.acl-long.1 and 2020.lrec-1.5 => acl:2023.acl-long.1 acl:2020.lrec-1.5
2022.findings-naacl.3を読む => acl:2022.findings-naacl.3
acl:P19-1001 => acl:P19-1001
part number P19-1001 =>
app 2024.rc-1.5 =>
build 2024.foo-bar.1 =>
https://openreview.net/forum?id=rAnD0m_iD1 => openreview:rAnD0m_iD1
https://openreview.net/pdf?id=rAnD0m-iD1 => openreview:rAnD0m-iD1
https://openreview.net/forum?id=rAnD0m_iD1&noteId=oThErNoTe => openreview:rAnD0m_iD1
https://openreview.net/forum?noteId=oThErNoTe&amp;id=rAnD0m_iD1 => openreview:rAnD0m_iD1
openreview.net/forum?id=rAnD0m_iD1. => openreview:rAnD0m_iD1
（https://openreview.net/forum?id=rAnD0m_iD1） => openreview:rAnD0m_iD1
https://openreview.net/forum?id=rAnD0… =>
https://openreview.net/forum?noteId=oThErNoTe =>
https://openreview.net/group?id=ICLR.cc/2024/Conference =>
https://openreview.net/pdf/0123456789abcdef.pdf =>
openreview:rAnD0m_iD1 => openreview:rAnD0m_iD1
Good morning! =>
"""  # noqa: E501


def expected_of(words: str) -> list[tuple[str, int | None]]:
    ids: list[tuple[str, int | None]] = []
    for word in words.split():
        if word.startswith(("doi:", "openreview:", "acl:")):
            ids.append((word, None))
        else:
            number, _, version = word.partition("v")
            ids.append(("arxiv:" + number, int(version) if version else None))
    return ids


CASES = [
    (line.rpartition("=>")[0].strip(), expected_of(line.rpartition("=>")[2]))
    for line in POSTS.strip().replace("\\\\", "\\").splitlines()
]


def named(text: str) -> list[tuple[str, int | None]]:
    return [(found.id, found.version) for found in find_ids(text)]


@pytest.mark.parametrize(("post", "expected"), CASES, ids=[post[:60] for post, _ in CASES])
def test_a_post_names_these_papers(post: str, expected: list[tuple[str, int | None]]) -> None:
    assert named(post) == expected


def test_the_table_has_enough_cases_of_both_kinds() -> None:
    assert len(CASES) >= 150
    assert sum(not expected for _, expected in CASES) >= 60


def test_posts_in_a_row_name_what_each_names() -> None:
    text = "\n\n".join(post for post, _ in CASES)
    assert named(text) == [pair for _, expected in CASES for pair in expected]


def test_of_all_labelled_lines_no_id_is_wrong_and_hardly_any_is_missed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    labelled = [*CASES, *lines()]
    n_named = n_found = n_right = 0
    wrong: list[str] = []
    for line, expected in labelled:
        found, left = named(line), list(expected)
        for one in found:
            if one in left:
                left.remove(one)
                n_right += 1
            else:
                wrong.append(line)
        n_named, n_found = n_named + len(expected), n_found + len(found)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{len(labelled)} post lines, {n_named} ids: {n_found} found, {n_right} right; "
            f"precision {n_right / n_found:.4f}, recall {n_right / n_named:.4f}"
        )
    assert len(labelled) >= 400
    assert wrong == []
    assert n_right / n_named >= 0.99


def test_an_id_of_openreview_may_end_in_a_line_below() -> None:
    assert named("See https://openreview.net/forum?id=aBcDeFgHi_.") == [
        ("openreview:aBcDeFgHi_", None)
    ]
    assert named("_https://arxiv.org/abs/2401.01234_ *https://doi.org/10.1145/3394171_*") == [
        ("arxiv:2401.01234", None),
        ("doi:10.1145/3394171", None),
    ]


def test_positions_hold_the_whole_address() -> None:
    text = "今日（https://arxiv.org/abs/2401.01234v2?x=1）と arXiv：2402.04321。"
    assert [text[found.start : found.end] for found in find_ids(text)] == [
        "https://arxiv.org/abs/2401.01234v2?x=1",
        "arXiv：2402.04321",
    ]


@pytest.mark.parametrize(
    ("typed", "id", "version"),
    [
        ("2401.01234", "arxiv:2401.01234", None),
        (" [2401.01234] ", "arxiv:2401.01234", None),
        ("arxiv 2401.01234", "arxiv:2401.01234", None),
        ("arXiv:2401.01234v2 [cs.CL]", "arxiv:2401.01234", 2),
        ("arXiv preprint arXiv:2401.01234", "arxiv:2401.01234", None),
        ("0704.0001", "arxiv:0704.0001", None),
        ("math.GT/0309136v1", "arxiv:math/0309136", 1),
        ("2401.01234v3.pdf", "arxiv:2401.01234", 3),
        ("p19-1001", "acl:P19-1001", None),
        ("2023.anything-goes.7", "acl:2023.anything-goes.7", None),
        ("doi:10.1145/3394171", "doi:10.1145/3394171", None),
        ("10.18653/v1/W18-5601", "acl:W18-5601", None),
        ("10.5555/x", "doi:10.5555/x", None),
        ("<https://openreview.net/forum?id=rAnD0m_iD1>", "openreview:rAnD0m_iD1", None),
        ("https://arxiv.org/abs/2401.01234\n", "arxiv:2401.01234", None),
    ],
)
def test_typed_ids_are_read(typed: str, id: str, version: int | None) -> None:
    found = parse_id(typed)
    assert found
    assert (found.id, found.version) == (id, version)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "attention",
        "2401.1234",
        "2413.01234",
        "see 2401.01234",
        "2401.01234 2402.04321",
        "https://example.com",
        "https://arxiv.org/list/cs.CL/2401",
        "10.1145",
        "P19-1",
        "\ud800\x00",
        "2401.01234" * 10_000,
    ],
)
def test_a_text_that_is_not_one_single_id_is_none(typed: str) -> None:
    assert parse_id(typed) is None


NEW = st.builds(
    lambda year, month, n: (
        f"{year:02}{month:02}." + (f"{n % 9999 + 1:04}" if year < 15 else f"{n:05}")
    ),
    st.integers(8, 45),
    st.integers(1, 12),
    st.integers(1, 99_999),
)
OLD = st.builds(
    lambda archive, year, month, n: f"{archive}/{year % 100:02}{month:02}{n:03}",
    st.sampled_from(["cs", "math", "quant-ph", "hep-th", "cond-mat", "q-bio", "cmp-lg"]),
    st.integers(1992, 2006),
    st.integers(1, 12),
    st.integers(1, 999),
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DOI = st.builds(
    lambda prefix, head, tail: f"doi:10.{prefix}/{head}{tail}",
    st.integers(1000, 99_999).filter(lambda n: n not in (48550, 18653, 3115)),
    st.text(LETTERS + "0123456789", min_size=4, max_size=8).filter(lambda s: set(s) - set("nx0")),
    st.sampled_from(
        ["", ".2020.123", "(05)80053-2", "-8_13", "/b.c", ":17", ";2-2", "<1::aid-x>3.0"]
    ),
).filter(lambda doi: "nnnnn" not in doi and "xxxxx" not in doi)
ACL = st.builds(
    lambda year, venue, volume, n: f"acl:{year}.{venue}-{volume}.{n}",
    st.integers(2004, 2030),
    st.sampled_from(["acl", "emnlp", "iwslt", "naacl"]),
    st.sampled_from(["long", "short", "main", "1"]),
    st.integers(1, 2000),
) | st.builds(
    lambda letter, year, n: f"acl:{letter}{year:02}-{n:04}",
    st.sampled_from("PWNDEQ"),
    st.integers(0, 19),
    st.integers(1001, 9999),
)
OPENREVIEW = st.text(LETTERS + "ABC019_-", min_size=8, max_size=12).map("openreview:".__add__)
ANY_ID = st.one_of((NEW | OLD).map("arxiv:".__add__), DOI, ACL, OPENREVIEW)


def renderings(id: str) -> list[str]:
    """Write an id as people and sites do."""
    scheme, _, name = id.partition(":")
    forms = [id, url_of(id)]
    if scheme == "arxiv":
        pages = ("abs", "pdf", "html", "format", "src", "e-print", "ps")
        forms += [f"https://arxiv.org/{page}/{name}" for page in pages]
        forms += [f"http://export.arxiv.org/abs/{name}", f"https://arxiv.org/pdf/{name}.pdf"]
        forms += [f"https://www.alphaxiv.org/overview/{name}", f"huggingface.co/papers/{name}"]
        forms += [f"https://doi.org/10.48550/arXiv.{name}", f"10.48550/ARXIV.{name}"]
        forms += [f"arXiv {name}", f"arXiv: {name}", f"ar5iv.org/abs/{name}"]
    elif scheme == "doi":
        forms += [
            name.upper(),
            f"DOI: {name}",
            f"doi.org/{name}",
            f"http://dx.doi.org/{quote(name)}",
        ]
    elif scheme == "acl":
        forms += [f"https://aclanthology.org/{name}.pdf", f"10.18653/v1/{name.lower()}"]
        forms += [f"https://www.aclweb.org/anthology/{name}"]
    else:
        forms += [f"https://openreview.net/pdf?id={name}"]
        forms += [f"https://openreview.net/forum?id={name}&noteId=another"]
    wrapped = [f"https://www.google.com/url?q={quote(url_of(id), safe='')}&sa=D"]
    return forms + wrapped


@settings(max_examples=150, deadline=None)
@given(ANY_ID)
@example("doi:10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2")
def test_every_rendering_of_an_id_is_read_back(id: str) -> None:
    for form in renderings(id):
        for typed in (form, f"({form})", f" <{form}> "):
            found = parse_id(typed)
            assert found, typed
            assert found.id == id, typed


@settings(max_examples=100, deadline=None)
@given((NEW | OLD).map("arxiv:".__add__), st.integers(1, 99))
def test_a_version_is_told_apart_from_the_id(id: str, version: int) -> None:
    name = id.removeprefix("arxiv:")
    for form in (f"arXiv:{name}v{version}", f"https://arxiv.org/pdf/{name}v{version}.pdf"):
        found = parse_id(form)
        assert found
        assert (found.id, found.version) == (id, version)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            ANY_ID, st.integers(0, 30), st.sampled_from(["\n", "、", "を読み、", " and ", "\t"])
        ),
        max_size=6,
    )
)
def test_ids_in_a_row_are_all_found_where_they_stand(parts: list[tuple[str, int, str]]) -> None:
    written = [(id, renderings(id)[i % len(renderings(id))], between) for id, i, between in parts]
    text = "".join(form + between for _, form, between in written)
    found = find_ids(text)
    assert [f.id for f in found] == [id for id, _, _ in written]
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert [text[f.start : f.end].rstrip("/") for f in found] == [
        f.rstrip("/") for _, f, _ in written
    ]


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet="arxivdo:/.0123456789-()[]<>%&=?h tpsv…を", max_size=60))
def test_any_text_is_read_and_positions_lie_within_it(text: str) -> None:
    end = 0
    for found in find_ids(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end
        again = parse_id(found.id)
        assert again
        assert again.id == found.id
        assert parse_id(url_of(found.id))
    parse_id(text)


@pytest.mark.parametrize(
    "unit",
    [
        "10.1145/1,", "arxiv.org/abs/2401.01234),", "https://", "a.", "2401.01234 ", "1", "(", "a/",
        "http://a.b/?q=http%3A//", "cs/0201082 ", "arXiv ", "10.1145/<1::a>", "https://a.b/?a=b&",
        "10.1000/((", "eprint = {", "&lt;", "v1", "%25", "2023.a-",
    ],
)  # fmt: skip
def test_time_grows_with_length_only(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    begin = time.process_time()
    find_ids(text)
    assert time.process_time() - begin < 5  # a square of the length would take minutes


def test_positions_are_values_with_all_their_fields() -> None:
    assert find_ids("see arXiv:2401.01234v2!") == (IdMatch("arxiv:2401.01234", 2, 4, 22),)


@pytest.mark.parametrize(
    ("id", "url"),
    [
        ("arxiv:cs/0201082", "https://arxiv.org/abs/cs/0201082"),
        ("doi:10.1002/a<1::b>c#d", "https://doi.org/10.1002/a%3C1::b%3Ec%23d"),
        ("openreview:rAnD0m_iD1", "https://openreview.net/forum?id=rAnD0m_iD1"),
        ("acl:P19-1001", "https://aclanthology.org/P19-1001/"),
        ("isbn:123", ""),
        ("", ""),
    ],
)
def test_an_id_has_an_address_to_share(id: str, url: str) -> None:
    assert url_of(id) == url


def json_lines(path: str) -> list[dict[str, object]]:
    assert DATA
    file = DATA / path
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [json.loads(line) for line in text.decode().splitlines()]


@needs_data
def test_every_talked_about_paper_is_found_in_every_form() -> None:
    rows = json_lines("arxiv/heat/heat_hf.jsonl.gz") + json_lines("arxiv/heat/heat_mpotw.jsonl.gz")
    ids = sorted({f"arxiv:{row['id']}" for row in rows if row["id"]})
    assert len(ids) > 6_000
    for i, id in enumerate(ids):
        forms = renderings(id)
        form = forms[i % len(forms)]
        assert [f.id for f in find_ids(f"今朝は{form}を読んだ。")] == [id], form
        bare = id.removeprefix("arxiv:")
        assert [f.id for f in find_ids(f"({bare}), {bare}: read")] == [id, id]


@pytest.mark.slow
@needs_data
def test_the_real_data_names_as_many_papers_as_was_counted_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Compare with the counts that came with the files, each made in another way."""
    assert DATA
    told = []
    for path in ("arxiv/heat/heat_hf.jsonl.gz", "arxiv/heat/heat_mpotw.jsonl.gz"):
        ids = {str(row["id"]) for row in json_lines(path) if row["id"]}
        found = {f.id for id in ids for f in find_ids(f"https://arxiv.org/abs/{id}")}
        told.append((path, len(ids), len(found)))
    listed: set[str] = set()
    for row in json_lines("arxiv/mornings/listings.jsonl.gz"):
        for part in row.values():
            listed.update(str(id) for id in part if _is_id(id)) if isinstance(part, list) else None
    read = {f.id.removeprefix("arxiv:") for id in listed if (f := parse_id(id))}
    told.append(("arxiv/mornings/listings.jsonl.gz", len(listed), len(read & listed)))
    for row in json_lines("files/libraries_truth.jsonl"):
        n_ids = row.get("distinct_arxiv_ids")
        if isinstance(n_ids, int):
            text = (DATA / "files" / str(row["file"])).read_text("utf-8", "replace")
            arxiv = {f.id for f in find_ids(text) if f.id.startswith("arxiv:")}
            told.append((str(row["file"]), n_ids, len(arxiv)))
    notes = json_lines("files/vault_truth.jsonl")
    n_known = sum(bool(row["arxiv_id_in_text"]) for row in notes)
    texts = [(DATA / "files" / str(row["file"])).read_text("utf-8") for row in notes]
    n_read = sum(any(f.id.startswith("arxiv:") for f in find_ids(text)) for text in texts)
    told.append(("files/vault", n_known, n_read))
    with capsys.disabled():
        for path, expected, n in told:
            print(f"\n{path}: {expected} counted, {n} found", end="")  # noqa: T201
        print()  # noqa: T201
    assert [(path, n) for path, _, n in told] == [(path, n) for path, n, _ in told]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) < 24


@needs_data
def test_every_id_of_the_imported_libraries_is_found() -> None:
    assert DATA
    n_ids = 0
    for row in json_lines("files/libraries_truth.jsonl"):
        samples = row.get("sample_arxiv_ids")
        if isinstance(samples, list):
            found = {f.id for f in find_ids((DATA / "files" / str(row["file"])).read_text("utf-8"))}
            assert {f"arxiv:{id}" for id in samples} <= found, row["file"]
            n_ids += len(samples)
    assert n_ids >= 30


@needs_data
def test_every_doi_of_a_real_library_is_read_as_it_is() -> None:
    assert DATA
    library = json.loads(Path(DATA / "files/libraries/zotero_csl.json").read_text("utf-8"))
    dois = [item["DOI"].strip() for item in library if item.get("DOI")]
    assert len(dois) > 400
    for doi in dois:
        found = parse_id(doi)
        assert found, doi
        name = doi.lower().removeprefix("https://doi.org/")
        assert found.id in (f"doi:{name}", name.replace("10.48550/arxiv.", "arxiv:"))
        assert [f.id for f in find_ids(f"（{url_of(found.id)}）")] == [found.id]


@needs_data
def test_the_vault_names_the_papers_it_is_known_to_name() -> None:
    assert DATA
    for row in json_lines("files/vault_truth.jsonl"):
        if row["arxiv_id_in_text"]:
            text = (DATA / "files" / str(row["file"])).read_text("utf-8")
            assert f"arxiv:{row['arxiv_id_in_text']}" in {f.id for f in find_ids(text)}
