"""Answer as arXiv's OAI-PMH interface does, for played papers.

ListRecords in arXivRaw and the protocol's errors (github.com/arXiv/oaipmh): every error has status
200, and a list says neither how long it is nor where in it a page stands. A record has the date of
the listing of its newest version that is out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode

from reader.cli.demo.server import Catalogue, PlayedPaper, xml_text, xml_value
from reader.library.calendar import announced_at, listing_day

PAGE_SIZE = 100
"""Records on a page; arXiv has 3,500."""
EARLIEST = date(2005, 9, 16)
"""The first day that may be asked for, as at arXiv."""

_PHYSICS = ("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph",
            "nlin", "nucl-ex", "nucl-th", "physics", "quant-ph")  # fmt: skip
_OTHERS = ("cs", "econ", "eess", "math", "q-bio", "q-fin", "stat")
_CLASS = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
"""A class of arXiv's own. The API lists those of MSC and ACM among them; OAI-PMH does not."""
_ARGUMENTS = {"verb", "metadataPrefix", "from", "until", "set"}


class _OaiError(Exception):
    """A protocol error: its code, and arXiv's message."""


@dataclass(frozen=True, slots=True)
class _ListRequest:
    """A request for records. end: the last day. names: classes or archives. skip: records sent
    before."""

    start: date
    end: date
    names: tuple[str, ...]
    skip: int


def oai_answer(catalogue: Catalogue, asked: Mapping[str, str], *, url: str, now: datetime) -> bytes:
    """Answer one OAI-PMH request. asked: its arguments. url: the address of the interface."""
    try:
        question, arguments = _parse_request(asked, now)
        records = sorted(_records(catalogue, question, now), key=lambda r: (r[0], r[1].number))
        if not records:
            raise _OaiError("noRecordsMatch", "The combination of the arguments is an empty list.")
    except _OaiError as refused:
        code, said = refused.args
        return _document("<request>", f"  <error code={xml_value(code)}>{said}</error>\n", url, now)
    shown = records[question.skip : question.skip + PAGE_SIZE]
    body = "".join(_record(played, stamp, now) for stamp, played in shown)
    # A list whose last page is sent has no token.
    left = len(records) - question.skip - len(shown)
    token = ""
    if left > 0:
        more = quote(urlencode({**arguments, "skip": str(question.skip + PAGE_SIZE)}))
        midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        expires = f"{midnight:%Y-%m-%dT%H:%M:%SZ}"
        token = f"    <resumptionToken expires='{expires}'>{xml_text(more)}</resumptionToken>\n"
    attributes = "".join(f" {name}={xml_value(value)}" for name, value in arguments.items())
    lists = f"  <ListRecords>\n{body}{token}  </ListRecords>\n"
    return _document(f"<request{attributes}>", lists, url, now)


def _parse_request(asked: Mapping[str, str], now: datetime) -> tuple[_ListRequest, dict[str, str]]:
    if asked.get("verb") != "ListRecords":
        raise _OaiError("badVerb", "Only ListRecords is played.")
    arguments = dict(asked)
    if "resumptionToken" in arguments:
        if set(arguments) != {"verb", "resumptionToken"}:
            raise _OaiError("badArgument", "No other argument goes with a resumptionToken.")
        arguments = dict(parse_qsl(unquote(arguments["resumptionToken"])))
        # A token has the whole request again, and the number of records sent.
        if not arguments.get("skip", "").isdecimal():
            raise _OaiError("badResumptionToken", "The resumptionToken is invalid or expired.")
    skip = int(arguments.pop("skip", "0"))
    if "metadataPrefix" not in arguments or set(arguments) - _ARGUMENTS:
        raise _OaiError("badArgument", "An argument is missing, or unknown.")
    if arguments["metadataPrefix"] != "arXivRaw":
        raise _OaiError("cannotDisseminateFormat", "Only arXivRaw is played.")
    start = _day(arguments.get("from"), EARLIEST)
    # Days are UTC. A future day is refused only where the request names it.
    end = _day(arguments.get("until"), now.astimezone(UTC).date())
    too_late = datetime.combine(end, time.max, UTC) > now + timedelta(days=1)
    if start > end or start < EARLIEST or ("until" in arguments and too_late):
        raise _OaiError("badArgument", "The dates are in the wrong order, too early or too late.")
    return _ListRequest(start, end, _names(arguments.get("set")), skip), arguments


def _day(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError as error:
        raise _OaiError("badArgument", "A date must be YYYY-MM-DD.") from error


def _names(name: str | None) -> tuple[str, ...]:
    """Resolve the archives or classes of a set; None means all of them. Raises _OaiError."""
    if not name:
        return _OTHERS + _PHYSICS
    group, *rest = name.split(":")
    archives = _PHYSICS if group == "physics" else (group,) * (group in _OTHERS)
    if not archives or len(rest) > 2 or (rest and rest[0] not in archives):
        raise _OaiError("badArgument", "There is no such set.")
    return (".".join(rest),) if rest else archives


def _records(
    catalogue: Catalogue, question: _ListRequest, now: datetime
) -> Iterable[tuple[date, PlayedPaper]]:
    """Find the papers whose record has a date within the request; yields (date, paper)."""
    for n in range((question.end - question.start).days + 1):
        day = question.start + timedelta(days=n)
        if announced_at(day) > now:
            return
        found = catalogue.listing(day, question.names)
        # A listing may name a paper several times: new in one category, a cross-list in another.
        for played in {p.number: p for p, _ in found}.values():
            at = played.replaced_at if played.is_replaced(now) else None
            if (listing_day(at) if at else played.listed_on) == day:
                yield day, played


def _record(played: PlayedPaper, stamp: date, now: datetime) -> str:
    paper = played.paper
    classes = [c for c in paper.categories if _CLASS.fullmatch(c)]
    sets = ""
    for name in classes:
        archive = name.partition(".")[0]
        group = "physics" if archive in _PHYSICS else archive
        text = xml_text(f"{group}:{name.replace('.', ':')}")
        sets += f"\n        <setSpec>{text}</setSpec>"
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


def _versions(played: PlayedPaper, now: datetime) -> str:
    """Write all versions. Those before the newest have the date of the first one."""
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


def _document(request: str, body: str, url: str, now: datetime) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
  <responseDate>{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</responseDate>
  {request}{xml_text(url)}</request>
{body}</OAI-PMH>
""".encode()
