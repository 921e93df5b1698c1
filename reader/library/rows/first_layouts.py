"""Define the steps up to layout 10: papers, sources, decisions, notes, merges, PDFs, highlights.

The functions that their SQL calls are copies of the functions in `identity` and `file_names` of
that time: a later change of those comes with a step of its own, and changes no old step.
"""

from __future__ import annotations

import html
import re
import unicodedata


def title_fold(title: str) -> str:
    """Fold a title to its letters and digits, as layout 3 did."""
    names = (
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
        " upsilon phi chi psi omega"
    )
    greek = dict(zip(names.split(), "αβγδεζηθικλμνξπρστυφχψω", strict=True))
    letters = rf"\\(?:var)?({'|'.join(greek)})(?![A-Za-z])"
    text = re.sub(letters, lambda m: greek[m[1]], html.unescape(title[:4_000]))
    text = re.sub(r"</?[A-Za-z][^<>]{0,80}>", " ", text)
    text = re.sub(r"""\\(?:["'`^~=.]|[uvHckdbtr](?=\{))|(?<=\\)[{}]""", "", text)
    text = re.sub(r"\\[A-Za-z]+\*?", " ", text)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = re.sub("[\u0300-\u036f{}$'’`ʼ\u200b\u00ad]", "", text)
    return "".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text)))


def family_fold(author: str) -> str:
    """Fold the last word of a family name, as layout 3 did."""
    suffixes = {"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"}
    special = str.maketrans(
        {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
        | {"ß": "ss"}
    )

    def fold(word: str) -> str:
        text = word.casefold()
        if text.isascii():
            return text.replace("'", "")
        text = unicodedata.normalize("NFC", text).translate(special)
        text = unicodedata.normalize("NFKD", text)
        return "".join(c for c in text if c.isalnum() and not unicodedata.combining(c))

    def words_of(text: str) -> list[str]:
        found: list[str] = []
        for word in re.findall(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*", text):
            is_initials = re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{2,3}", word)
            found += [c.casefold() for c in word] if is_initials else [fold(word)]
        return found[:-1] if len(found) > 1 and found[-1] in suffixes else found

    bare = unicodedata.normalize("NFKC", author[:400])
    bare = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", bare).strip()
    if re.search("[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]", bare):
        return re.sub(r"[\s·・･]", "", bare).casefold()
    family, _, rest = bare.partition(",")
    if any(words_of(part) for part in rest.split()):
        return (words_of(family) or [""])[-1]
    raw = [w for w in bare.replace(",", " ").split() if any(c.isalnum() for c in w)]
    raw = raw[:-1] if len(raw) > 2 and raw[-1].strip(".").casefold() in suffixes else raw
    words = [found for w in raw if (found := words_of(w))]
    # "Watanabe S": initials at the end belong to the given name.
    while len(words) > 1 and all(len(w) == 1 for w in words[-1]):
        words.pop()
    return words[-1][-1] if words else fold(bare)


def fold_name(name: str) -> str:
    """Fold a file's name, as layout 7 did."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


FUNCTIONS = (title_fold, family_fold, fold_name)
"""What the SQL of these steps calls."""

STEPS: list[tuple[str, list[str]]] = [
    (
        "m001_first_tables",
        [
            """
            CREATE TABLE papers (
                id INTEGER PRIMARY KEY,
                canonical TEXT NOT NULL UNIQUE,
                title TEXT NOT NULL,
                abstract TEXT NOT NULL DEFAULT '',
                categories TEXT NOT NULL DEFAULT '',
                comment TEXT NOT NULL DEFAULT '',
                published_on TEXT,
                announced_on TEXT,
                arrived_on TEXT NOT NULL,
                version INTEGER,
                pdf_url TEXT NOT NULL DEFAULT '',
                content_hash TEXT NOT NULL,
                key TEXT UNIQUE
            ) STRICT
            """,
            "CREATE INDEX papers_by_arrival ON papers(arrived_on)",
            "CREATE INDEX papers_by_title ON papers(title COLLATE NOCASE)",
            """
            CREATE TABLE identifiers (
                id TEXT PRIMARY KEY,
                paper INTEGER NOT NULL REFERENCES papers(id)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX identifiers_of_paper ON identifiers(paper)",
            """
            CREATE TABLE authors (
                paper INTEGER NOT NULL REFERENCES papers(id),
                position INTEGER NOT NULL,
                name TEXT NOT NULL,
                PRIMARY KEY (paper, position)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE versions (
                paper INTEGER NOT NULL REFERENCES papers(id),
                number INTEGER NOT NULL,
                seen_on TEXT NOT NULL,
                PRIMARY KEY (paper, number)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX versions_by_day ON versions(seen_on) WHERE number > 1",
            """
            CREATE TABLE origins (
                paper INTEGER NOT NULL REFERENCES papers(id),
                source TEXT NOT NULL,
                seen_on TEXT NOT NULL,
                PRIMARY KEY (paper, source)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE sources (
                name TEXT PRIMARY KEY,
                etag TEXT NOT NULL DEFAULT '',
                last_modified TEXT NOT NULL DEFAULT '',
                asked_at TEXT,
                succeeded_at TEXT,
                n_errors INTEGER NOT NULL DEFAULT 0,
                error TEXT NOT NULL DEFAULT '',
                retry_at TEXT
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE batches (
                id INTEGER PRIMARY KEY,
                source TEXT NOT NULL,
                covers TEXT NOT NULL,
                at TEXT NOT NULL,
                on_date TEXT NOT NULL,
                expected INTEGER,
                received INTEGER NOT NULL,
                state TEXT NOT NULL,
                error TEXT NOT NULL DEFAULT ''
            ) STRICT
            """,
            "CREATE INDEX batches_by_source ON batches(source, covers)",
            "CREATE INDEX batches_by_day ON batches(on_date)",
            """
            CREATE TABLE posts (
                id INTEGER PRIMARY KEY,
                source TEXT NOT NULL,
                guid TEXT NOT NULL,
                author TEXT NOT NULL,
                text TEXT NOT NULL,
                url TEXT NOT NULL,
                posted_at TEXT,
                UNIQUE (source, guid)
            ) STRICT
            """,
            """
            CREATE TABLE mentions (
                post INTEGER NOT NULL REFERENCES posts(id),
                identifier TEXT NOT NULL,
                sentence TEXT NOT NULL,
                seen_on TEXT NOT NULL,
                PRIMARY KEY (post, identifier)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX mentions_of_identifier ON mentions(identifier)",
            "CREATE INDEX mentions_by_day ON mentions(seen_on)",
            """
            CREATE TABLE decisions (
                id INTEGER PRIMARY KEY,
                act INTEGER NOT NULL,
                paper INTEGER NOT NULL REFERENCES papers(id),
                kind TEXT NOT NULL CHECK (kind IN ('pick', 'skip', 'undo')),
                undoes INTEGER UNIQUE REFERENCES decisions(id),
                at TEXT NOT NULL,
                on_date TEXT NOT NULL
            ) STRICT
            """,
            "CREATE INDEX decisions_of_paper ON decisions(paper)",
            "CREATE INDEX decisions_by_day ON decisions(on_date)",
            """
            CREATE TABLE filings (
                id INTEGER PRIMARY KEY,
                paper INTEGER NOT NULL REFERENCES papers(id),
                topic TEXT NOT NULL,
                at TEXT NOT NULL
            ) STRICT
            """,
            "CREATE INDEX filings_of_paper ON filings(paper)",
            """
            CREATE TABLE notes (
                id INTEGER PRIMARY KEY,
                paper INTEGER NOT NULL REFERENCES papers(id),
                text TEXT NOT NULL,
                is_written INTEGER NOT NULL,
                came_from TEXT NOT NULL CHECK (came_from IN ('command', 'file')),
                at TEXT NOT NULL,
                on_date TEXT NOT NULL
            ) STRICT
            """,
            "CREATE INDEX notes_of_paper ON notes(paper)",
            "CREATE INDEX notes_by_day ON notes(on_date)",
            """
            CREATE TABLE exports (
                paper INTEGER PRIMARY KEY REFERENCES papers(id),
                path TEXT NOT NULL,
                content TEXT NOT NULL,
                note INTEGER NOT NULL REFERENCES notes(id)
            ) STRICT
            """,
            """
            CREATE TABLE pdfs (
                paper INTEGER PRIMARY KEY REFERENCES papers(id),
                path TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                n_bytes INTEGER NOT NULL,
                fetched_at TEXT NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE failures (
                stage TEXT NOT NULL,
                subject TEXT NOT NULL,
                attempts INTEGER NOT NULL,
                error TEXT NOT NULL,
                hint TEXT NOT NULL,
                at TEXT NOT NULL,
                retry_at TEXT NOT NULL,
                PRIMARY KEY (stage, subject)
            ) STRICT, WITHOUT ROWID
            """,
        ],
    ),
    (
        "m002_posts_kinds",
        [
            "ALTER TABLE posts ADD COLUMN kind TEXT NOT NULL DEFAULT 'post'",
            "ALTER TABLE posts ADD COLUMN n_votes INTEGER",
            """
            CREATE TABLE short_links (
                url TEXT PRIMARY KEY,
                target TEXT NOT NULL,
                at TEXT NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE open_links (
                post INTEGER NOT NULL REFERENCES posts(id),
                url TEXT NOT NULL,
                PRIMARY KEY (post, url)
            ) STRICT, WITHOUT ROWID
            """,
        ],
    ),
    (
        "m003_merges",
        [
            "ALTER TABLE papers ADD COLUMN fold TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE papers ADD COLUMN merged_into INTEGER REFERENCES papers(id)",
            "UPDATE papers SET fold = title_fold(title)",
            "CREATE INDEX papers_by_fold ON papers(fold)",
            "CREATE INDEX papers_merged ON papers(merged_into) WHERE merged_into IS NOT NULL",
            "ALTER TABLE authors ADD COLUMN family_fold TEXT NOT NULL DEFAULT ''",
            "UPDATE authors SET family_fold = family_fold(name)",
            "CREATE INDEX authors_by_family ON authors(family_fold, name)",
            """
            CREATE TABLE merges (
                id INTEGER PRIMARY KEY,
                kept INTEGER NOT NULL REFERENCES papers(id),
                merged INTEGER NOT NULL REFERENCES papers(id),
                kind TEXT NOT NULL CHECK (kind IN ('merge', 'split')),
                undoes INTEGER REFERENCES merges(id),
                why TEXT NOT NULL,
                on_date TEXT NOT NULL
            ) STRICT
            """,
            "CREATE INDEX merges_of_paper ON merges(merged)",
            """
            CREATE TABLE moves (
                merge_id INTEGER NOT NULL REFERENCES merges(id),
                part TEXT NOT NULL,
                key TEXT NOT NULL,
                PRIMARY KEY (merge_id, part, key)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE questions (
                first INTEGER NOT NULL REFERENCES papers(id),
                second INTEGER NOT NULL REFERENCES papers(id),
                why TEXT NOT NULL,
                asked_on TEXT NOT NULL,
                answer TEXT CHECK (answer IN ('merge', 'split')),
                PRIMARY KEY (first, second)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE changes (
                paper INTEGER NOT NULL REFERENCES papers(id),
                number INTEGER NOT NULL,
                field TEXT NOT NULL CHECK (field IN ('title', 'authors', 'abstract', 'comment')),
                before TEXT NOT NULL,
                after TEXT NOT NULL,
                PRIMARY KEY (paper, number, field)
            ) STRICT, WITHOUT ROWID
            """,
        ],
    ),
    (
        "m004_citations",
        [
            """
            CREATE TABLE citations (
                paper INTEGER NOT NULL REFERENCES papers(id),
                source TEXT NOT NULL,
                n INTEGER,
                n_influential INTEGER,
                on_date TEXT NOT NULL,
                PRIMARY KEY (paper, source, on_date)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX origins_by_citations ON origins(seen_on) WHERE source = 'citations'",
        ],
    ),
    (
        "m005_batches",
        [
            "ALTER TABLE batches ADD COLUMN category TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE batches ADD COLUMN digest TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE sources ADD COLUMN hint TEXT NOT NULL DEFAULT ''",
            "CREATE INDEX papers_by_announcement ON papers(announced_on)",
        ],
    ),
    (
        "m006_pdfs",
        [
            "ALTER TABLE pdfs ADD COLUMN sketch TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE pdfs ADD COLUMN version INTEGER",
            "ALTER TABLE pdfs ADD COLUMN wordless_sha256 TEXT NOT NULL DEFAULT ''",
            "CREATE INDEX pdfs_by_bytes ON pdfs(sha256)",
            """
            CREATE TABLE additions (
                path TEXT PRIMARY KEY,
                n_bytes INTEGER NOT NULL,
                modified_ns INTEGER NOT NULL,
                sha256 TEXT NOT NULL,
                outcome TEXT NOT NULL,
                paper INTEGER REFERENCES papers(id),
                why TEXT NOT NULL,
                hint TEXT NOT NULL,
                printed TEXT NOT NULL,
                at TEXT NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX additions_by_bytes ON additions(sha256)",
            "CREATE INDEX additions_to_complete ON additions(printed) WHERE printed != ''",
            """
            CREATE TABLE taken (
                id INTEGER PRIMARY KEY,
                paper INTEGER NOT NULL REFERENCES papers(id),
                path TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                at TEXT NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE marked_copies (
                id INTEGER PRIMARY KEY,
                paper INTEGER NOT NULL REFERENCES papers(id),
                path TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                n_ink INTEGER NOT NULL,
                at TEXT NOT NULL,
                UNIQUE (paper, sha256)
            ) STRICT
            """,
            """
            CREATE TABLE returned (
                place TEXT PRIMARY KEY,
                paper INTEGER NOT NULL REFERENCES papers(id),
                sha256 TEXT NOT NULL,
                n_ink INTEGER NOT NULL,
                at TEXT NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE highlights (
                id INTEGER PRIMARY KEY,
                mark INTEGER NOT NULL REFERENCES highlights(id),
                paper INTEGER NOT NULL REFERENCES papers(id),
                kind TEXT NOT NULL,
                page INTEGER NOT NULL,
                place INTEGER NOT NULL,
                text TEXT NOT NULL,
                note TEXT NOT NULL,
                colour TEXT NOT NULL,
                is_flattened INTEGER NOT NULL,
                box TEXT NOT NULL,
                at TEXT NOT NULL,
                gone_at TEXT
            ) STRICT
            """,
            "CREATE INDEX highlights_of_paper ON highlights(paper, page, place)",
            """
            CREATE TABLE sightings (
                place TEXT NOT NULL,
                highlight INTEGER NOT NULL REFERENCES highlights(id),
                PRIMARY KEY (place, highlight)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX sightings_of_highlight ON sightings(highlight)",
        ],
    ),
    (
        "m007_filings",
        [
            # Before it nobody could file by hand.
            "ALTER TABLE filings ADD COLUMN is_by_hand INTEGER NOT NULL DEFAULT 0",
            "CREATE TABLE keys (fold TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
            """
            INSERT INTO keys (fold) SELECT DISTINCT fold_name(key) FROM papers
            WHERE key IS NOT NULL
            """,
        ],
    ),
    (
        "m008_years",
        ["CREATE INDEX papers_by_year ON papers(coalesce(published_on, announced_on))"],
    ),
    (
        "m009_files",
        [
            "CREATE INDEX additions_of_paper ON additions(paper)",
            "CREATE INDEX taken_of_paper ON taken(paper)",
            "CREATE INDEX taken_by_bytes ON taken(sha256)",
            "CREATE INDEX returned_of_paper ON returned(paper)",
            "CREATE INDEX marked_copies_by_bytes ON marked_copies(sha256)",
        ],
    ),
    (
        "m010_ink",
        [
            "ALTER TABLE marked_copies ADD COLUMN ink TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE marked_copies ADD COLUMN traces TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE marked_copies ADD COLUMN is_version INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE returned ADD COLUMN ink TEXT NOT NULL DEFAULT ''",
        ],
    ),
]
