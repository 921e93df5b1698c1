"""Test arXiv's classes: an unknown name is reported with the nearest one."""

from __future__ import annotations

import pytest

from reader.library.config import CLASSES, QUIET, nearest_class, unknown_class_text
from reader.library.feeds_file import parse

TOPIC = '[topics.a]\nwords = ["x"]\n'


def test_arxivs_own_classes_are_here() -> None:
    assert len(CLASSES) == 155
    assert {"cs.CL", "cs.GL", "eess.AS", "hep-th", "math-ph", "physics.ao-ph"} <= CLASSES
    assert QUIET < CLASSES
    assert not QUIET & {"cs.CL", "cs.SD", "eess.AS", "cs.LG", "cs.AI"}


@pytest.mark.parametrize(
    ("name", "near"),
    [("eess.ASS", "eess.AS"), ("cs.cl", "cs.CL"), ("cs.CLL", "cs.CL"), ("stat-ML", "stat.ML"),
     ("cond-mat.softt", "cond-mat.soft"), ("xyzzy", "")],
)  # fmt: skip
def test_an_unknown_class_has_a_nearest_one(name: str, near: str) -> None:
    assert nearest_class(name) == near
    assert str(unknown_class_text(name)).endswith(f"Did you mean {near}?" if near else "for it.")


def test_an_archive_is_no_class_and_its_classes_are_named() -> None:
    assert str(unknown_class_text("cs")) == (
        "feeds.toml: cs is not a single category of arXiv, so nothing is asked for it."
        " Name the categories: cs.AI, cs.AR, cs.CC, …"
    )


def test_unknown_classes_are_kept_apart() -> None:
    arxiv = parse(f'[arxiv]\ncategories = ["eess.ASS", "cs.CL"]\n{TOPIC}').arxiv
    assert (arxiv.categories, arxiv.unknown) == (("cs.CL",), ("eess.ASS",))
