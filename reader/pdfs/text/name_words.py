"""Words by which the authors of a paper are told from its other lines.

The tables have words that are never a name's, and those that are only in names, in small letters
except the acronyms.
"""

from __future__ import annotations

import re

# Without words that with a capital are names: An, To, You, In, So, Can and Do.
_GRAMMAR = """
the of for with from was are were we our this that these its using via toward towards based when
what why which into between without about through your
"""
_INSTITUTIONS = """
university universität universitat universite université universidad universidade università
universiteit universitet univ institute institut instituto istituto institution department dept
departement département departamento dipartimento school schule college faculty facultad faculté
laboratory laboratories laboratoire lab labs center centre centro centrum research corporation
corp inc ltd gmbh llc company co academy academia hospital clinic ministry division group team
foundation society association organization organisation agency bureau office congress publisher
archive archives senate council consortium committee commission museum library libraries press
ecole école escola escuela hochschule tech unit foundry observatory trust affiliations publishers
technology technologies technion polytechnic politecnico politécnica polytechnique engineering
science sciences informatics informatik computing computer computers computational mathematics
mathematical physics chemistry biology medicine medical medicinal statistics linguistics
linguistic psychology economics philosophy neuroscience robotics intelligence artificial
learning systems system software hardware network networks networking media communications
communication information data database databases knowledge language languages speech vision
processing translation recognition understanding solutions services service studios studio
ventures partners campus program programme project initiative international national brain
google microsoft facebook amazon nvidia openai deepmind ibm intel baidu tencent alibaba noah's
adobe mozilla samsung bytedance salesforce apple yahoo twitter oracle xerox parc toyota siemens
philips hitachi toshiba fujitsu panasonic mitsubishi naver kakao rakuten hugging cohere
anthropic uber airbnb netflix spotify linkedin tiktok xiaomi sensetime megvii iflytek tsinghua
peking fudan idiap dfki fraunhofer max-planck mit cmu eth epfl inria cnrs csiro nist nasa att
at&t ntt nec nict kaist ntu nus ucl stanford harvard princeton berkeley oxford cambridge caltech
"""
_ADDRESSES = """
street st. road avenue ave drive boulevard blvd square floor building bldg room suite p.o. pobox
zip city state province county district usa u.s.a uk u.k china japan germany india canada korea
singapore australia switzerland netherlands italy spain sweden norway denmark finland poland
austria belgium brazil mexico taiwan russia turkey greece portugal scotland europe africa asia
america kingdom states republic california york texas massachusetts pennsylvania
"""
_IMPRINT = """
abstract introduction keywords contents chapter section appendix figure table references
acknowledgements acknowledgments summary paper article journal proceedings conference workshop
symposium transactions letters magazine review reviews survey report technical technote thesis
dissertation lecture lectures notes tutorial slides presentation seminar draft preprint
manuscript version revision revised received accepted published copyright volume vol issue pages
doi issn isbn arxiv license open access original online available editor editors edited
supplementary supplement material supporting correspondence corresponding author authors email
e-mail mail tel phone fax url homepage contact equal contribution contributed january february
march july september october november december monday tuesday wednesday thursday friday saturday
sunday professor supervisor advisor adviser examiner supervised advised degree doctor doctoral
master bachelor submitted partial fulfillment fulfilment requirements candidate independent
dear trabajo máster maestría mémoire laurea researcher researchers scientist scientists engineer
engineers director manager officer lecturer analyst principal chief invoice accounts payable vat
id note memo part semester anonymous submission form consent thèse doctorat tesis tese doktor
doktors doktor-ingenieur doktor-ingenieurs docteur doutor dottore proefschrift accademico
"""
_TITLES = """
neural model models method methods analysis approach framework algorithm algorithms learning
training application applications evaluation implementation theory efficient automatic
end-to-end attention transformer transformers representation representations generation
detection classification estimation optimization
"""
_PARTICLES = """
e i o y 's 't af ag al av da de di do du el la le st te ur zu abu ben bin das de' del den der des
dos ibn les san ten ter uit und van von zum zur ould degli della á í
"""
_DEGREES = """
phd md msc bsc ma mba bs ms ba dr prof jr sr ii iii iv member ieee fellow student senior associate
graduate mph
mpharm mbbs frcp dphil mphil facs rn esq dsc life and
"""
_PLACES = """
argentina, armenia, bangladesh, belarus, bulgaria, chile, colombia, croatia, cuba, cyprus, czechia,
czech republic, egypt, estonia, ethiopia, france, georgia, ghana, hungary, iceland, indonesia,
iran, iraq, ireland, israel, jordan, kenya, latvia, lithuania, luxembourg, malaysia, malta,
morocco, nepal, nigeria, pakistan, peru, philippines, qatar, romania, serbia, slovakia, slovenia,
south korea, thailand, tunisia, uganda, ukraine, uruguay, vietnam, wales,
abu dhabi, ann arbor, buenos aires, cape town, chapel hill, costa rica, el paso, great britain,
ho chi minh, hong kong, kuala lumpur, la jolla, las vegas, los angeles, menlo park, mountain
view, new delhi, new haven, new jersey, new york, new zealand, palo alto, puerto rico, redmond
wa, rio de janeiro, salt lake, san diego, san francisco, san jose, santa barbara, santa cruz,
sao paulo, saudi arabia, south africa, sri lanka, st louis, st. louis, são paulo, tel aviv, viet
nam
"""
_ACRONYMS = "AI ML NLP LLM LLMS ASR MT TTS IT US EU VR AR 3D 2D CNN RNN GPU"

NO_NAMES = frozenset(" ".join([_GRAMMAR, _INSTITUTIONS, _ADDRESSES, _IMPRINT, _TITLES]).split())
"""Words that are in no name. "May", "April", "June" and "August" are left out, as names."""
MAYBE_NAMES = frozenset(" ".join([_ADDRESSES, _IMPRINT]).split())
"""Those of them that may be one of a person's several names, as Brazil, Phone and Sunday."""
INSTITUTIONS = frozenset(_INSTITUTIONS.split())
PARTICLES = frozenset(_PARTICLES.split())
DEGREES = frozenset(_DEGREES.split())
PLACES = frozenset(" ".join(_PLACES.split()).split(", "))
ACRONYMS = frozenset(_ACRONYMS.split())

ABSTRACT_NOUN = re.compile(
    "[a-z]{2,}(?:[ai]tions?|ctions?|[sz]ations?|sions?|ology|ologies|ography|bilit(?:y|ies)|istics?"
    "|[nt]ional|icals?|ative|ematics|ometric|aware|based|driven|supervised|guided|wissenschaft(?:en)?)"
    "|(?!mc)[a-z]{5,}(?:ness|ments?)"
)
"""Words of titles and institutions by their endings, which no name has."""

CJK_NO_NAME = re.compile(
    "大学|大學|学院|學院|学部|学科|専攻|研究|株式|会社|有限|工学|理学|科学|技術|情報|高専|専門|学校"
    "|センター|機構|協会|学会|学術|委員|部門|本部|事業|財団|法人|病院|論文|発表|資料|報告|提案|手法"
    "|概要|要旨|目次|指導|教員|教授|講師|助教|主査|副査|主任|番号|氏名|題目|所属|年度|平成|令和|昭和|年|曜|日本|時間|場所"
    "|電子|通信|システム|モデル|言語|処理|学習|関する|による|おける|ための|について|の検|の研|を用|[ぁ-ん]{4}|[\u4e00-\u9fff]の[\u4e00-\u9fff]{2}"
    "|公司|实验室|系$|部$|室$|科$|院$|所$|県|都$|市$|研$|です|ます|した|する|勉強会|紹介|解説|入門"
)
