"""Fit the weights that tell a person's name: `python -m tests.benchmarks.pdfs.names --data DIR`.

Names are the authors of the data's papers. Others are runs of words of their titles, and
institutions, places, roles, months and imprints put together of the words below. It prints, on
names and others kept aside by a hash, how many pass each bound; then it writes the weights.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import re
import sys
import zlib
import zoneinfo
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from babel import Locale
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from reader.pdfs.text.name_words import ABROAD, INSTITUTIONS, PARTICLES
from reader.pdfs.text.person import STEP, pieces_of, shape_of, words_of
from tests.benchmarks import library
from tests.data import DATA

N_PIECES = 1 << 14
N_EACH, N_ASIDE = 200_000, 20_000
"""The names and others that are fitted on, and those kept aside."""
PENALTY = 3e-6
"""Of half the squared weights, for each name and other: of 1e-6, 3e-6 and 1e-5 the best."""
BOUNDS = (-2.0, -1.0, 0.0, 1.0)
SHAPES = ("any", "1 words", "2 words", "3 words", "4 words", "initial")
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’.-][^\W_]+)*")
_ODD = re.compile(r"[\\\d(){}:,]")
_ROLES = """
senior junior staff principal chief lead head associate assistant visiting adjunct emeritus
research postdoctoral fellow scientist engineer professor lecturer analyst editor reporter writer
contributor correspondent student candidate director manager president officer founder consultant
intern member committee chair reviewer examiner supervisor advisor doktor doktors doktoringenieur
naturwissenschaften ingenieurwissenschaften wissenschaften philosophie docteur doctorat doctora
doctor licenciado ingeniero grado máster magister professorin privatdozent diplom bakkalaureus
maître ingénieur professeur dottore dottorato laurea ricercatore docente mestre doutor engenheiro
"""
_IMPRINT = """
abstract introduction keywords contents chapter section appendix figure table references
acknowledgements summary paper article journal proceedings conference workshop symposium
transactions letters magazine review survey report technical thesis dissertation lecture notes
tutorial slides presentation seminar draft preprint manuscript version revision revised received
accepted published copyright volume issue pages doi issn isbn arxiv license open access original
online available edited supplementary supplement supporting correspondence corresponding author
authors email mail phone fax homepage contact equal contribution degree doctor doctoral master
bachelor submitted partial fulfillment requirements independent dear trabajo máster maestría
mémoire laurea invoice accounts payable note memo semester anonymous submission form consent thèse
doctorat tesis tese docteur doutor dottore proefschrift follow share subscribe updated posted
comments minutes read rights reserved street road avenue drive boulevard square floor building
room suite city state province county district kingdom states republic europe africa asia america
artificial knowledge learning neural model models method methods analysis approach framework
algorithm training application evaluation implementation theory automatic attention transformer
representation generation detection classification estimation optimization
"""
_PLACES = """
abu dhabi, ann arbor, buenos aires, cape town, chapel hill, costa rica, el paso, great britain,
ho chi minh, hong kong, kuala lumpur, la jolla, las vegas, los angeles, menlo park, mountain
view, new delhi, new haven, new jersey, new york, new zealand, palo alto, puerto rico, redmond
wa, rio de janeiro, salt lake, san diego, san francisco, san jose, santa barbara, santa cruz,
sao paulo, saudi arabia, south africa, sri lanka, st louis, st. louis, são paulo, tel aviv, viet
nam, south korea, north korea, czech republic, california, texas, massachusetts, pennsylvania,
eth zürich, ku leuven, tu delft, tu wien
"""
_LANGUAGES = """
en de fr es pt it nl sv pl
"""


class Others:
    """Draw words that are no names, by a fixed seed."""

    def __init__(self) -> None:
        self.random = random.Random(1)
        zones = (zone.split("/") for zone in sorted(zoneinfo.available_timezones()))
        self.cities = [z[-1].replace("_", " ") for z in zones if z[0] not in ("Etc", "SystemV")]
        self.cities += [place.title() for place in " ".join(_PLACES.split()).split(", ")]
        locales = [Locale(language) for language in _LANGUAGES.split()]
        lands = (name for o in locales for key, name in o.territories.items() if len(key) == 2)
        self.lands = sorted(set(lands))
        days = [several["format"]["wide"] for o in locales for several in (o.days, o.months)]
        self.days = sorted({str(name) for several in days for name in several.values()})
        self.institutions = sorted(filter(str.isalpha, INSTITUTIONS - ABROAD))

    def phrase(self) -> str:
        """Put an institution, a place, a role, an imprint or a date together."""
        imprint = _IMPRINT.split()
        kinds = (
            self._words(self.institutions, 3),
            f"{self._one(self.cities)} {self._words(self.institutions, 1)}",
            self._one(self.cities),
            f"{self._one(self.cities)} {self._one(self.lands)}",
            self._one(self.lands),
            self._words(_ROLES.split(), 3),
            self._words(imprint, 3),
            f"{self._one(self.days)} {self._words(imprint, 1)}",
        )
        return self.random.choices(kinds, (5, 3, 4, 2, 3, 3, 4, 1))[0]

    def run(self, title: str) -> str:
        """Draw a few neighbouring words of a title, each with a capital."""
        words = _WORD.findall(title) or ["Untitled"]
        n = self.random.choice((1, 2, 2, 2, 3, 3, 4))
        at = self.random.randrange(max(1, len(words) - n + 1))
        return " ".join([word[0].upper() + word[1:] for word in words[at : at + n]])

    def _one(self, words: Sequence[str]) -> str:
        return self.random.choice(words)

    def _words(self, words: Sequence[str], most: int) -> str:
        several = self.random.choices(words, k=self.random.randint(1, most))
        return " ".join([word[0].upper() + word[1:] for word in several])


def names_in_data(data: Path) -> tuple[list[str], list[str]]:
    """Give the names of the authors, and the titles, each in the order of its hash."""
    names: set[str] = set()
    titles: set[str] = set()
    for path in sorted((data / "arxiv" / "papers").glob("papers_*.xz")):
        for paper in library.rows_of(path):
            names.update(paper["authors"])
            titles.add(paper["title"])
    kept = (name for name in names if 1 < len(name.split()) < 6 and not _ODD.search(name))
    kept = (name for name in kept if all(map(_is_cased, name.split())))
    plain = (title for title in titles if not {"$", "\\"} & set(title))
    return sorted(kept, key=_hash), sorted(plain, key=_hash)


def _is_cased(word: str) -> bool:
    return word[0].isupper() or word in PARTICLES


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


def varied(names: Sequence[str]) -> Iterator[str]:
    """Give some of the names with initials, and of some the family name alone."""
    chosen = random.Random(2)
    for name in names:
        *given, family = name.split()
        kind = chosen.random()
        if kind < 0.1:
            yield " ".join([*(word[0] + "." for word in given), family])
        else:
            yield family if kind < 0.2 else name


def rows_of(texts: Sequence[str]) -> csr_array:
    """Count the pieces of texts, as `person.name_score` weighs them."""
    starts, columns, values = [0], list[int](), list[float]()
    for text in texts:
        words = words_of(text)
        long = [word for word in words if len(word) > 1]
        for word in long:
            for number, share in pieces_of(word, N_PIECES):
                columns.append(number)
                values.append(share / len(long))
        for name in shape_of(words):
            columns.append(N_PIECES + SHAPES.index(name))
            values.append(1)
        starts.append(len(columns))
    return csr_array((values, columns, starts), shape=(len(texts), N_PIECES + len(SHAPES)))


def fit(rows: csr_array, is_name: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit a logistic regression."""
    size = np.full(rows.shape[1], PENALTY * rows.shape[0])
    size[N_PIECES:] = 0

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = rows @ weights
        likely = 1 / (1 + np.exp(-score))
        lost = np.logaddexp(0, np.where(is_name > 0, -score, score)).sum()
        return float(lost + size @ weights**2 / 2), rows.T @ (likely - is_name) + size * weights

    start = np.zeros(rows.shape[1])
    options = {"maxiter": 80}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x)


def main() -> None:
    """Print what passes each bound, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", type=Path, metavar="FILE", help="reader/pdfs/text/person.json")
    asked = parser.parse_args()
    names, titles = names_in_data(asked.data)
    draw = Others()
    others = [draw.run(title) for title in titles for _ in range(2)]
    others += [draw.phrase() for _ in range(N_EACH // 2)]
    others.sort(key=_hash)
    own = [*varied(names[N_ASIDE : N_ASIDE + N_EACH])]
    rest = others[N_ASIDE:]
    right = np.array([1.0] * len(own) + [0.0] * len(rest))
    weights = fit(rows_of([*own, *rest]), right)
    pieces = np.clip(np.round(weights[:N_PIECES] / STEP), -127, 127).astype(np.int8)
    shapes = [round(weight, 2) for weight in weights[N_PIECES:].tolist()]
    rounded = np.array([*(pieces * STEP), *shapes])
    aside = [rows_of(texts[:N_ASIDE]) @ rounded for texts in (names, others)]
    for bound in BOUNDS:
        kept, taken = ((score > bound).mean() for score in aside)
        sys.stdout.write(f"above {bound}: {kept:.2%} of names, {taken:.2%} of others\n")
    if asked.write:
        packed = base64.b64encode(pieces.tobytes()).decode()
        found = {"pieces": packed, "words": dict(zip(SHAPES, shapes, strict=True))}
        asked.write.write_text(json.dumps(found, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
