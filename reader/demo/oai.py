"""Answer OAI-PMH as arXiv's own server does (github.com/arXiv/oaipmh), from played papers.

ListRecords in arXivRaw, and the errors of the protocol; every error comes with status 200,
and a list says neither how long it is nor where in it a page stands. A record is stamped
with the listing of its newest version that is out. This knows nothing of sockets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode

from reader.announcement import announced_at, listing_day
from reader.demo.atom import xml_text, xml_value
from reader.demo.catalogue import Catalogue, Played

PAGE_SIZE = 100
"""Records a page; arXiv's are of 3,500."""
EARLIEST = date(2005, 9, 16)

_PHYSICS = ("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph",
            "nlin", "nucl-ex", "nucl-th", "physics", "quant-ph")  # fmt: skip
_OTHERS = ("cs", "econ", "eess", "math", "q-bio", "q-fin", "stat")
_CLASS = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
"""What is one of arXiv's own: the API lists those of MSC and ACM among them, OAI-PMH apart."""
_ARGUMENTS = {"verb", "metadataPrefix", "from", "until", "set"}


class _Refused(Exception):
    """A protocol error: its code, and what arXiv says of it."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A list asked for: days, classes or archives, and how many records were sent before."""

    start: date
    end: date
    names: tuple[str, ...]
    skip: int


def oai_answer(catalogue: Catalogue, asked: Mapping[str, str], *, url: str, now: datetime) -> bytes:
    """Answer one request. asked: its arguments; url: the interface's own address."""
    try:
        question, arguments = _question(asked, now)
        records = sorted(_records(catalogue, question, now), key=lambda r: (r[0], r[1].number))
        if not records:
            raise _Refused("noRecordsMatch", "The combination of the arguments is an empty list.")
    except _Refused as refused:
        code, said = refused.args
        return _document("<request>", f"  <error code={xml_value(code)}>{said}</error>\n", url, now)
    shown = records[question.skip : question.skip + PAGE_SIZE]
    body = "".join(_record(played, stamp, now) for stamp, played in shown)
    left = len(records) - question.skip - len(shown)
    token = _token({**arguments, "skip": str(question.skip + PAGE_SIZE)}, now) if left > 0 else ""
    attributes = "".join(f" {name}={xml_value(value)}" for name, value in arguments.items())
    lists = f"  <ListRecords>\n{body}{token}  </ListRecords>\n"
    return _document(f"<request{attributes}>", lists, url, now)


def _question(asked: Mapping[str, str], now: datetime) -> tuple[_Question, dict[str, str]]:
    if asked.get("verb") != "ListRecords":
        raise _Refused("badVerb", "Only ListRecords is played.")
    arguments = dict(asked)
    if "resumptionToken" in arguments:
        if set(arguments) != {"verb", "resumptionToken"}:
            raise _Refused("badArgument", "No other argument goes with a resumptionToken.")
        arguments = dict(parse_qsl(unquote(arguments["resumptionToken"])))
        if not arguments.get("skip", "").isdecimal():
            raise _Refused("badResumptionToken", "The resumptionToken is invalid or expired.")
    skip = int(arguments.pop("skip", "0"))
    if "metadataPrefix" not in arguments or set(arguments) - _ARGUMENTS:
        raise _Refused("badArgument", "An argument is missing, or unknown.")
    if arguments["metadataPrefix"] != "arXivRaw":
        raise _Refused("cannotDisseminateFormat", "Only arXivRaw is played.")
    start = _day(arguments.get("from"), EARLIEST)
    end = _day(arguments.get("until"), now.astimezone(UTC).date())
    too_late = datetime.combine(end, time.max, UTC) > now + timedelta(days=1)
    if start > end or start < EARLIEST or ("until" in arguments and too_late):
        raise _Refused("badArgument", "The dates are in the wrong order, too early or too late.")
    return _Question(start, end, _names(arguments.get("set")), skip), arguments


def _day(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError as error:
        raise _Refused("badArgument", "A date must be YYYY-MM-DD.") from error


def _names(name: str | None) -> tuple[str, ...]:
    """Give the archives or classes of a set; None means all of them."""
    if not name:
        return _OTHERS + _PHYSICS
    group, *rest = name.split(":")
    archives = _PHYSICS if group == "physics" else (group,) * (group in _OTHERS)
    if not archives or len(rest) > 2 or (rest and rest[0] not in archives):
        raise _Refused("badArgument", "There is no such set.")
    return (".".join(rest),) if rest else archives


def _records(
    catalogue: Catalogue, question: _Question, now: datetime
) -> Iterable[tuple[date, Played]]:
    """Give the papers stamped within the days asked for, each with its stamp."""
    for n in range((question.end - question.start).days + 1):
        day = question.start + timedelta(days=n)
        if announced_at(day) > now:
            return
        found = catalogue.listing(day, question.names)
        for played in {p.number: p for p, _ in found}.values():
            if _stamp(played, now) == day:
                yield day, played


def _stamp(played: Played, now: datetime) -> date:
    at = played.replaced_at
    return listing_day(at) if at and played.is_replaced(now) else played.listed_on


def _token(arguments: Mapping[str, str], now: datetime) -> str:
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    token = xml_text(quote(urlencode(arguments)))
    expires = f"{midnight:%Y-%m-%dT%H:%M:%SZ}"
    return f"    <resumptionToken expires='{expires}'>{token}</resumptionToken>\n"


def _record(played: Played, stamp: date, now: datetime) -> str:
    paper = played.paper
    classes = [c for c in paper.categories if _CLASS.fullmatch(c)]
    sets = "".join(f"\n        <setSpec>{_set_of(c)}</setSpec>" for c in classes)
    doi = next((name[4:] for name in paper.ids if name.startswith("doi:")), "")
    fields = {
        "title": paper.title,
        "authors": ", ".join(paper.authors),
        "categories": " ".join(classes),
        "comments": paper.comment,
        "doi": doi,
        "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        "abstract": paper.abstract,
    }
    written = "".join(
        f"\n          <{name}>{xml_text(text)}</{name}>" for name, text in fields.items() if text
    )
    submitter = xml_text(next(iter(paper.authors), ""))
    return f"""    <record>
      <header>
        <identifier>oai:arXiv.org:{xml_text(played.number)}</identifier>
        <datestamp>{stamp}</datestamp>{sets}
      </header>
      <metadata>
        <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
          <id>{xml_text(played.number)}</id>
          <submitter>{submitter}</submitter>{_versions(played, now)}{written}
        </arXivRaw>
      </metadata>
    </record>
"""


def _versions(played: Played, now: datetime) -> str:
    """Write all versions; of those between the first and the newest the dates are made up."""
    newest = played.version(now)
    dates = [played.submitted_at] * (newest - 1) + [played.updated_at(now)]
    return "".join(
        f"""
          <version version="v{n}">
            <date>{at.astimezone(UTC):%a, %d %b %Y %H:%M:%S} GMT</date>
            <size>{100 + n}kb</size>
          </version>"""
        for n, at in enumerate(dates, 1)
    )


def _set_of(category: str) -> str:
    archive = category.partition(".")[0]
    group = "physics" if archive in _PHYSICS else archive
    return xml_text(f"{group}:{category.replace('.', ':')}")


def _document(request: str, body: str, url: str, now: datetime) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
  <responseDate>{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</responseDate>
  {request}{xml_text(url)}</request>
{body}</OAI-PMH>
""".encode()
