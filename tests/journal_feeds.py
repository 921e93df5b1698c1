"""Invented samples of journals' feeds, in the shapes that their publishers document.

Nothing here was sent by a publisher: no title, author or number is real. Where a shape prints
no DOI (IEEE Xplore, ScienceDirect, the ISCA archive), the sample prints none either.
"""

from __future__ import annotations

IEEE = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel>
<title>Invented Transactions on Gardens - new TOC</title>
<link>http://ieeexplore.ieee.org</link><description>TOC Alert for Publication# 1</description>
<item><title><![CDATA[Front Cover]]></title>
<link>https://ieeexplore.ieee.org/document/90000001/</link><description><![CDATA[]]></description>
<pubDate>TUE, 04 MAR 2031 09:17:11 -0500</pubDate><year>2031</year><startPage>C1</startPage>
<authors><![CDATA[]]></authors></item>
<item><title><![CDATA[Speech Translation in Gardens with Two Ears]]></title>
<link>https://ieeexplore.ieee.org/document/90000002/</link>
<description><![CDATA[We ask whether listening twice helps,
and where the second ear is.]]></description>
<pubDate>TUE, 04 MAR 2031 09:17:11 -0500</pubDate><year>2031</year><volume>39</volume>
<startPage>1</startPage><endPage>12</endPage><fileSize>1024</fileSize>
<authors><![CDATA[Ada Field;Bo Lind;Émile Nulle-Part;]]></authors></item>
</channel></rss>"""

SCIENCE_DIRECT = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>ScienceDirect Publication: Invented Speech</title>
<link>https://www.sciencedirect.com/journal/invented-speech</link>
<description>ScienceDirect RSS</description>
<item><title><![CDATA[Speech Recognition under a Waterfall of Words]]></title>
<link>https://www.sciencedirect.com/science/article/pii/S0000000031000015?dgcid=rss_sd_all</link>
<guid isPermaLink="false">https://www.sciencedirect.com/science/article/pii/S0000000031000015</guid>
<description><![CDATA[<p>Publication date: June 2031</p>
<p><b>Source:</b> Invented Speech, Volume 161</p>
<p>Author(s): Ada Field, Bo Lind</p>]]></description></item>
</channel></rss>"""

NATURE = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel rdf:about="http://feeds.nature.com/invented/rss/current"><title>Invented Nature</title>
<link>http://feeds.nature.com/invented/rss/current</link></channel>
<item rdf:about="https://www.nature.com/articles/s90000-031-00001-1">
<title><![CDATA[Simultaneous interpretation by listening crows]]></title>
<link>https://www.nature.com/articles/s90000-031-00001-1</link>
<content:encoded><![CDATA[<p>Invented Nature, Published online: 04 March 2031;
<a href="https://www.nature.com/articles/s90000-031-00001-1">doi:10.5555/s90000-031-00001-1</a></p>
Crows wait for the verb before they answer.]]></content:encoded>
<dc:title><![CDATA[Simultaneous interpretation by listening crows]]></dc:title>
<dc:creator>Ada Field</dc:creator><dc:creator>Bo Lind</dc:creator>
<dc:identifier>doi:10.5555/s90000-031-00001-1</dc:identifier>
<dc:source>Invented Nature, Published online: 2031-03-04;
| doi:10.5555/s90000-031-00001-1</dc:source>
<dc:date>2031-03-04</dc:date>
<prism:publicationName>Invented Nature</prism:publicationName>
<prism:doi>10.5555/s90000-031-00001-1</prism:doi>
<prism:url>https://www.nature.com/articles/s90000-031-00001-1</prism:url></item>
</rdf:RDF>"""

WILEY = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel rdf:about="https://onlinelibrary.wiley.com/journal/1"><title>Wiley: Invented Annals</title>
<link>https://onlinelibrary.wiley.com/journal/1?af=R</link></channel>
<item rdf:about="https://onlinelibrary.wiley.com/doi/10.5555/inv.31001?af=R">
<title>Speech translation for an orchard without names</title>
<link>https://onlinelibrary.wiley.com/doi/10.5555/inv.31001?af=R</link>
<description>Invented Annals, EarlyView.</description>
<content:encoded>&lt;h2&gt;ABSTRACT&lt;/h2&gt;
&lt;p&gt;We translate what nobody has named, following &lt;a
href="https://doi.org/10.5555/other.1"&gt;an earlier orchard&lt;/a&gt;.&lt;/p&gt;</content:encoded>
<dc:creator>
Ada Field,
Bo Lind</dc:creator>
<dc:identifier>10.5555/inv.31001</dc:identifier><dc:source>Invented Annals</dc:source>
<dc:date>2031-03-03T08:00:00-08:00</dc:date>
<prism:publicationName>Invented Annals</prism:publicationName>
<prism:doi>10.5555/inv.31001</prism:doi><prism:coverDate>2031-09-01</prism:coverDate></item>
</rdf:RDF>"""

PRISM = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Invented Letters</title><link>https://letters.example.org</link>
<item><title>Speech recognition for a hedge in the wind</title>
<link>https://letters.example.org/articles/1</link>
<description>A hedge says the same in all directions.</description>
<dc:creator>Ada Field</dc:creator>
<prism:publicationDate>2031-02-27</prism:publicationDate>
<prism:coverDate>2031-09-01</prism:coverDate></item>
<item><title>Speech recognition for a hedge in the rain</title>
<link>https://letters.example.org/articles/2</link>
<description>A hedge says less when it is wet.</description>
<dc:creator>Bo Lind</dc:creator>
<prism:coverDate>2031-09-01</prism:coverDate></item>
</channel></rss>"""
"""Days in PRISM's names alone: of the publication and of the issue, and of the issue alone."""

ISCA = """<!doctype html><html><body>
<a class="w3-text" href="field31_interspeech.html"><p>Speech Recognition in Gardens at Night<br>
<span class="w3-text-theme">Ada Field, Bo Lind</span></p></a>
</body></html>"""

CITATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Invented Proceedings</title>
<link>https://proceedings.example.org</link>
<item><citation_title>Live Translation of a River to Its Delta</citation_title>
<link>https://proceedings.example.org/view?article=12&amp;utm_source=rss</link>
<citation_author>Field, Ada</citation_author><citation_author>Lind, Bo</citation_author>
<citation_publication_date>2031/03/01</citation_publication_date>
<citation_abstract>Rivers speak slowly.</citation_abstract></item>
<item><citation_title>Live Translation of a Pond to Its Frogs</citation_title>
<link>https://proceedings.example.org/view?article=13&amp;utm_source=rss</link>
<citation_author>Lind, Bo</citation_author></item>
</channel></rss>"""
"""The names of Highwire's tags, as elements."""
