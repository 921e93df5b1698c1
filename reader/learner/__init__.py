"""Fit models to a person's decisions, with scikit-learn; what is fitted are plain numbers.

Each module fits one thing: `topics` what belongs to a topic, `talk` what gets talked about.
"""

from reader.learner.topics import fit_topic

__all__ = ["fit_topic"]
