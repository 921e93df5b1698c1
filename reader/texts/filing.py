"""Say why a folder is suggested for a paper."""

from __future__ import annotations

from reader.base.messages import _, ngettext
from reader.library.file_names import Suggestion


def suggestion_text(suggestion: Suggestion) -> str:
    """Describe the reasons for a folder."""
    reasons = []
    if suggestion.like:
        n = len(suggestion.like) - 1
        key = suggestion.like[0]
        reasons.append(
            _("like {key} and {n} more, filed there", key=key, n=n)
            if n
            else _("like {key}, filed there", key=key)
        )
    if suggestion.authors:
        names, n = _(", ").join(suggestion.authors[:3]), suggestion.n_by_authors
        reasons.append(
            ngettext("{n} paper there by {names}", "{n} papers there by {names}", n, names=names)
        )
    if suggestion.words:
        reasons.append(_("words: {words}", words=_(", ").join(suggestion.words[:5])))
    if suggestion.category:
        reasons.append(_("{name}, like most papers filed there", name=suggestion.category))
    return _("; ").join(reasons)
