"""Judge how well a paper fits each of a person's topics, and learn it from their decisions.

    events     decisions → labels: what fades, what cools
    guessing   labels from words alone, for day one
    features   a paper → named numbers
    model      what a topic has learned, as plain numbers
    judging    a paper's score in a topic, as terms that add up
    asking     which papers to ask about

Pure functions on plain values. Fitting needs scikit-learn and is `reader.learner`.
"""

from reader.relevance.asking import uncertain
from reader.relevance.events import Event, Label, labels, liked
from reader.relevance.features import features
from reader.relevance.guessing import guesses, learned_from
from reader.relevance.judging import Judged, judge, place_of, standing
from reader.relevance.model import TopicModel, levelled, start

__all__ = [
    "Event", "Judged", "Label", "TopicModel", "features", "guesses", "judge", "labels",
    "learned_from", "levelled", "liked", "place_of", "standing", "start", "uncertain",
]  # fmt: skip
