"""Say what a check found, one line a sentence. Decides nothing."""

from __future__ import annotations

from reader.own_words.values import Check, Sentence, Source
from reader.phrases import say
from reader.plain import plain, shorten

WIDTH = 100
"""Columns of a sentence or a run that are shown."""


def lines(check: Check, *, most: int = 5) -> list[str]:
    """Give what a person is told, safe to print; nothing where all words are their own.

    most: sentences that are shown; the others are counted.
    """
    found = sorted(check.found, key=lambda one: one.verdict != "copied")
    told: list[str] = []
    if check.is_mostly_copied:
        told.append(say("words.mostly", n=round(100 * check.share)))
    for one in found[:most]:
        told += _sentence(one)
    if len(found) > most:
        told.append(say("words.more", n=len(found) - most))
    if check.n_unseen:
        told.append(say("words.many" if check.is_long else "words.within", n=check.n_unseen))
    return told


def where(source: Source) -> str:
    """Say where in the paper a text stands: "abstract", "p. 4"."""
    if source.where == "abstract":
        return say("words.abstract")
    if source.page is None:
        return say("words.highlight" if source.where == "highlight" else "words.passage")
    key = "words.highlight_page" if source.where == "highlight" else "words.page"
    return say(key, n=source.page)


def _sentence(one: Sentence) -> list[str]:
    place = where(one.source) if one.source else ""
    sentence = shorten(plain(one.text), WIDTH)
    if one.is_translated:
        key = "words.translated" if one.verdict == "copied" else "words.near"
        return [say(key, where=place, sentence=sentence)]
    key = "words.copied" if one.verdict == "copied" else "words.close"
    told = [say(key, where=place, sentence=sentence)]
    run = plain(one.run)
    if run and run != plain(one.text).rstrip(".。!?"):
        told.append(say("words.shared", run=shorten(run, WIDTH)))
    return told
