"""Hold the fitted numbers of the forecast, and read and write them as plain text.

Numbers alone: no word, name or id that they were fitted on.

    start -3.21             the log-odds of the usual paper
    weight after -0.12 8.7  a named number: its weight, and the usual value of it
    text 0.01 4 -12 0 …     the weights of the buckets of `text`, from the first on, in
    text 0.01 7 3 -1 …      units of the first number
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_A_LINE = 32
UNIT = 0.01


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What weighs a paper's numbers.

    start: the log-odds of the usual paper, of which every number is as `usual` says and
    whose words say nothing. text: a weight for each bucket, from the first on.
    """

    start: float = -3.5
    weights: Mapping[str, float] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=dict)
    text: tuple[float, ...] = ()

    def weigh_text(self, buckets: Mapping[int, float]) -> float:
        """Give what the hashed words of a paper add."""
        n = len(self.text)
        return math.fsum(self.text[k] * v for k, v in buckets.items() if k < n)

    @classmethod
    def read(cls, text: str) -> Coefficients:
        """Read what `to_text` wrote. Raises ValueError for a line that is none of it."""
        start = cls().start
        weights: dict[str, float] = {}
        usual: dict[str, float] = {}
        words: list[float] = []
        for line in text.splitlines():
            match line.partition("#")[0].split():
                case []:
                    continue
                case ["start", value]:
                    start = _finite(value)
                case ["weight", name, value, at]:
                    weights[name], usual[name] = _finite(value), _finite(at)
                case ["text", unit, *values]:
                    words += [_finite(unit) * int(value) for value in values]
                case _:
                    raise ValueError(f"no coefficient: {line[:60]!r}")
        return cls(start, weights, usual, tuple(words))

    def to_text(self) -> str:
        """Write one number a line, the text's 32; rounded to hundredths and four digits."""
        lines = [f"start {self.start:.4f}"]
        lines += [
            f"weight {name} {value:.6g} {self.usual.get(name, 0.0):.6g}"
            for name, value in self.weights.items()
        ]
        units = [round(value / UNIT) for value in self.text]
        lines += [_row(units[i : i + _A_LINE]) for i in range(0, len(units), _A_LINE)]
        return "\n".join(lines) + "\n"


def _row(units: Sequence[int]) -> str:
    return f"text {UNIT} {' '.join(map(str, units))}"


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"no number: {text!r}")
    return value
