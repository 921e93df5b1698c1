"""Words by which the authors of a paper are told from its other lines.

The tables have words of institutions, those that are never a name's and those that are only in
names, all in small letters. `person` scores all other words.
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
technion polytechnic politecnico politécnica polytechnique studio studios
ventures partners campus program programme project initiative international national brain
google microsoft facebook amazon nvidia openai deepmind ibm intel baidu tencent alibaba noah's
adobe mozilla samsung bytedance salesforce apple yahoo twitter oracle xerox parc toyota siemens
philips hitachi toshiba fujitsu panasonic mitsubishi naver kakao rakuten hugging cohere
anthropic uber airbnb netflix spotify linkedin tiktok xiaomi sensetime megvii iflytek tsinghua
peking fudan idiap dfki fraunhofer max-planck mit cmu eth epfl inria cnrs csiro nist nasa att
at&t ntt nec nict kaist ntu nus ucl stanford harvard princeton berkeley oxford cambridge caltech
"""
# Of the words above those that are nobody's family name.
_SCHOOLS = """
university universität universitat universite université universidad universidade università
universiteit institute institut instituto istituto department departement département
departamento dipartimento faculty facultad faculté laboratory laboratories laboratoire hospital
centre center ministry foundation corporation academy committee
"""
_SUBJECTS = """
technology technologies engineering science sciences informatics informatik computing computer
computers computational mathematics mathematical physics chemistry biology medicine medical
medicinal statistics linguistics linguistic psychology economics philosophy neuroscience robotics
intelligence artificial learning systems system software hardware network networks networking
media communications communication information data database databases knowledge language
languages speech vision processing translation recognition understanding solutions services
service
"""
_ABROAD = """
univerzita univerzity uniwersytet politechnika üniversitesi yliopisto universitetet högskola
högskolan høgskole университет институт академия πανεπιστήμιο πολυτεχνείο جامعة كلية معهد دانشگاه
אוניברסיטת אוניברסיטה מכון המכללה מרכז مركز قسم رسالة أطروحة دراسة مقارنة الماجستير الدكتوراه
"""
_PARTICLES = """
e i o y 's 't af ag al av da de di do du el la le st te ur zu abu ben bin das de' del den der des
dos ibn les san ten ter uit und van von zum zur ould degli della á í
"""
_DEGREES = """
phd md msc bsc ma mba bs ms ba dr prof jr sr ii iii iv member ieee fellow student senior associate
graduate mph
mpharm mb bch mbchb mrcp frcs mbbs frcp dphil mphil facs rn esq dsc life and
"""
_ZH = """
王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧肖
程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈
丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪田任姜范范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯
邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文
左柳甘祝包符舒阮柯纪梅童凌裴霍涂苗翁冉骆蓝辛靳柴鲍喻祁蒲滕屈饶牟尤穆卓缪褚娄窦戚岑费卜晏瞿佟臧
闵苟邬卞姬栾隋刁巫寇桑甄仲虞敖巩佘迟邝麦蔺郗嵇鄢
"""
_ZH_DOUBLE = """
欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 公孙 慕容 令狐 夏侯 司徒 端木 公冶 宇文 长孙
赫连 申屠 濮阳 钟离
"""
_KO = (
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민"
    "진나지엄채원천방공현함변염여추도소석선설마길연위표명기반"
)
_KO_DOUBLE = "남궁 황보 제갈 사공 선우 서문 독고"
_JA = """
佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡邉 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村
林 斎藤 齋藤 斉藤 齊藤 清水 山崎
阿部 森 池田 橋本 山下 石川 中島 中嶋 前田 藤田 小川 後藤 岡田 長谷川 村上 近藤 石井 坂本 遠藤
青木 藤井 西村 福田 太田 三浦 岡本
藤原 松田 中川 中野 原田 小野 田村 竹内 金子 和田 中山 石田 上田 森田 原 柴田 酒井 工藤 横山 宮崎
宮本 内田 高木 安藤 島田 谷口 大野
丸山 高田 今井 河野 藤本 村田 武田 上野 杉山 増田 小山 大塚 平野 菅原 久保 千葉 松井 岩崎 桜井
木下 野口 松尾 野村 菊地 菊池 佐野 大西
杉本 新井 浜田 古川 市川 水野 小松 島 小島 吉川 山内 西田 熊谷 北村 東 川口 五十嵐 川崎 西川 松岡
浅野 飯田 桑原 川上 平田 荒木 片山
本田 久保田 大橋 関口 早川 荒井 秋山 樋口 永井 渡部 堀 土屋 須藤 矢野 石原 望月 星野 吉村 大島
尾崎 小池 黒田 東海林 榊原 安田 岩本 松村
森本 中田 大谷 内藤 関 田口 福島 福井 松下 成田 岡崎 奥村 川村 三宅 広瀬 馬場 白石 服部 早見 小田
森山 高野 平井 村井 北川 柳 篠原 岡 堀内
""".replace("\n", " ")
FAMILIES = frozenset(_JA.split())
FAMILIES_ZH = frozenset([*"".join(_ZH.split()), *_ZH_DOUBLE.split()])
FAMILIES_KO = frozenset([*_KO, *_KO_DOUBLE.split()])
"""Common family names of Japan, China and Korea."""
GRAMMAR = frozenset(_GRAMMAR.split())
"""Words that with a capital are in no name."""
ABROAD = frozenset(_ABROAD.split())
"""Words of institutions in languages whose names `person` was not fitted on; no name has them."""
SCHOOLS = ABROAD | frozenset(_SCHOOLS.split())
"""Words of institutions that are in no name."""
INSTITUTES = frozenset(_INSTITUTIONS.split()) | ABROAD
"""Words of institutions that a title seldom has."""
INSTITUTIONS = INSTITUTES | frozenset(_SUBJECTS.split())
"""The same with what institutions, and titles, are about."""
PARTICLES = frozenset(_PARTICLES.split())
DEGREES = frozenset(_DEGREES.split())

CJK_NO_NAME = re.compile(
    "大学|大學|学院|學院|学部|学科|専攻|研究|株式|会社|有限|工学|理学|科学|技術|情報|高専|専門|学校"
    "|センター|機構|協会|学会|学術|委員|部門|本部|事業|財団|法人|病院|論文|発表|資料|報告|提案|手法"
    "|概要|要旨|目次|指導|教員|教授|講師|助教|主査|副査|主任|番号|氏名|題目|所属|年度|平成|令和|昭和|年|曜|日本|時間|場所"
    "|電子|通信|システム|モデル|言語|処理|学習|関する|による|おける|ための|について|の検|の研|を用|[ぁ-ん]{4}|[\u4e00-\u9fff]の[\u4e00-\u9fff]{2}"
    "|原创|编辑|作者|来源|转载|阅读|技术|著者|執筆|公開|更新|投稿|カテゴリ|タグ"
    "|대학|학교|학과|학부|연구|논문|요약|초록|키워드|기자|입력|수정|교수|석사|박사|번역|음성|학습|모델|분류|분석"
    "|公司|实验室|系$|部$|室$|科$|院$|所$|県|都$|市$|研$|です|ます|した|する|勉強会|紹介|解説|入門"
)
