"""Invent lines of posts in the forms that people write, each with the papers it names.

A line, then after "=>" what it names: bare numbers are arXiv's, "v" is a version. Written
down before they were tried: a line that is read wrongly stays here and counts as wrong.
"""

from __future__ import annotations

TIMELINE = """
New preprint from our group! "Rivers that talk" 🧵👇 arxiv.org/abs/2503.00001 => 2503.00001
Paper: arxiv.org/abs/2503.00001 Code: github.com/mio/rivers Demo: rivers.example => 2503.00001
📄 https://arxiv.org/abs/2503.00001 💻 https://github.com/mio/rivers 🤗 https://huggingface.co/mio/rivers => 2503.00001
1/7 We asked whether gardens listen. Preprint at https://arxiv.org/abs/2503.00001v1 #NLProc #Interspeech2025 => 2503.00001v1
Excited to share our #ICASSP paper (arXiv:2503.00001) with @ada and @bo! => 2503.00001
[2503.00001] Rivers That Talk: A Study of Rain (arxiv.org) => 2503.00001
Rivers That Talk. arXiv:2503.00001 [cs.CL] https://arxiv.org/abs/2503.00001 => 2503.00001 2503.00001
cs.CL, eess.AS: Rivers That Talk (arXiv:2503.00001v2 [cs.CL] UPDATED) => 2503.00001v2
TL;DR rain helps, see §3.2 of arXiv:2503.00001, p. 12 => 2503.00001
RT @ada: Out now https://arxiv.org/abs/2503.00001 https://t.co/aBcDeF1234 => 2503.00001
QT: so true. https://x.com/ada/status/1733542748857483570 =>
https://twitter.com/ada/status/1733542748857483570 about 2503.00001 => 2503.00001
This thread is great https://t.co/2503000012 =>
Just read https://arxiv.org/abs/2503.00001!!! => 2503.00001
Have you seen https://arxiv.org/abs/2503.00001? => 2503.00001
(see also https://arxiv.org/abs/2503.00001, https://arxiv.org/abs/2504.00002) => 2503.00001 2504.00002
https://arxiv.org/abs/2503.00001 / https://arxiv.org/abs/2504.00002 => 2503.00001 2504.00002
https://arxiv.org/abs/2503.00001 & https://arxiv.org/abs/2504.00002 => 2503.00001 2504.00002
old: https://arxiv.org/abs/2503.00001v1 → new: https://arxiv.org/abs/2503.00001v3 => 2503.00001v1 2503.00001v3
Slides + paper → https://arxiv.org/pdf/2503.00001 ← => 2503.00001
My favourite paper of the year is still arxiv.org/abs/1706.03762 => 1706.03762
Attention (1706.03762), again. => 1706.03762
Reading group tonight: 2503.00001 and 2504.00002v2 => 2503.00001 2504.00002v2
Tonight's papers: 2503.00001; 2504.00002; 2505.00003 => 2503.00001 2504.00002 2505.00003
paper #2503.00001 of the week =>
our arXiv submission 2503.00001 is on hold => 2503.00001
arXiv id 2503.00001 => 2503.00001
arXiv identifier: 2503.00001 => 2503.00001
arXiv number 2503.00001 => 2503.00001
arXiv no. 2503.00001 => 2503.00001
ArXiv: https://arxiv.org/abs/2503.00001 => 2503.00001
arxiv link: 2503.00001 => 2503.00001
see arXiv's 2503.00001 => 2503.00001
arXiv: 2503.00001, arXiv: 2504.00002, and arXiv: hep-th/9901001 => 2503.00001 2504.00002 hep-th/9901001
ar5iv.labs.arxiv.org/html/2503.00001 reads better on a phone => 2503.00001
https://www.alphaxiv.org/abs/2503.00001?chatId=abc has a good discussion => 2503.00001
https://huggingface.co/papers/2503.00001#community => 2503.00001
https://huggingface.co/papers/week/2025-W10 =>
https://huggingface.co/datasets/mio/2503.00001 =>
https://www.emergentmind.com/papers/2503.00001 => 2503.00001
https://www.semanticscholar.org/search?q=2503.00001 =>
https://scholar.archive.org/work/abc =>
https://www.youtube.com/watch?v=2503.00001 =>
https://github.com/mio/rivers/blob/main/2503.00001.md =>
https://github.com/mio/rivers/releases/tag/v2503.00001 =>
https://openreview.net/forum?id=aBcDeFgHiJ is accepted! => openreview:aBcDeFgHiJ
Reviews are out: https://openreview.net/forum?id=aBcDeFgHiJ&referrer=%5BAuthor%20Console%5D => openreview:aBcDeFgHiJ
https://openreview.net/attachment?id=aBcDeFgHiJ&name=supplementary_material =>
https://openreview.net/profile?id=~Mio_Hoshi1 =>
https://aclanthology.org/2024.rain-1.12/ won the best paper award => acl:2024.rain-1.12
Find it at aclanthology.org/2024.findings-acl.345.pdf => acl:2024.findings-acl.345
https://aclanthology.org/people/m/mio-hoshi/ =>
https://aclanthology.org/2024.rain-1.12.mp4 is the talk => acl:2024.rain-1.12
https://www.isca-archive.org/interspeech_2024/field24_interspeech.html =>
https://doi.org/10.21437/Interspeech.2024-123 => doi:10.21437/interspeech.2024-123
doi.org/10.21437/Interspeech.2024-123 (Interspeech) => doi:10.21437/interspeech.2024-123
DOI:10.1109/ICASSP49357.2023.10096123 => doi:10.1109/icassp49357.2023.10096123
https://ieeexplore.ieee.org/document/10096123 =>
https://dl.acm.org/doi/full/10.1145/3581783.3612345 => doi:10.1145/3581783.3612345
https://www.nature.com/articles/s41586-024-00001-2 =>
https://doi.org/10.1038/s41586-024-00001-2 | Nature => doi:10.1038/s41586-024-00001-2
https://www.biorxiv.org/content/10.1101/2025.03.01.640001v1 => doi:10.1101/2025.03.01.640001
https://www.biorxiv.org/content/10.1101/2025.03.01.640001v3.full => doi:10.1101/2025.03.01.640001
https://www.medrxiv.org/content/10.1101/2025.03.01.25320001v2.full.pdf+html => doi:10.1101/2025.03.01.25320001
https://pubmed.ncbi.nlm.nih.gov/38123456/ =>
https://www.sciencedirect.com/science/article/pii/S0022519305800532 =>
https://link.springer.com/article/10.1007/s10462-024-10001-2 => doi:10.1007/s10462-024-10001-2
https://onlinelibrary.wiley.com/doi/10.1111/rain.12345 => doi:10.1111/rain.12345
https://journals.sagepub.com/doi/abs/10.1177/00238309241234567 => doi:10.1177/00238309241234567
https://direct.mit.edu/tacl/article/doi/10.1162/tacl_a_00612/118712 =>  doi:10.1162/tacl_a_00612/118712
https://papers.nips.cc/paper_files/paper/2017/hash/3f5ee243547dee91fbd053c1c4a845aa-Abstract.html =>
https://proceedings.mlr.press/v202/radford23a.html =>
https://t.co/abcdefghij =>
bit.ly/3abcDEF =>
"""  # noqa: E501

JAPANESE = """
今日の論文。https://arxiv.org/abs/2503.00001 => 2503.00001
今日の論文→https://arxiv.org/abs/2503.00001／感想は後で => 2503.00001
「川は話す」arxiv.org/abs/2503.00001 を読んだ。面白い！ => 2503.00001
https://arxiv.org/abs/2503.00001を読みました => 2503.00001
論文はこちら：arXiv:2503.00001（cs.CL） => 2503.00001
【論文】https://arxiv.org/abs/2503.00001【コード】https://github.com/mio/rivers => 2503.00001
arXiv：2503.00001、arXiv：2504.00002を輪読 => 2503.00001 2504.00002
2503.00001の続きは2504.00002です => 2503.00001 2504.00002
同時通訳の新しい論文（2503.00001）が出た => 2503.00001
音声翻訳 2503.00001v2 改訂版 => 2503.00001v2
損失は2503.00001から下がらない =>
価格は2503.00001円です =>
約2503.00001件 =>
合計2503.00001 =>
ＡＲＸＩＶ：２５０３．００００１ => 2503.00001
ｈｔｔｐｓ：／／ａｒｘｉｖ．ｏｒｇ／ａｂｓ／２５０３．００００１ => 2503.00001
DOIは10.1527/transinf.2024EDP7001です => doi:10.1527/transinf.2024edp7001
DOI：10.1527/transinf.2024EDP7001。 => doi:10.1527/transinf.2024edp7001
https://doi.org/10.1527/transinf.2024EDP7001（電子情報通信学会） => doi:10.1527/transinf.2024edp7001
ACLの論文2024.acl-long.7を読む => acl:2024.acl-long.7
https://aclanthology.org/2024.iwslt-1.7、良かった => acl:2024.iwslt-1.7
https://openreview.net/forum?id=aBcDeFgHiJ、採択！ => openreview:aBcDeFgHiJ
2025.03.01に投稿した =>
2025年3月1日 =>
今朝は何も読まなかった =>
"""

FORMATS = """
<p>Rivers: <a href="https://arxiv.org/abs/2503.00001">arxiv.org/abs/2503.000…</a></p> => 2503.00001 
[Rivers](https://arxiv.org/abs/2503.00001v2 "A title") => 2503.00001v2
![figure](https://arxiv.org/html/2503.00001v1/x2.png) => 2503.00001v1
* [2503.00001](https://arxiv.org/abs/2503.00001) Rivers => 2503.00001 2503.00001
[[2503.00001]] Rivers => 2503.00001
| 2503.00001 | Rivers | 12 | => 2503.00001
- [ ] https://arxiv.org/abs/2503.00001 read => 2503.00001
url = {https://arxiv.org/abs/2503.00001}, => 2503.00001
eprint = {2503.00001}, archivePrefix = {arXiv} => 2503.00001
eprint={2503.00001},archivePrefix={arXiv},primaryClass={cs.CL} => 2503.00001
journal={arXiv preprint arXiv:2503.00001}, year={2025} => 2503.00001
doi = {10.48550/arXiv.2503.00001}, => 2503.00001
doi={10.1109/TASLP.2024.1234567}, => doi:10.1109/taslp.2024.1234567
@article{field2025rivers, journal={CoRR}, volume={abs/2503.00001} } =>
\\href{https://arxiv.org/abs/2503.00001}{arXiv:2503.00001} => 2503.00001 2503.00001
\\cite{arxiv:2503.00001} => 2503.00001
Field, A. et al. (2025). Rivers That Talk. arXiv preprint arXiv:2503.00001. => 2503.00001
Field et al., “Rivers That Talk,” in Proc. Rain, 2025, pp. 1–9, doi: 10.1109/RAIN.2025.001234. => doi:10.1109/rain.2025.001234
A. Field. Rivers That Talk. CoRR, abs/2503.00001, 2025. =>
"2503.00001","Rivers","cs.CL" => 2503.00001
{"id": "2503.00001", "title": "Rivers"} => 2503.00001
id:2503.00001 AND title:rivers => 2503.00001
http://arxiv.org/abs/2503.00001v1&lt;br&gt; => 2503.00001v1
https://arxiv.org/abs/2503.00001&nbsp;is out => 2503.00001
https://arxiv.org/abs/2503.00001%20 => 2503.00001
https://arxiv.org/abs/2503.00001?utm_source=x&utm_medium=social => 2503.00001
https://arxiv.org/abs/2503.00001?context=cs.SD => 2503.00001
https://arxiv.org/pdf/2503.00001v2.pdf#page=7&zoom=100 => 2503.00001v2
https://arxiv.org/pdf/2503.00001.pdf&gt; => 2503.00001
https://arxiv.org/abs/cs.CL/0201082 => cs/0201082
https://arxiv.org/abs/hep-th/9901001v2 => hep-th/9901001v2
https://arxiv.org/list/cs.SD/recent => 
https://arxiv.org/a/field_a_1 =>
https://arxiv.org/category_taxonomy =>
https://info.arxiv.org/help/arxiv_identifier.html =>
https://rss.arxiv.org/rss/cs.CL =>
https://export.arxiv.org/api/query?id_list=2503.00001 =>
oai:arXiv.org:2503.00001v1 => 2503.00001v1
https://l.facebook.com/l.php?u=https%3A%2F%2Farxiv.org%2Fabs%2F2503.00001&h=AT0 => 2503.00001
https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Farxiv%2Eorg%2Fabs%2F2503%2E00001 => 2503.00001
https://urldefense.com/v3/__https://arxiv.org/abs/2503.00001__;!!Abc => 2503.00001
https://scholar.google.com/scholar_url?url=https://aclanthology.org/2024.rain-1.7.pdf&hl=en => acl:2024.rain-1.7
https://link.example/?to=https://doi.org/10.1109/TASLP.2024.1234567 => doi:10.1109/taslp.2024.1234567
https://web.archive.org/web/20250301000000/https://arxiv.org/abs/2503.00001 => 2503.00001
"""  # noqa: E501, W291

NOTHING = """
WER went from 2503.00001 to 12.3 =>
step 2503.00001: loss 0.12345 =>
lr=2503.00001e-8 =>
p = 0.00001, t(2503) = 2.1 =>
2503.00001 ± 0.00012 =>
f0 = 2503.00001 Hz =>
score: 2503.00001 =>
elapsed 2503.00001s =>
$2503.00001 and €2503.00001 =>
v2503.00001 =>
1.2503.00001 =>
2503.00001.1 =>
2503.000012 =>
2503.0001 =>
12503.00001 =>
2313.00001 =>
0.2503 0.00001 =>
tel. 2503 00001 =>
ISBN 978-3-030-58452-8 =>
10:25 03.00001 =>
3.10.2503/00001 =>
only 10.1000/1 of it =>
10.1234/ =>
10.5281/zenodo.1234567 => doi:10.5281/zenodo.1234567
doi:10.5281/zenodo.1234567 => doi:10.5281/zenodo.1234567
10.000/2024 was the price =>
it costs 10.2500/year =>
version 10.1234/56 of it =>
W19-5601 is a part number =>
build 2024.1-rc.5 =>
python 2024.acl-py.1 =>
openreview is slow today =>
arXiv is down again =>
arXiv listing 2503 =>
ACL 2024, long papers =>
doi: pending =>
See Figure 2503.00001 =>
chapter 2503.00001 =>
https://example.com/abs/2503.00001 =>
https://example.com/arxiv/2503.00001 => 2503.00001
https://vixra.org/abs/2503.0001 =>
https://chemrxiv.org/engage/chemrxiv/article-details/65a1b2c3 =>
mailto:mio@arxiv.org =>
"""


def lines() -> list[tuple[str, list[tuple[str, int | None]]]]:
    """Give each line with the (id, version) that it names, in order."""
    found = []
    for block in (TIMELINE, JAPANESE, FORMATS, NOTHING):
        for line in block.replace("\\\\", "\\").strip("\n").split("\n"):
            text, _, named = line.rpartition("=>")
            found.append((text.rstrip(), [_named(word) for word in named.split()]))
    return found


def _named(word: str) -> tuple[str, int | None]:
    if ":" in word:
        return word, None
    name, _, version = word.partition("v")
    return f"arxiv:{name}", int(version) if version else None
