"""The little English that the grader knows: words without content, weak words, endings, refusals, look-alikes."""

from __future__ import annotations

FUNCTION_WORDS = frozenset(
    """a about above across after again against all almost alone along already also although always am among an and
    another any anyone anything are aren't around as at away back be because been before being below between both but
    by can can't cannot could couldn't did didn't do does doesn't doing don't done down during each either else enough
    etc even ever every everyone everything few for from further get gets getting give gives given go goes going gone
    got had has hasn't have haven't having he hence her here hers herself him himself his how however i i'd i'll i'm
    i've if in instead into is isn't it it's its itself just keep kept let lets like likely made mainly make makes
    making many may maybe me might mine more moreover most mostly much must my myself near need needs neither never
    no nobody none nor not nothing now of off often oh on once one only onto or other others otherwise ought our ours
    out over own per perhaps please put quite rather really same see seen seems shall she should shouldn't since so
    some somehow someone something sometimes still such take taken takes than that that's the their theirs them
    themselves then there there's therefore these they they're this those though through thus to together too toward
    towards under unless until up upon us very via was wasn't we well were weren't what whatever when whenever where
    whereas wherever whether which while who whoever whole whom whose why will with within without won't would
    wouldn't yes yet you you'd you'll you're your yours yourself""".split()  # noqa: SIM905 - a word list reads better as running text
)
"""Never counted as content; their share tells a sentence from a list of keywords."""

WEAK_WORDS = frozenset(
    """able answer answers basically believe better big bigger called case cases certain change changes come
    comes completely correct depend depends different difference easy example explain explanation fast faster
    first following general generally good great happen happens help helps high higher important kind large
    larger last less lot lots low lower main mean means name new next number old order part parts people point
    possible problem problems question questions reason result right say second set short show similar simple
    simply single slow small smaller solution sort specific start state thing things think third time times two
    three four type types use used useful user users uses using usually way ways want wants work working works
    wrong year""".split()  # noqa: SIM905 - a word list reads better as running text
)
"""Content, but said about anything: they count for little."""

NEGATORS = frozenset(
    """not no never none nothing neither nor without cannot can't don't doesn't didn't isn't aren't wasn't weren't
    won't wouldn't shouldn't couldn't hasn't haven't dont doesnt isnt cant false incorrect untrue""".split()  # noqa: SIM905 - a word list reads better as running text
)
DENIALS = frozenset(
    ["wrong", "hardly", "barely", "scarcely", "rarely", "seldom", "opposite", "contrary", "lie", "lies"]
)
"""Words that deny as well, but stand in many honest sentences."""

SUFFIXES: tuple[tuple[str, str, int], ...] = (
    ("ization", "iz", 3), ("isation", "iz", 3), ("ational", "at", 3), ("fulness", "", 3), ("iveness", "", 3),
    ("ibility", "", 3), ("ability", "", 3), ("ications", "ic", 3), ("ication", "ic", 3), ("ations", "at", 3),
    ("izing", "iz", 3), ("ising", "iz", 4), ("ized", "iz", 3), ("ises", "iz", 4), ("izes", "iz", 3),
    ("ation", "at", 3), ("ating", "at", 3), ("ments", "", 4), ("ities", "", 3), ("ement", "", 4), ("ators", "at", 3),
    ("ator", "at", 3), ("ated", "at", 3), ("ates", "at", 3), ("ings", "", 3), ("ness", "", 4), ("ment", "", 4),
    ("able", "", 4), ("ible", "", 4), ("ions", "", 4), ("ally", "", 4), ("ance", "", 4), ("ence", "", 4),
    ("ize", "iz", 3), ("ise", "iz", 4), ("ate", "at", 3), ("ion", "", 4), ("ing", "", 3), ("ity", "", 4),
    ("ive", "", 4), ("ies", "i", 2), ("ied", "i", 2), ("ers", "", 4), ("ful", "", 4), ("ous", "", 4), ("ant", "", 4),
    ("ent", "", 4), ("sses", "ss", 2), ("xes", "x", 2), ("ches", "ch", 2), ("shes", "sh", 2),
    ("ed", "", 3), ("er", "", 4), ("or", "", 4), ("ly", "", 4), ("al", "", 4), ("ic", "", 4), ("es", "", 3),
    ("ss", "ss", 1), ("us", "us", 1), ("is", "is", 1), ("s", "", 3),
)  # fmt: skip
"""(ending, what stands in its place, letters that must be left), tried in this order."""

CONFUSABLES = str.maketrans(
    "аеорсухіјѕԁһкмнтвгАВЕКМНОРСТУХІЈЅαοερτνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ’‘`´ʼ",  # noqa: RUF001 - look-alikes are the point
    "aeopcyxijsdhkmhtbrABEKMHOPCTYXIJSaoeptvikABEZHIKMNOPTYX'''''",
)
"""Cyrillic and Greek letters that pass for Latin ones, and the apostrophes."""
