"""Texts of the habit: recall, the week, statistics, sharing, days off."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "balance.starving": "{theme}: {n} of {total} written up in the last {days:day|days}. Is it"
    " that theme's turn?",
    "balance.themes": "feeds.toml has {n:own theme|own themes} ({names}); a morning has time for"
    ' two. The topics of the others stay in sight with lane = "near".',
    "recall.question": "What is the problem, the idea, the evidence, and what do you doubt?",
    "recall.under": "What did you write under {names}?",
    "recall.not_written": "There is no note of two sentences or more on this paper: {title}",
    "recall.write": "To write one: reader note ID",
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
    "share.no_highlight": "There is no highlight {n}; highlights of this paper: {of}.",
    "share.see_highlights": "`reader highlights {id}` lists them with their numbers.",
    "help.recall": """Recall earlier notes, and grade yourself with one key.

    Remember first, then look, then grade. A note of two sentences or more comes back from the
    day after it was written. Each day has at most as many as feeds.toml says (recall.a_day);
    days off and days near a deadline have none. With IDs, you are asked about these notes now.""",
    "option.grade": "Save this grade for the IDs without asking, for scripts.",
    "option.recall_undo": "Undo the last grade.",
    "recall.options": "--grade needs an ID; --undo takes neither.",
    "recall.options.hint": "reader recall ID --grade good, or reader recall --undo",
    "recall.no_grade": "There is no grade to undo.",
    "recall.elsewhere": "Already graded in another window: {title}",
    "recall.again": "any key: try again · q quit",
    "recall.undone": "Undone ({grade}): {title}",
    "recall.1": "again",
    "recall.2": "hard",
    "recall.3": "good",
    "recall.4": "easy",
    "recall.head": "RECALL  {due} due, {new} new",
    "recall.head_named": "RECALL  {n:note|notes}",
    "recall.nothing": "Nothing is due today; recalled so far: {n}.",
    "recall.day_off": "Today is a day off. Your notes wait, and come back a few a day afterwards.",
    "recall.deadline": "Recall pauses until {name} ({on}). Your notes wait, and come back a few a"
    " day afterwards.",
    "recall.wrote": "written {n:day|days} ago",
    "recall.wrote_today": "written today",
    "recall.seen_today": "recalled today",
    "recall.seen": "recalled {n:day|days} ago",
    "recall.reveal": "[{n}/{of}] Say it, then press any key (l later · u undo · q quit)",
    "recall.choice": "{key} {grade} ({n} d)",
    "recall.keys": "l later · u undo · o open · q quit",
    "recall.graded": "{grade}: comes back on {on}, in {n:day|days}.",
    "recall.end": "{n} recalled, {left} left for later.",
    "help.week": """Look back on a week, in key sentences of your own notes.

    Below your papers by theme are new links between notes, and skipped papers that people
    talked about afterwards or that are similar to your picks. Each pick that has waited for
    two weeks (reader.queue_days) is asked about once: read it or drop it.""",
    "option.week_on": "The week, Monday to Sunday, that has this day.",
    "week.head": "WEEK  {first} to {last} · {written} written, {skimmed} skimmed",
    "week.nothing": "No notes in this week. The week before: reader week --on {before}",
    "week.no_theme": "no theme",
    "week.links": "NEW LINKS",
    "week.regrets": "SKIPPED, BUT WORTH A SECOND LOOK",
    "week.talked": "{id} · skipped {day}; {n:person|people} mentioned it since",
    "week.near": "{id} · skipped {day}; similar to your pick “{title}”",
    "week.more": "and {n} more",
    "help.stats": """Show your year as a map of days, with your streak.

    A digit is the number of papers written up on that day, + ten or more, - a day off or near
    a deadline, which does not break the streak. Below are the papers by theme and by source.
    --on DAY shows a single day.""",
    "option.stats_on": "Show one day: what you wrote, picked, skipped and recalled.",
    "option.svg": "Write the map to this file, as SVG.",
    "option.png": "Write the map to this file, as PNG.",
    "stats.head": "STATS  {first} to {last}",
    "stats.key": "1-9 papers written up that day, + more, - day off or near a deadline",
    "stats.streak": "STREAK  {n:day|days}, longest {longest}. Days off and deadlines do not break"
    " it.",
    "stats.totals": "{written} written, {skimmed} skimmed, {recalled} recalled",
    "stats.themes": "BY THEME",
    "stats.sources": "BY SOURCE",
    "stats.columns": " arrived  picked written",
    "stats.drawn": "written: {file}",
    "stats.day": "{date}",
    "stats.day_frozen": "  day off, or near a deadline",
    "stats.day_counts": "{written} written, {skimmed} skimmed, {recalled} recalled; {arrived:new"
    " paper|new papers}, {picked} picked, {skipped} skipped",
    "stats.day_picked": "PICKED, NO NOTE ON THAT DAY",
    "help.share": """Share papers with your own words, as Markdown or HTML.

    Each paper comes with its address, your note, its first figure, and the highlights that you
    choose. Private things are left out: paths, decisions, keys of notes. How many were left
    out of your words is shown.""",
    "option.share_week": "All papers written up in the week of DATE; this week by default.",
    "option.html": "Write one HTML page, complete in itself, to this file or folder; - for"
    " standard output.",
    "option.share_highlights": "all, none, or numbers from `reader highlights`, such as 1,3.",
    "option.no_figures": "Leave out the figures.",
    "share.what": "Give IDs, or --week.",
    "share.what.hint": "reader share ID, or reader share --week",
    "share.numbers": "Numbers of highlights need exactly one ID.",
    "share.choices": "Use --highlights all, --highlights none, or numbers such as 1,3 with one ID.",
    "share.bad_choice": "--highlights {text} is not valid.",
    "share.nothing": "Nothing was written up in that week.",
    "share.no_picture": "Figures are left out on a terminal. To have them: reader share … > FILE,"
    " or --html FILE.",
    "share.left_out": "Private parts left out of your words: {n}.",
    "share.written": "written: {file} ({n} kB)",
}
