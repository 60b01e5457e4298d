"""Text that talks to whoever grades instead of answering: recognised by rule, only ever to set a passage aside.

The patterns are bounded, so that no input makes them slow. They fire on honest answers about attacks as well: what
stands in quotation marks is therefore taken as quoted, and a hit alone costs no more than the passage itself.
"""

from __future__ import annotations

import re

from credcore.offline.text import fold

_GRADER = r"(?:grader|examiner|assessor|evaluator|rubric|assistant|chatbot|language model|llm|gpt)"
_AWARD = r"(?:award|assign|grant|give|grade|mark|score|respond with)"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(?:instruction|prompt|rule|rubric|criteria|"
        r"guideline|direction|above|previous|prior|earlier|everything)",
        rf"\b{_AWARD}\b.{{0,40}}\b(?:full|max\w*|perfect|highest|top|all|10|ten|100)\b.{{0,20}}"
        r"(?:\b(?:points?|marks?|scores?|grades?|credits?)\b|/\s?10|out of)",
        rf"\b{_AWARD}\b.{{0,30}}\b(?:points?|marks?|scores?|grades?|credits?)\b",
        r"\b(?:score|grade|points|marks|verdict|result)\b[\"'* ]{0,4}[:=][\"'* ]{0,4}(?:10|ten|full|max|pass|100)\b",
        r"\b(?:10|ten|100)\s{0,2}(?:/|out of)\s{0,2}(?:10|ten|100)\b",
        r"<\|?/?(?:im_start|im_end|system|user|assistant|instruction|answer|endoftext|grading|result)\b",
        r"^[\s#*>\[<]{0,6}(?:system|assistant|user|developer|human|ai)[\]*]{0,3}\s{0,2}:",
        r"\[/?inst\]|\[/?system|<<sys>>|###\s?(?:instruction|system|response|end)|\bend of (?:the )?(?:student |learner )?"
        r"(?:answer|input|submission|response|prompt)",
        rf"\b(?:dear|hello|hi|attention|note to|message to|to the|you are (?:now )?(?:a |an |the )?)\b.{{0,20}}\b{_GRADER}",
        rf"\bas (?:the|your|an?) .{{0,20}}{_GRADER}|\b{_GRADER}\b.{{0,30}}\b(?:must|should|please|has to|will)\b",
        r"\byou (?:are|act) (?:now|as|no longer)\b|\b(?:pretend|imagine|act as|role ?-?play|from now on)\b.{0,40}\byou\b",
        r"\b(?:new|updated|revised|real|actual|changed) (?:rubric|instruction|criteri|grading)",
        r"\b(?:repeat|reveal|print|show|quote|tell|leak)\b.{0,30}\b(?:reference|system prompt|model answer|rubric|"
        r"expected answer|instructions|looks_for|nonce|hidden)",
        r"\b(?:already|previously|human|was|been) (?:graded|reviewed|verified|marked|scored|approved)\b",
        r"\b(?:all|every|each) (?:the )?criteri\w+ (?:is|are|was|were|has|have|as)?\s?(?:fully )?(?:met|true|satisf)",
        r"\b(?:full|maximum|perfect|highest|top|good|better|passing) (?:marks?|scores?|grades?|points?|credits?)\b",
        r"\b(?:i am|i'm|this is) (?:the|your|a|an) (?:professor|lecturer|teacher|dean|developer|administrator|admin|"
        r"examiner|instructor|system)\b",
        r"\b(?:i will|i'll|i might|i would) (?:fail|lose|be expelled|be deported|die|tip)\b|\bmy (?:scholarship|visa|"
        r"mother|father|grandmother|career|degree) \b.{0,40}\b(?:depends?|if|unless|pass|fail|need)",
        r"\bplease (?:be (?:kind|generous|lenient)|let me pass|pass me)\b|\b(?:do not|don't|never) (?:grade|deduct|judge)",
        r"\b(?:ignorier|vergiss|ignorez|oubliez|ignora|olvida|ignore as|dimentica|ignoruj|negeer)\w*\b.{0,60}\b(?:anweis|"
        r"instru|richtlin|consigne|istruz|regel|polec|punkt|todo|tout)",
        r"\b(?:gib|vergib|donne[zr]?|attribue[zr]?|dame|asigna|otorga|assegna|dai|geef)\b.{0,40}\b(?:punkte?|points?|"
        r"puntos|punti|pontos|punten|note|nota)\b",
        r"忽略|无视|無視|满分|滿分|満点|指示|무시|만점|игнорир|забудь|максимальн\w* (?:балл|оценк)|تجاهل|अनदेखा",
    )
)  # fmt: skip
_LEET = str.maketrans("013457@$", "oieastas")
_QUOTED = re.compile(r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|`[^`\n]{1,400}`|«[^»\n]{1,400}»|(?<!\w)'[^'\n]{3,400}'(?!\w)")
_READ = 2_000


def speaks_to_grader(raw: str) -> bool:
    """Whether the text contains instructions to a grader, also in leetspeak or with letters of other scripts."""
    plain = raw[:_READ].lower()
    folded = fold(raw[:_READ]).lower()
    versions = {plain, folded, folded.translate(_LEET)}
    return any(pattern.search(version) for version in sorted(versions) for pattern in _PATTERNS)


def without_quotes(raw: str) -> str:
    """The text without what stands in quotation marks."""
    return _QUOTED.sub(" ", raw)
