"""Define the numbered steps that bring reader.db from an empty file to the newest layout.

Steps are only ever added, since each existing library has applied some of them.
docs/reference.md explains every table and column.
"""

from __future__ import annotations

from reader.library.rows import first_layouts

ARRIVALS: tuple[str, list[str]] = (
    "m015_arrivals",
    [
        """
        CREATE TABLE arrivals (
            act TEXT PRIMARY KEY,
            made_at TEXT NOT NULL,
            at TEXT NOT NULL,
            note INTEGER REFERENCES notes(id),
            became TEXT NOT NULL CHECK (became IN ('done', 'overtaken', 'beside')),
            paper INTEGER REFERENCES papers(id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE TABLE identity (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        "INSERT INTO identity VALUES (lower(hex(randomblob(8))))",
    ],
)


_LINE = """
            score REAL,
            sentence TEXT NOT NULL,
            terms TEXT NOT NULL,
            mentions TEXT NOT NULL,
            n_votes INTEGER,
            models TEXT NOT NULL
"""

DECIDED: tuple[str, list[str]] = (
    "m016_decided",
    [
        f"""
        CREATE TABLE lines (
            day TEXT NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            lane TEXT NOT NULL CHECK (lane IN ('own', 'doubtful', 'near', 'wild')),
            position INTEGER NOT NULL,
            topic TEXT NOT NULL,
            {_LINE},
            PRIMARY KEY (paper, day)
        ) STRICT
        """,
        "CREATE INDEX lines_by_day ON lines(day)",
        f"""
        CREATE TABLE decided (
            decision INTEGER PRIMARY KEY REFERENCES decisions(id),
            day TEXT,
            lane TEXT CHECK (lane IN ('own', 'doubtful', 'near', 'wild')),
            position INTEGER,
            topic TEXT NOT NULL,
            {_LINE},
            CHECK ((day IS NULL) = (lane IS NULL) AND (day IS NULL) = (position IS NULL))
        ) STRICT
        """,
    ],
)


DRAFTS: tuple[str, list[str]] = (
    "m013_drafts",
    [
        """
        CREATE TABLE openings (
            id INTEGER PRIMARY KEY,
            paper INTEGER NOT NULL REFERENCES papers(id),
            at TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX openings_of_paper ON openings(paper)",
    ],
)


LESSONS: tuple[str, list[str]] = (
    "m011_lessons",
    [
        """
        CREATE TABLE lessons (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            topic TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('seed', 'yes', 'no', 'undo')),
            undoes INTEGER UNIQUE REFERENCES lessons(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX lessons_of_paper ON lessons(paper)",
        """
        CREATE TABLE shown (
            day TEXT NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            lane TEXT NOT NULL CHECK (lane IN ('own', 'doubtful', 'near', 'wild')),
            topic TEXT NOT NULL DEFAULT '',
            position INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (day, paper)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX shown_of_paper ON shown(paper)",
    ],
)


PAGES: tuple[str, list[str]] = (
    "m014_pages",
    [
        "ALTER TABLE exports ADD COLUMN front TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX exports_by_path ON exports(path)",
        """
        CREATE TABLE pages (
            name TEXT PRIMARY KEY,
            path TEXT NOT NULL,
            content TEXT NOT NULL,
            front TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE unfinished (
            name TEXT PRIMARY KEY,
            path TEXT NOT NULL,
            content TEXT NOT NULL,
            front TEXT NOT NULL,
            note INTEGER
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE note_links (
            name TEXT NOT NULL,
            source INTEGER NOT NULL REFERENCES papers(id),
            PRIMARY KEY (name, source)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX note_links_of_source ON note_links(source)",
        "CREATE INDEX filings_by_topic ON filings(topic, paper)",
    ],
)


QUEUE: tuple[str, list[str]] = (
    "m017_queue",
    [
        """
        CREATE TABLE postponed (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            until_on TEXT,
            undoes INTEGER UNIQUE REFERENCES postponed(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL,
            CHECK ((until_on IS NULL) = (undoes IS NOT NULL))
        ) STRICT
        """,
        "CREATE INDEX postponed_of_paper ON postponed(paper)",
        """
        CREATE TABLE asked (
            decision INTEGER PRIMARY KEY REFERENCES decisions(id),
            is_kept INTEGER NOT NULL DEFAULT 0,
            at TEXT NOT NULL,
            on_date TEXT NOT NULL
        ) STRICT
        """,
        # Of 100,000 decisions a few are picks.
        "CREATE INDEX picks_of_paper ON decisions(paper, id) WHERE kind = 'pick'",
    ],
)


REVIEWS: tuple[str, list[str]] = (
    "m012_reviews",
    [
        """
        CREATE TABLE reviews (
            id INTEGER PRIMARY KEY,
            paper INTEGER NOT NULL REFERENCES papers(id),
            grade INTEGER CHECK (grade BETWEEN 1 AND 4),
            undoes INTEGER UNIQUE REFERENCES reviews(id),
            due_on TEXT,
            at TEXT NOT NULL,
            on_date TEXT NOT NULL,
            CHECK ((grade IS NULL) = (undoes IS NOT NULL) AND (grade IS NULL) = (due_on IS NULL))
        ) STRICT
        """,
        "CREATE INDEX reviews_of_paper ON reviews(paper)",
        "CREATE INDEX reviews_by_day ON reviews(on_date)",
    ],
)


HISTORY: tuple[str, list[str]] = (
    "m018_place_history",
    [
        """
        CREATE TABLE place_history (
            id INTEGER PRIMARY KEY,
            place TEXT NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            sha256 TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX place_history_of_paper ON place_history(paper)",
        "CREATE INDEX place_history_of_place ON place_history(place)",
        # Copies from before were kept without their place: most papers have one place only.
        """
        INSERT INTO place_history (place, paper, sha256)
        SELECT (SELECT r.place FROM returned AS r WHERE r.paper = c.paper
                ORDER BY r.at DESC, r.place LIMIT 1), c.paper, c.sha256
        FROM marked_copies AS c
        WHERE NOT c.is_version
          AND EXISTS (SELECT 1 FROM returned AS r WHERE r.paper = c.paper)
          AND NOT EXISTS (SELECT 1 FROM returned AS r
                          WHERE r.paper = c.paper AND r.sha256 = c.sha256)
        ORDER BY c.at, c.id
        """,
        """
        INSERT INTO place_history (place, paper, sha256)
        SELECT place, paper, sha256 FROM returned ORDER BY at, place
        """,
    ],
)


VERSIONS: tuple[str, list[str]] = (
    "m019_versions",
    # NULL for versions from before this step: which of a day's notes came first is not known.
    ["ALTER TABLE versions ADD COLUMN after_note INTEGER"],
)


# Before layout 20 the program told an unreachable host by these two sentences.
_IS_UNREACHABLE = "instr(error, ': no answer (') OR instr(error, ': 応答がありません(')"

REASONS: tuple[str, list[str]] = (
    "m020_reasons",
    [
        "ALTER TABLE failures ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE sources ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE batches ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
        f"UPDATE failures SET reason = 'unreachable' WHERE {_IS_UNREACHABLE}",  # noqa: S608
        f"UPDATE sources SET reason = 'unreachable' WHERE {_IS_UNREACHABLE}",  # noqa: S608
        f"UPDATE batches SET reason = 'unreachable' WHERE {_IS_UNREACHABLE}",  # noqa: S608
        """
        UPDATE failures SET reason = 'no paper', error = ''
        WHERE error = 'its registry has no such paper'
        """,
        """
        UPDATE failures SET reason = 'off', error = ''
        WHERE error = 'its look-up is off in feeds.toml'
        """,
        # What came at a lesson's own moment came by it, as far as anybody can know now.
        "ALTER TABLE filings ADD COLUMN act INTEGER",
        """
        UPDATE filings SET act = (
            SELECT max(act) FROM lessons AS l
            WHERE l.paper = filings.paper AND l.at = filings.at AND l.kind != 'undo')
        WHERE NOT is_by_hand
        """,
    ],
)


VOTES: tuple[str, list[str]] = (
    "m021_votes",
    [
        "CREATE TABLE vote_days (day TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE vote_papers (
            id INTEGER PRIMARY KEY,
            identifier TEXT NOT NULL UNIQUE,
            day TEXT NOT NULL,
            n_votes INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE vote_authors (
            author TEXT NOT NULL,
            voted INTEGER NOT NULL REFERENCES vote_papers(id),
            PRIMARY KEY (author, voted)
        ) STRICT, WITHOUT ROWID
        """,
    ],
)


TRASH: tuple[str, list[str]] = (
    "m022_trash",
    [
        """
        CREATE TABLE removals (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            undoes INTEGER UNIQUE REFERENCES removals(id),
            emptied_at TEXT,
            at TEXT NOT NULL,
            on_date TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX removals_of_paper ON removals(paper)",
        """
        CREATE TABLE restored (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            first_act INTEGER NOT NULL,
            was_here INTEGER NOT NULL,
            note INTEGER,
            undoes INTEGER UNIQUE REFERENCES restored(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX restored_of_paper ON restored(paper)",
        "ALTER TABLE merges ADD COLUMN act INTEGER",
        "ALTER TABLE merges ADD COLUMN at TEXT",
        "CREATE INDEX merges_undone ON merges(undoes) WHERE undoes IS NOT NULL",
        "ALTER TABLE filings ADD COLUMN undoes INTEGER REFERENCES filings(id)",
        # The filings of lessons that were taken back: they were so without a row that says it.
        """
        UPDATE filings SET act = NULL WHERE act IS NOT NULL AND EXISTS (
            SELECT 1 FROM lessons AS l JOIN lessons AS u ON u.undoes = l.id
            WHERE l.act = filings.act AND l.paper = filings.paper)
        """,
        "CREATE INDEX filings_by_act ON filings(act) WHERE act IS NOT NULL",
        "CREATE INDEX filings_undone ON filings(undoes) WHERE undoes IS NOT NULL",
    ],
)


IMPORTS: tuple[str, list[str]] = (
    "m023_imports",
    [
        """
        CREATE TABLE imports (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            source TEXT NOT NULL,
            form TEXT NOT NULL,
            at TEXT NOT NULL,
            ended_at TEXT,
            undone_at TEXT
        ) STRICT
        """,
        """
        CREATE TABLE imported (
            id INTEGER PRIMARY KEY,
            import INTEGER NOT NULL REFERENCES imports(id),
            paper INTEGER NOT NULL REFERENCES papers(id),
            part TEXT NOT NULL CHECK (part IN ('paper', 'identifier', 'filing', 'note',
                                               'highlight', 'pdf', 'tag', 'collection')),
            key TEXT NOT NULL,
            UNIQUE (paper, part, key)
        ) STRICT
        """,
        "CREATE INDEX imported_by ON imported(import)",
    ],
)


LOOSE_NOTES: tuple[str, list[str]] = (
    "m024_loose_notes",
    [
        """
        CREATE TABLE loose_notes (
            id INTEGER PRIMARY KEY, import INTEGER NOT NULL REFERENCES imports(id),
            place TEXT NOT NULL, title TEXT NOT NULL, fold TEXT NOT NULL,
            text TEXT NOT NULL, notebook TEXT NOT NULL, tags TEXT NOT NULL,
            created_at TEXT, at TEXT, sha256 TEXT NOT NULL UNIQUE,
            note INTEGER REFERENCES notes(id)
        ) STRICT
        """,
        "CREATE INDEX loose_notes_by_note ON loose_notes(note)",
        "CREATE INDEX loose_notes_by_import ON loose_notes(import)",
        """
        CREATE TABLE loose_note_ids (
            loose INTEGER NOT NULL REFERENCES loose_notes(id),
            identifier TEXT NOT NULL,
            PRIMARY KEY (loose, identifier)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE citation_keys (
            id INTEGER PRIMARY KEY,
            import INTEGER NOT NULL REFERENCES imports(id),
            paper INTEGER NOT NULL REFERENCES papers(id),
            key TEXT NOT NULL UNIQUE
        ) STRICT
        """,
        "CREATE INDEX citation_keys_by_paper ON citation_keys(paper)",
    ],
)


TAGS: tuple[str, list[str]] = (
    "m025_tags",
    [
        """
        CREATE TABLE properties (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            kind TEXT NOT NULL CHECK (kind IN ('tag', 'rating', 'priority')),
            fold TEXT NOT NULL,
            value TEXT NOT NULL,
            undoes INTEGER UNIQUE REFERENCES properties(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL,
            CHECK ((kind = 'tag') = (fold != ''))
        ) STRICT
        """,
        "CREATE INDEX properties_of_paper ON properties(paper, kind, fold)",
        "CREATE INDEX properties_by_fold ON properties(kind, fold)",
        "CREATE INDEX properties_by_act ON properties(act)",
        "CREATE INDEX imported_tags ON imported(key) WHERE part IN ('tag', 'collection')",
    ],
)


MUTES: tuple[str, list[str]] = (
    "m026_mutes",
    [
        """
        CREATE TABLE mutes (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('word', 'author', 'category', 'source')),
            value TEXT NOT NULL,
            until_on TEXT,
            undoes INTEGER UNIQUE REFERENCES mutes(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE muted_days (
            mute INTEGER NOT NULL REFERENCES mutes(id),
            day TEXT NOT NULL,
            PRIMARY KEY (mute, day)
        ) STRICT, WITHOUT ROWID
        """,
    ],
)


FIELDS: tuple[str, list[str]] = (
    "m027_fields",
    [
        """
        CREATE TABLE fields (
            id INTEGER PRIMARY KEY,
            paper INTEGER NOT NULL REFERENCES papers(id),
            field TEXT NOT NULL CHECK (field IN ('title', 'authors', 'abstract', 'venue', 'volume',
                'number', 'pages', 'publisher', 'year', 'doi')),
            value TEXT NOT NULL,
            source TEXT NOT NULL,
            import INTEGER REFERENCES imports(id),
            act INTEGER,
            undoes INTEGER UNIQUE REFERENCES fields(id),
            at TEXT,
            on_date TEXT
        ) STRICT
        """,
        "CREATE INDEX fields_of_paper ON fields(paper)",
        "CREATE INDEX fields_by_act ON fields(act) WHERE act IS NOT NULL",
        "CREATE INDEX fields_by_import ON fields(import) WHERE import IS NOT NULL",
        "CREATE INDEX fields_that_came ON fields(paper) WHERE source = 'as it came'",
        "CREATE INDEX fields_by_venue ON fields(value) WHERE field = 'venue'",
        """
        CREATE TABLE refreshed (
            paper INTEGER NOT NULL REFERENCES papers(id),
            source TEXT NOT NULL,
            on_date TEXT NOT NULL,
            etag TEXT NOT NULL,
            last_modified TEXT NOT NULL,
            PRIMARY KEY (paper, source)
        ) STRICT, WITHOUT ROWID
        """,
    ],
)


SPOTS: tuple[str, list[str]] = (
    "m028_reading_places",
    [
        """
        CREATE TABLE reading_places (
            paper INTEGER PRIMARY KEY REFERENCES papers(id),
            page INTEGER NOT NULL CHECK (page > 0),
            y REAL NOT NULL, n_pages INTEGER NOT NULL, at TEXT NOT NULL
        ) STRICT
        """,
    ],
)


MARKS: tuple[str, list[str]] = (
    "m029_marks",
    [
        "ALTER TABLE highlights ADD COLUMN quads TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE highlights ADD COLUMN name TEXT NOT NULL DEFAULT ''",
        """
        CREATE TABLE markings (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            old INTEGER REFERENCES highlights(id),
            new INTEGER REFERENCES highlights(id),
            undoes INTEGER UNIQUE REFERENCES markings(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL,
            CHECK (old IS NOT NULL OR new IS NOT NULL)
        ) STRICT
        """,
        "CREATE INDEX markings_by_old ON markings(old)",
        "CREATE INDEX markings_by_new ON markings(new)",
        "CREATE INDEX markings_by_act ON markings(act)",
        """
        CREATE TABLE strokes (
            id INTEGER PRIMARY KEY, act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id), page INTEGER NOT NULL,
            name TEXT NOT NULL, colour TEXT NOT NULL, width REAL NOT NULL, points TEXT NOT NULL,
            erases INTEGER REFERENCES strokes(id), undoes INTEGER UNIQUE REFERENCES strokes(id),
            at TEXT NOT NULL, on_date TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX strokes_of_paper ON strokes(paper)",
        "CREATE INDEX strokes_by_erased ON strokes(erases)",
        "CREATE INDEX strokes_by_act ON strokes(act)",
    ],
)


GUESSES: tuple[str, list[str]] = (
    "m030_guesses",
    [
        """
        CREATE TABLE guesses (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            text TEXT NOT NULL,
            undoes INTEGER UNIQUE REFERENCES guesses(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX guesses_of_paper ON guesses(paper)",
        "CREATE INDEX guesses_by_act ON guesses(act)",
    ],
)


HANDED: tuple[str, list[str]] = (
    "m031_handed",
    [
        "ALTER TABLE returned ADD COLUMN strokes TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE returned ADD COLUMN n_pages INTEGER NOT NULL DEFAULT 0",
    ],
)


REPLACED: tuple[str, list[str]] = (
    "m032_replaced_pdfs",
    [
        """
        CREATE TABLE replaced_pdfs (
            id INTEGER PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers(id),
            sha256 TEXT NOT NULL, version INTEGER,
            last_state INTEGER NOT NULL, last_stroke INTEGER NOT NULL, at TEXT NOT NULL
        ) STRICT
        """,
        """
        INSERT INTO replaced_pdfs (paper, sha256, last_state, last_stroke, at)
        SELECT paper, sha256,
            (SELECT coalesce(max(id), 0) FROM highlights AS h WHERE h.at <= c.at),
            (SELECT coalesce(max(id), 0) FROM strokes AS s WHERE s.at <= c.at), at
        FROM marked_copies AS c WHERE is_version
        """,
        """
        CREATE TABLE mark_places (
            state INTEGER NOT NULL REFERENCES highlights(id) ON DELETE CASCADE,
            sha256 TEXT NOT NULL, page INTEGER NOT NULL, place INTEGER NOT NULL,
            box TEXT NOT NULL, quads TEXT NOT NULL, PRIMARY KEY (state, sha256)
        ) STRICT, WITHOUT ROWID
        """,
    ],
)


USED: tuple[str, list[str]] = (
    "m033_used_ids",
    ["CREATE TABLE used_ids (part TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID"],
)


DRAWN_ON: tuple[str, list[str]] = (
    "m034_drawn_on",
    ["ALTER TABLE strokes ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''"],
)


# In the order in which they are applied, which is not the order in which they stand above.
MIGRATIONS: list[tuple[str, list[str]]] = [
    *first_layouts.STEPS,
    LESSONS,
    REVIEWS,
    DRAFTS,
    PAGES,
    ARRIVALS,
    DECIDED,
    QUEUE,
    HISTORY,
    VERSIONS,
    REASONS,
    VOTES,
    TRASH,
    IMPORTS,
    LOOSE_NOTES,
    TAGS,
    MUTES,
    FIELDS,
    SPOTS,
    MARKS,
    GUESSES,
    HANDED,
    REPLACED,
    USED,
    DRAWN_ON,
]
