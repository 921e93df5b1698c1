"""Know arXiv's classes, so that a mistyped one is told from a class without papers.

Source: the category taxonomy, arxiv.org/category_taxonomy, as of 2025. Classes that were
merged into others long ago (cmp-lg, chao-dyn) get no papers and are not here.
"""

from __future__ import annotations

import difflib

from reader.phrases import say

_ARCHIVES = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE"
    " NI OH OS PF PL RO SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA"
    " RT SG SP ST",
    "nlin": "AO CD CG PS SI",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph"
    " flu-dyn gen-ph geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "stat": "AP CO ME ML OT TH",
}
_WITHOUT_PARTS = "gr-qc hep-ex hep-lat hep-ph hep-th math-ph nucl-ex nucl-th quant-ph"

CLASSES = frozenset(
    {f"{archive}.{part}" for archive, parts in _ARCHIVES.items() for part in parts.split()}
    | set(_WITHOUT_PARTS.split())
)

_QUIET = (
    "cond-mat.other cs.CG cs.DL cs.ET cs.FL cs.GL cs.MS cs.OH cs.OS cs.PF cs.SC econ.EM econ.GN"
    " econ.TH hep-lat math.AC math.CT math.GM math.GN math.HO math.KT math.MG math.SG math.SP"
    " nlin.AO nlin.CD nlin.CG nlin.PS nlin.SI nucl-ex physics.acc-ph physics.ao-ph"
    " physics.atm-clus physics.class-ph physics.ed-ph physics.gen-ph physics.geo-ph"
    " physics.hist-ph physics.pop-ph physics.space-ph q-bio.BM q-bio.CB q-bio.GN q-bio.MN q-bio.OT"
    " q-bio.SC q-bio.TO q-fin.CP q-fin.EC q-fin.GN q-fin.MF q-fin.PM q-fin.PR q-fin.RM q-fin.ST"
    " q-fin.TR stat.OT"
)
QUIET = frozenset(_QUIET.split())
"""Classes of some ten papers a listing day or fewer: a day without any is nothing odd there.

Estimated, not counted. One too many costs a few more questions to the API, one
too few a warning on an empty day.
"""


def nearest_class(name: str) -> str:
    """Give the class whose name is most like another one, "" where none is much like it."""
    names = {known.lower(): known for known in sorted(CLASSES)}
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return names[near[0]] if near else ""


def unknown_class_text(name: str) -> str:
    """Say that arXiv has no class of this name, and what may have been meant."""
    if name in _ARCHIVES:
        known = say("list").join(f"{name}.{part}" for part in _ARCHIVES[name].split()[:3])
        return say("toml.archive", name=name, known=known)
    near = nearest_class(name)
    text = say("toml.unknown_class", name=name)
    return f"{text} {say('toml.near', near=near)}" if near else text
