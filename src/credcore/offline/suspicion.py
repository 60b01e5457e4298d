"""Text that talks to whoever grades instead of answering: recognised by rule, only ever to set a passage
aside.

The patterns are bounded, so that no input makes them slow. They fire on honest answers about attacks as well:
what stands in quotation marks is therefore taken as quoted, and a hit alone costs no more than the passage
itself.
"""

from __future__ import annotations

import re

from credcore.offline.text import fold

_GRADER = r"(?:grader|examiner|assessor|evaluator|rubric|assistant|chatbot|language model|llm|gpt)"
_AWARD = r"(?:award|assign|grant|give|grade)"
_FULL = r"(?:full|max\w*|perfect|highest|top|10|ten|100)"
_WORK = r"(?:answer|response|submission|student|essay)"
_MARKS = r"(?:points?|marks?|scores?|grades?|credits?)"
_PATTERNS = tuple(
    re.compile("|".join(alternatives))
    for alternatives in (
        (
            r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|prompt|rubric|criteria|"
            r"guideline|(?:the|all|your|any|my) (?:above|previous|prior|earlier|rules?)|everything (?:above|before))",
        ),
        (
            rf"\b{_AWARD}\b.{{0,40}}\b{_FULL}\b.{{0,20}}(?:\b{_MARKS}\b|/\s?10|out of)",
            rf"\b{_AWARD}\b.{{0,20}}\b(?:me|myself|it|this|(?:the|this|my) {_WORK})\b"
            rf".{{0,30}}\b(?:{_MARKS}|{_FULL})\b",
            rf"\b(?:rate|mark|score)\b.{{0,10}}\b(?:me|it|{_WORK})\b.{{0,25}}\b{_FULL}\b",
            rf"\b(?:full|maximum|perfect|highest|top|passing) {_MARKS}\b",
            rf"\bdeserves?\b.{{0,30}}\b(?:{_MARKS}|{_FULL})\b",
        ),
        (
            r"\b(?:score|grade|points|marks|verdict)\b[\"'* ]{0,4}[:=][\"'* ]{0,4}(?:10|ten|full|max|pass)\b",
            r"\b(?:10|ten|100)\s{0,2}(?:/|out of)\s{0,2}(?:10|ten|100)\b",
            r"[\"']met[\"']\s?:\s?true|[\"'](?:strengths|improvements|evidence)[\"']\s?:",
            r"\b(?:all|every|each) (?:of )?(?:the )?criteri\w+ (?:(?:is|are|was|were|has|have|as|been) )*(?:fully )?"
            r"(?:met|true|satisf)",
            r"\b(?:already|previously|human|was|been) (?:graded|verified|scored|approved)\b"
            r".{0,40}\b(?:10|full|max|by)\b",
        ),
        (
            r"<\|?/?(?:im_start|im_end|endoftext|instructions?|student_answer|grading)\b",
            r"<\|?/?(?:system|assistant)\b",
            r"^[\s#*>\[<]{0,6}(?:system|assistant|user|developer|human|ai)[\]*]{0,3}\s{0,2}:\s",
            r"\[/?inst\]|\[/?system|<<sys>>|###\s?(?:instruction|system|response|end)",
            r"\bend of (?:the )?(?:student |learner )?(?:answer|submission)|\bsystem (?:prompt|message|override)\b",
        ),
        (
            rf"\b(?:dear|hello|hi|attention|note to|message to|you are (?:now )?(?:an? |the )?)\b"
            rf".{{0,20}}\b{_GRADER}\b",
            rf"\bas (?:the|your|an?) .{{0,20}}{_GRADER}\b",
            rf"\b(?:the|this|any|dear) {_GRADER}\b.{{0,30}}\b(?:must|should|please|has to|shall)\b",
            r"\byou (?:are|act) (?:now|no longer)\b|\b(?:pretend|role ?-?play|from now on)\b.{0,40}\byou\b",
            r"\b(?:new|updated|revised|changed) (?:rubric|grading|marking)",
            r"\brubric\b.{0,30}\b(?:changed|is now|replaced)\b",
            r"\b(?:repeat|reveal|print|show|quote|tell|leak)\b.{0,30}\b(?:reference (?:answer|solution)|system prompt|"
            r"model answer|rubric|expected answer|hidden (?:instructions|text|prompt)|your instructions)",
            r"\bplease (?:be (?:kind|generous|lenient)|let me pass|pass me)\b",
            rf"\b(?:do not|don't|never) (?:deduct|lower) .{{0,20}}{_MARKS}",
        ),
        (
            r"\b(?:i am|i'm|this is) (?:the|your|a|an) (?:professor|lecturer|teacher|dean|examiner|instructor|"
            r"administrator)\b",
            r"\b(?:i will|i'll|i might|i would) (?:fail|lose|be (?:expelled|deported)|die|tip)\b",
            r"\bmy (?:scholarship|visa|mother|father|grandmother|career|degree)\b"
            r".{0,40}\b(?:depends?|if|unless|pass|fail)",
        ),
        (
            r"\b(?:ignorier|vergiss|ignorez|oubliez|ignora|olvida|dimentica|ignoruj|negeer)\w*\b.{0,60}\b(?:anweis|"
            r"instru|richtlin|consigne|istruz|regel|polec|todo|tout)",
            r"\b(?:gib|vergib|donne[zr]?|attribue[zr]?|dame|asigna|otorga|assegna|dai|geef)\b.{0,40}\b(?:punkte?|points?|"
            r"puntos|punti|pontos|punten|note|nota)\b",
            r"忽略|无视|無視|满分|滿分|満点|무시|만점|игнорир|забудь|максимальн\w* (?:балл|оценк)|تجاهل|अनदेखा",
        ),
    )
)


_LEET = str.maketrans("013457@$", "oieastas")
_QUOTED = re.compile(r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|`[^`\n]{1,400}`|«[^»\n]{1,400}»|(?<!\w)'[^'\n]{3,400}'(?!\w)")
_READ = 2_000


def speaks_to_grader(raw: str) -> bool:
    """Whether the text contains instructions to a grader, also in leetspeak or with letters of other scripts."""
    plain = raw[:_READ].lower()
    folded = fold(raw[:_READ]).lower()
    versions = {plain, folded, folded.translate(_LEET)}
    return any(pattern.search(version) for version in versions for pattern in _PATTERNS)


def without_quotes(raw: str) -> str:
    """The text without what stands in quotation marks."""
    return _QUOTED.sub(" ", raw)
