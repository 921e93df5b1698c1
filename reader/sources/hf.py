"""Read Hugging Face's daily papers: arXiv papers with the votes that they got.

`https://huggingface.co/api/daily_papers`. Nobody says anything there: the entries are a
list's, without author. An archive of the list keeps each entry as the text of a Python
dict; that form is read too.
"""

from __future__ import annotations

import ast
import re

from reader.ids import parse_id
from reader.paper import Mention, Paper, Post
from reader.phrases import say
from reader.plain import plain
from reader.sources.json_answer import Thing, count, inner, moment_of, not_this, objects, read_json
from reader.sources.json_answer import text as field


def read_hf(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read the day's papers as posts of nobody, with their votes, in the list's order."""
    posts = {}
    for entry in _entries(content, source, content_type):
        paper = inner(entry, "paper") or entry
        id_ = _id(paper)
        title = plain(field(paper, "title") or field(entry, "title"))
        at = moment_of([field(paper, "submittedOnDailyAt"), field(entry, "publishedAt")])
        posts[field(paper, "id")] = Post(
            guid=plain(field(paper, "id")) or title,
            author="",
            text=title,
            url=f"https://huggingface.co/papers/{plain(field(paper, 'id'))}",
            posted_at=at,
            mentions=(Mention(id_),) if id_ else (),
            n_votes=count(paper, "upvotes"),
        )
    return tuple(posts.values())


def hf_papers(content: bytes, *, source: str, content_type: str = "") -> tuple[Paper, ...]:
    """Read what the list says of each paper, so that none need be looked up.

    Without arXiv's classes and comment, which the list does not have.
    """
    found = {}
    for entry in _entries(content, source, content_type):
        paper = inner(entry, "paper") or entry
        id_, title = _id(paper), plain(field(paper, "title"))
        day = moment_of([field(paper, "publishedAt")])
        if id_ and title:
            found[id_] = Paper(
                ids=(id_,),
                title=title,
                authors=tuple(
                    name for a in objects(paper.get("authors")) if (name := plain(field(a, "name")))
                ),
                abstract=plain(field(paper, "summary")),
                published_on=day.date() if day else None,
            )
    return tuple(found.values())


def _id(paper: Thing) -> str:
    found = parse_id(field(paper, "id"))
    return found.id if found and found.id.startswith("arxiv:") else ""


def _entries(content: bytes, source: str, content_type: str) -> list[Thing]:
    answer = read_json(content, source=source, content_type=content_type)
    listed = answer if isinstance(answer, list) else []
    entries = objects([_python(item) if isinstance(item, str) else item for item in listed])
    entries = [e for e in entries if field(inner(e, "paper") or e, "id")]
    if not isinstance(answer, list) or (listed and not entries):
        raise not_this(source, say("kind_of.hf"))
    return entries


# Only what a dict of texts and numbers is made of: the parser of Python must never see
# foreign text that holds anything else (a thousand brackets or minus signs stop it).
_TOKEN = re.compile(
    r"""(?P<open>[\[{]) | (?P<close>[\]}]) | [,:]\s* | \s+ | True|False|None
    | -?\d{1,15}(?:\.\d{1,15})?
    | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" """,
    re.VERBOSE,
)
_DEEPEST = 20


def _python(text: str) -> object:
    """Read a Python dict that was written into JSON as text; None if it is anything else."""
    position = depth = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        depth += bool(token["open"]) - bool(token["close"])
        if not 0 <= depth <= _DEEPEST:
            return None
        position = token.end()
    try:
        found: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return found
