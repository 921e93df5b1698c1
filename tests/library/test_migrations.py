"""Test that a released step of the layout is never changed."""

from __future__ import annotations

import hashlib
import inspect

import pytest

from reader.library.rows.first_layouts import FUNCTIONS, family_fold, fold_name, title_fold
from reader.library.rows.migrations import MIGRATIONS

FROZEN = {
    "m001_first_tables": "e48b61cc221a",
    "m002_posts_kinds": "a455960d06e0",
    "m003_merges": "35c0efc3abd9",
    "m004_citations": "8eea14b7cc6a",
    "m005_batches": "5dcc1b8696a7",
    "m006_pdfs": "87e52081a145",
    "m007_filings": "ecccff46b356",
    "m008_years": "6fcd2d42bec0",
    "m009_files": "adafb754cfff",
    "m010_ink": "21d79fb39430",
    "m011_lessons": "a282be77b8fa",
    "m012_reviews": "180d95cded7f",
    "m013_drafts": "d0ddc8fe9b46",
    "m014_pages": "9ccdedade81d",
    "m015_arrivals": "50442cd18a39",
    "m016_decided": "879062dd3474",
    "m017_queue": "3e5b33d600ec",
    "m018_place_history": "807fc7ff598b",
    "m019_versions": "bcdb560c3bdd",
    "m020_reasons": "f213789ed967",
    "m021_votes": "6b6b9dc8ce4e",
    "m022_trash": "1b8a088acb3e",
    "m023_imports": "86753d8eca2b",
    "m024_loose_notes": "b12d5b9c4b8d",
    "m025_tags": "911a29ed5ab0",
    "m026_mutes": "a47dc24535f1",
    "m027_fields": "3686c5cf53ea",
    "m028_reading_places": "39b046a9b30f",
    "m029_marks": "adf8b69eaac8",
    "m030_guesses": "ea977665aac6",
    "m031_handed": "fe263684e14c",
    "m032_replaced_pdfs": "55091e0beda0",
    "m033_used_ids": "22060f1c98a0",
    "m034_drawn_on": "13cd6c86e33a",
    "title_fold": "c54c55c45454",
    "family_fold": "8fa676e0102c",
    "fold_name": "e2432c3d742f",
}
"""The first letters of what hashes the SQL of a step, blanks aside, or a function that it calls.

Steps are only added, with their line here: each library out there has applied some of them.
"""


def hash_of(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def test_steps_are_frozen() -> None:
    found = {name: hash_of(" ; ".join(statements)) for name, statements in MIGRATIONS}
    found |= {f.__name__: hash_of(inspect.getsource(f)) for f in FUNCTIONS}
    assert found == FROZEN


@pytest.mark.parametrize(
    ("title", "fold"),
    [
        ("Speech Translation: a Survey", "speechtranslationasurvey"),
        (r"$\varepsilon$-greedy \emph{bandits} &amp; <i>regret</i>", "εgreedybanditsregret"),
        (r"M{\"u}ller's naïve Bayes ﬁlter", "mullersnaivebayesfilter"),
        ("音声翻訳のサーベイ", "音声翻訳のサーベイ"),
        ("", ""),
    ],
)
def test_titles_fold_as_they_did_in_layout_3(title: str, fold: str) -> None:
    assert title_fold(title) == fold


@pytest.mark.parametrize(
    ("author", "fold"),
    [
        ("Ada Pond", "pond"),
        ("Pond, Ada", "pond"),
        ("Watanabe S", "watanabe"),
        ("J.-L. Müller Jr.", "muller"),
        ("García Perera, Paola", "perera"),
        ("稲熊 寛文", "稲熊寛文"),
        ("Søren Łoś (ETH)", "los"),
        ("JL O'Neil", "oneil"),
        ("WU, LI", "wu"),
        ("---", "---"),
    ],
)
def test_families_fold_as_they_did_in_layout_3(author: str, fold: str) -> None:
    assert family_fold(author) == fold


def test_names_fold_as_they_did_in_layout_7() -> None:
    assert fold_name("Größe") == fold_name("GRO\u0308SSE") == "grösse"
