"""Test what each decision keeps for good: the line on the screen, whatever is learned later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.messages import Language, speaking
from reader.gathering.rows import sources
from reader.library.arrival import SentAct, receiving
from reader.library.folder import Library
from reader.library.paper import Mention, Post
from reader.library.rows import merges, papers
from reader.library.rows.database import Database, forget_index
from reader.morning import rows as history
from reader.morning.decide import Deciding, decide_seen
from reader.morning.pick import decide, decide_rows
from reader.morning.rank import rank_days
from reader.morning.today import keep_shown
from reader.morning.undo import undo
from reader.morning.values import Morning, PastDecision, PastMention, ShownLine
from reader.morning.why import explain
from reader.ranking.model import TITLE_WORD, start
from reader.ranking.rows import standings
from tests.mornings import at, bring, look, morning, talk
from tests.samples import DAY, NOW, a_library, paper

SPEECH, MODELS, ANTS = "Speech Translation in Gardens", "Large Language Models", "On Ants"
OWN = "speech/translation"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open a library with two own papers, a near one that two people speak of, and one of no
    topic."""
    with a_library(tmp_path) as library:
        bring(library, DAY, paper(1, SPEECH), paper(2, f"{SPEECH} 2"), paper(3, MODELS))
        bring(library, DAY, paper(4, ANTS))
        talk(library, DAY, 3, "Cy", "Di")
        yield library


def see(library: Library) -> Morning:
    return look(library, DAY, may_fold=False)


def then(library: Library, row: int) -> PastDecision:
    found = history.past_decision(library.db, row)
    assert found is not None
    return found


def n_kept(library: Library) -> int:
    row = library.db.read_one("SELECT count(*) AS n FROM decided")
    return int(row["n"]) if row else 0


def learn_otherwise(library: Library) -> None:
    """Change every score by models that learned something else, and rank all papers anew."""
    [topic] = [t for t in library.config.topics if t.path == OWN]
    model = replace(start(topic), title_word=TITLE_WORD + 0.5).to_text()
    standings.keep(library.db, [standings.StoredModel(f"topic {OWN}", "now", model)])
    with library.db.writing():
        library.db.execute("DELETE FROM idx.ranked")
    rank_days(library, DAY)


def test_a_pick_keeps_what_the_list_showed(library: Library) -> None:
    shown = see(library)
    decide_rows(library, "pick", [2])
    entry = shown.own[1]
    assert entry.paper.row == 2
    line = ShownLine("own", 2, OWN, entry.score, str(entry.why), entry.terms, models="words")
    assert then(library, 2) == PastDecision("pick", DAY, DAY, line)


def test_a_skip_of_the_near_lane_keeps_who_said_what_and_the_votes(library: Library) -> None:
    listed = Post("list", "", "", "", NOW, (Mention(paper(3).id),), n_votes=12)
    sources.add_posts(library.db, [listed], source="timeline", on=DAY)
    [entry] = see(library).near
    decide_rows(library, "skip", [3])
    # More is said of it later.
    talk(library, DAY, 3, "Ed", "Flo")
    line = then(library, 3).line
    assert (line.lane, line.position, line.n_votes, line.terms) == ("near", 1, 12, entry.terms)
    assert line.mentions == (
        PastMention("Cy", DAY, "Read this."),
        PastMention("Di", DAY, "Read this."),
    )


def test_the_line_shown_last_is_kept(library: Library) -> None:
    see(library)
    talk(library, DAY, 3, "Ed")
    see(library)
    decide_rows(library, "pick", [3])
    assert [m.author for m in then(library, 3).line.mentions] == ["Cy", "Di", "Ed"]


def test_learning_and_a_rebuild_do_not_change_a_kept_line(library: Library, tmp_path: Path) -> None:
    see(library)
    decide_rows(library, "pick", [1])
    before, kept = explain(library, papers.papers_at(library.db, [1])[0]), then(library, 1)
    learn_otherwise(library)
    after = explain(library, papers.papers_at(library.db, [1])[0])
    assert after.score > before.score
    assert then(library, 1) == kept
    assert kept.line.score == pytest.approx(before.score, abs=1e-4)
    library.db.close()
    forget_index(tmp_path)
    with Database(tmp_path) as db:
        assert history.past_decision(db, 1) == kept


def test_a_decision_after_a_rebuild_still_has_what_was_shown_before_it(
    library: Library, tmp_path: Path
) -> None:
    entry = see(library).own[0]
    library.db.close()
    forget_index(tmp_path)
    with replace(library, db=Database(tmp_path)) as again:
        decide_rows(again, "pick", [1])
        assert then(again, 1).line.sentence == str(entry.why)


def test_every_way_to_decide_keeps_the_line(library: Library) -> None:
    shown = see(library)
    several = Deciding(library, {e.paper.row: e.paper for e in shown.entries})
    several.decide("pick", 1)
    several.skip_all([2])
    decide(library, "skip", [paper(3).id])
    assert [then(library, row).line.lane for row in (1, 2, 3)] == ["own", "own", "near"]
    assert [then(library, row).kind for row in (1, 2, 3)] == ["pick", "skip", "skip"]
    decide_seen(library, "pick", paper(2).id, "skip")
    assert then(library, 2).kind == "pick"
    assert n_kept(library) == 4


def test_a_paper_that_no_list_showed_is_kept_with_its_ranks(library: Library) -> None:
    rank_days(library, DAY)
    decide_rows(library, "pick", [1, 4])
    line = then(library, 1).line
    assert (line.lane, line.position, line.topic, line.sentence) == (None, None, OWN, "")
    assert [(t.kind, t.what) for t in line.terms if t.value > 0] == [
        ("title", "speech translation")
    ]
    assert then(library, 4) == PastDecision(
        "pick", DAY, None, ShownLine(None, None, "", None, models="words")
    )


def test_a_list_from_before_lines_were_kept_still_gives_the_place(library: Library) -> None:
    see(library)
    with library.db.writing():
        library.db.execute("DELETE FROM lines")
    decide_rows(library, "pick", [2, 3])
    kept = then(library, 2)
    assert (kept.day, kept.line.lane, kept.line.position, kept.line.topic) == (DAY, "own", 2, OWN)
    assert kept.line.score is not None
    assert then(library, 3).line.position == 1


def test_undo_keeps_the_line_and_the_next_decision_has_its_own(library: Library) -> None:
    see(library)
    decide_rows(library, "skip", [1])
    undo(library)
    assert history.past_decision(library.db, 1) is None
    assert n_kept(library) == 1
    decide_rows(library, "pick", [1])
    assert (then(library, 1).kind, n_kept(library)) == ("pick", 2)


def test_a_failed_decision_keeps_no_line(library: Library) -> None:
    see(library)

    def fail() -> None:
        with library.db.writing():
            decide_rows(library, "pick", [1])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (n_kept(library), history.past_decision(library.db, 1)) == (0, None)


def test_a_late_decision_keeps_the_line_of_its_own_day(library: Library) -> None:
    see(library)
    after = at(library, DAY + timedelta(days=2))
    with library.db.writing():
        library.db.execute(
            "INSERT INTO lines SELECT ?, paper, 'doubtful', 9, topic, score, 'later', terms,"
            " mentions, n_votes, models FROM lines WHERE paper = 1",
            ((DAY + timedelta(days=2)).isoformat(),),
        )
    made = NOW + timedelta(hours=1)
    sent = SentAct("a" * 16, made, after.now())
    decide_seen(receiving(library, sent), "pick", paper(1).id, "candidate")
    kept = then(library, 1)
    assert (kept.on, kept.day, kept.line.lane) == (DAY, DAY, "own")


def test_kept_lines_follow_a_merge_and_a_split(library: Library) -> None:
    see(library)
    decide_rows(library, "pick", [2])
    kept = then(library, 2)
    merge = merges.join(library.db, 1, 2, why="by hand", on=DAY)
    assert then(library, 1) == kept
    [found] = [m for m in merges.merges_of(library.db, 1) if m.id == merge]
    merges.part(library.db, found, why="by hand", on=DAY)
    assert then(library, 2) == kept
    assert history.past_decision(library.db, 1) is None


def test_lines_are_deleted_after_sixty_days_and_kept_ones_stay(library: Library) -> None:
    see(library)
    decide_rows(library, "pick", [1])
    kept = then(library, 1)
    late = DAY + timedelta(days=61)
    bring(library, late, paper(9, f"{SPEECH} 9"))
    look(library, late, may_fold=False)
    days = {row["day"] for row in library.db.read("SELECT day FROM lines")}
    assert days == {late.isoformat()}
    assert then(library, 1) == kept


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_list_that_shows_the_same_again_writes_nothing(
    library: Library, language: Language
) -> None:
    see(library)
    with speaking(language):
        found = morning(library, DAY)
    before = [tuple(row) for row in library.db.read("SELECT rowid, * FROM lines")]
    keep_shown(library, found)
    assert [tuple(row) for row in library.db.read("SELECT rowid, * FROM lines")] == before


def test_a_read_only_library_shows_kept_lines_and_keeps_no_others(
    library: Library,
) -> None:
    see(library)
    decide_rows(library, "pick", [1])
    kept = then(library, 1)
    talk(library, DAY, 3, "Ed")
    library.db.can_write = False
    see(library)
    assert explain(library, papers.papers_at(library.db, [1])[0]).past == kept
    names = library.db.read("SELECT mentions FROM lines WHERE paper = 3")[0]["mentions"]
    assert "Ed" not in names
