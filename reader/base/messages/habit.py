"""Texts of the habit: recall, the week, statistics, sharing, days off."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "balance.starving": "{theme} had {n} of {total:paper|papers} written up in {days:day|days}:"
    " its turn?",
    "balance.themes": "{n:own theme|own themes} in feeds.toml ({names}): two are what a morning"
    " holds. A lane of near keeps the others in sight.",
    "recall.question": "What is the problem, the idea, the evidence, and what do you doubt?",
    "recall.under": "What did you write under {names}?",
    "recall.not_written": "It has no note of two sentences: {title}",
    "recall.write": "A note comes back once it is written: reader note ID",
    "month.1": "Jan",
    "month.2": "Feb",
    "month.3": "Mar",
    "month.4": "Apr",
    "month.5": "May",
    "month.6": "Jun",
    "month.7": "Jul",
    "month.8": "Aug",
    "month.9": "Sep",
    "month.10": "Oct",
    "month.11": "Nov",
    "month.12": "Dec",
    "weekday.0": "Mo",
    "weekday.1": "Tu",
    "weekday.2": "We",
    "weekday.3": "Th",
    "weekday.4": "Fr",
    "weekday.5": "Sa",
    "weekday.6": "Su",
    "weekday.long.0": "Monday",
    "weekday.long.1": "Tuesday",
    "weekday.long.2": "Wednesday",
    "weekday.long.3": "Thursday",
    "weekday.long.4": "Friday",
    "weekday.long.5": "Saturday",
    "weekday.long.6": "Sunday",
    "day.long": "{weekday} {day}",
    "day.short": "{weekday:.3} {day:%m-%d}",
    "stats.less": "less",
    "stats.more": "more",
    "stats.frozen": "day off, or near a deadline",
    "stats.square": "{day}: {n:paper|papers} written up",
    "share.figure": "First figure",
    "share.page": "p. {page}",
    "share.pages": "pp. {n}",
    "share.several": "{n:paper|papers}",
    "share.week": "Papers of the week, {first} to {last}",
    "share.no_highlight": "There is no highlight {n}; the paper has {of}.",
    "share.see_highlights": "`reader highlights {id}` shows them with their numbers.",
    "help.recall": """Earlier notes come back: remember first, then look, then grade with one key.

    Notes of two sentences or more, from the day after they were written; never more a day
    than feeds.toml says (recall.a_day), none near a deadline and on days off: they wait.
    ID: ask about these now. --grade: keep a grade without asking, for scripts.""",
    "option.grade": "Keep this grade for the papers named.",
    "option.recall_undo": "Take back the last grade.",
    "recall.options": "--grade needs an ID, and --undo takes neither.",
    "recall.options.hint": "reader recall ID --grade good, or reader recall --undo",
    "recall.no_grade": "There is no grade to take back.",
    "recall.elsewhere": "Graded in another window meanwhile: {title}",
    "recall.again": "any key tries again · q end",
    "recall.undone": "Taken back ({grade}): {title}",
    "recall.1": "again",
    "recall.2": "hard",
    "recall.3": "good",
    "recall.4": "easy",
    "recall.head": "RECALL  {due} due, {new} new",
    "recall.head_named": "RECALL  {n:note|notes}",
    "recall.nothing": "Nothing comes back today; {n} recalled.",
    "recall.day_off": "A day off: notes wait, and come back a few a day afterwards.",
    "recall.deadline": "Recall pauses until {name} ({on}): notes wait, and come back a few a day"
    " afterwards.",
    "recall.wrote": "written {n:day|days} ago",
    "recall.wrote_today": "written today",
    "recall.seen_today": "recalled today",
    "recall.seen": "recalled {n:day|days} ago",
    "recall.reveal": "[{n}/{of}] Say it, then any key shows your words (l later · u undo · q end)",
    "recall.choice": "{key} {grade} ({n} d)",
    "recall.keys": "l later · u undo · o open · q end",
    "recall.graded": "{grade}: comes back {on}, in {n:day|days}.",
    "recall.end": "{n} recalled, {left} left for later.",
    "help.week": """Look back on a week: what you read by theme, in your own key sentences.

    Also new links between notes, and what you skipped and people talked about afterwards, or
    that is like what you picked. Of a pick that waits for two weeks (reader.queue_days) it asks
    once: read it, or let it go.""",
    "option.week_on": "The week of this day, Monday to Sunday.",
    "week.head": "WEEK  {first} to {last} · {written} written, {skimmed} skimmed",
    "week.nothing": "Nothing noted. The week before: reader week --on {before}",
    "week.no_theme": "no theme",
    "week.links": "NEW LINKS",
    "week.regrets": "SKIPPED, AND WORTH A SECOND LOOK",
    "week.talked": "{id} · skipped {day}; {n:person|people} mentioned it since",
    "week.near": "{id} · skipped {day}; like your pick “{title}”",
    "week.more": "and {n} more",
    "help.stats": """The year as a map of days, the streak, what was written by theme and source.

    A digit is the number of papers written up, + for ten or more, - a day that is off or near
    a deadline: it breaks no streak. --on DATE shows one day.""",
    "option.stats_on": "One day of it: what was noted, picked, skipped, recalled.",
    "option.svg": "Draw the map into this file, as SVG.",
    "option.png": "Draw the map into this file, as PNG.",
    "stats.head": "STATS  {first} to {last}",
    "stats.key": "1-9 papers written up that day, + more, - day off or near a deadline",
    "stats.streak": "STREAK  {n:day|days}, the longest {longest}. Days off and deadlines"
    " freeze it.",
    "stats.totals": "{written} written, {skimmed} skimmed, {recalled} recalled",
    "stats.themes": "BY THEME",
    "stats.sources": "BY SOURCE",
    "stats.columns": " arrived  picked written",
    "stats.drawn": "drawn: {file}",
    "stats.day": "{date}",
    "stats.day_frozen": "  day off, or near a deadline",
    "stats.day_counts": "{written} written, {skimmed} skimmed, {recalled} recalled; of"
    " {arrived:paper|papers} that arrived {picked} picked, {skipped} skipped",
    "stats.day_picked": "PICKED, NOT NOTED THAT DAY",
    "help.share": """Papers with your own words, as Markdown or as one page, for others.

    With the paper's address, your note, its first figure and the highlights you choose.
    Nothing private: no path, no decision, no key of a note. What was left out is counted.""",
    "option.share_week": "All papers written up in the week of DATE, this week by default.",
    "option.html": "Write one HTML page that needs no other file, into this file or folder; - for"
    " standard output.",
    "option.share_highlights": "all, none, or numbers that `reader highlights` shows: 1,3.",
    "option.no_figures": "Leave the figures out.",
    "share.what": "Give IDs, or --week.",
    "share.what.hint": "reader share ID, or reader share --week",
    "share.numbers": "Numbers of highlights are those of one paper.",
    "share.choices": "--highlights all, none, or 1,3 with one ID.",
    "share.bad_choice": "--highlights {text} is no choice.",
    "share.nothing": "Nothing was written up in that week.",
    "share.no_picture": "Figures are left out on a terminal: reader share … > FILE, or --html"
    " FILE.",
    "share.left_out": "Left out of your words as private: {n:place|places}.",
    "share.written": "written: {file} ({n} kB)",
}
