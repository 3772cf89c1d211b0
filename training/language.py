"""The vocabulary of `kin`: names, question words, markers and one token for every fact.

Token ids are fixed by order: ⟨unk⟩, the five markers, the question words, the 24 names, then the 552
facts `parent→child` ordered by parent and child. Everything that is not a fact comes first, so "the small
vocabulary" (the tokens a lane may emit) is a prefix of the full one.
"""

NAMES = (
    "ada bob cy dee eli fay gus hal ida jo kit lou mia ned ola pip quin ray sue tom uma vic wes zoe"
).split()

UNKNOWN = "⟨unk⟩"
BEGIN, THINK, THOUGHT, ANSWER, END = "⟨bos⟩", "⟨think⟩", "⟨thought⟩", "⟨answer⟩", "⟨end⟩"
MARKERS = [BEGIN, THINK, THOUGHT, ANSWER, END]
QUESTION_WORDS = ["?", "or", "from"]

NON_FACTS = [UNKNOWN, *MARKERS, *QUESTION_WORDS, *NAMES]
FACTS = [f"{parent}→{child}" for parent in NAMES for child in NAMES if parent != child]
TOKENS = NON_FACTS + FACTS
ID = {token: index for index, token in enumerate(TOKENS)}

NAME_COUNT = len(NAMES)
FIRST_NAME = ID[NAMES[0]]
FIRST_FACT = len(NON_FACTS)

FACT_PARENTS = [p for p in range(NAME_COUNT) for c in range(NAME_COUNT) if p != c]
"""Name index of the parent of fact i, in the order of `FACTS`."""
FACT_CHILDREN = [c for p in range(NAME_COUNT) for c in range(NAME_COUNT) if p != c]
"""Name index of the child of fact i, in the order of `FACTS`."""


def fact_id(parent, child):
    """Token id of the fact parent→child. Takes name indices (0 to 23), scalars or arrays alike."""
    return FIRST_FACT + parent * (NAME_COUNT - 1) + child - (child > parent)


def text_of(ids) -> str:
    """The tokens of `ids` joined by spaces, as a user would type them."""
    return " ".join(TOKENS[int(i)] for i in ids)
