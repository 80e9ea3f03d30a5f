"""Text where it comes in: what nobody can see, what turns its neighbours round, and what is only written wider.

Python's tables end at one year's Unicode, people's names do not: a sign they do not know is kept as it is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Surrogates, noncharacters, controls; embeddings, overrides and isolates; deprecated and annotation formats.
JUNK: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
LINE_ENDS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
# Signs that are drawn as nothing although their category says letter, mark or symbol, and those never to be drawn.
BLANK: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
UNSEEN_KINDS: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})
OTHER_DIGITS: Final = re.compile(r"[^\D0-9]")
HYPHENS: Final = re.compile("[\u2010-\u2013\u2212]")
BRACKETS: Final = str.maketrans("[{【〔〖〘〈《「『", "((((((((((") | str.maketrans("]}】〕〗〙〉》」』", "))))))))))")
DASHES: Final = re.compile("[\u2010-\u2015\u2212\ufe58\u30fc](?=.)")
SPACES: Final = re.compile(r"\s+")


class Unseen(ValueError):
    """Nothing in the text can be seen."""

    def __init__(self) -> None:
        super().__init__("the text has no visible character")


def lines(text: str) -> str:
    """A text of several lines: NFC, plain line ends, without junk and direction overrides, trimmed."""
    plain = LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    return JUNK.sub("", plain).replace("\t", " ").strip()


def one_line(text: str) -> str:
    """A name or title: like `lines`, its line ends spaces."""
    return lines(text).replace("\n", " ")


def is_visible(text: str) -> bool:
    """Whether a reader sees anything: a sign that is not a space, a mark without a letter, or drawn as nothing."""
    return any(unicodedata.category(sign) not in UNSEEN_KINDS for sign in BLANK.sub("", text))


def visible(text: str) -> str:
    """The text as it is, or nothing when it is empty. Raises `Unseen` when it only seems not to be."""
    if text and not is_visible(text):
        raise Unseen
    return text


def folded(text: str) -> str:
    """NFKC without anything that cannot be seen, trimmed: what two writings of one identifier have in common."""
    plain = BLANK.sub("", JUNK.sub("", unicodedata.normalize("NFKC", BLANK.sub("", text))))
    if not plain.isprintable():
        plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return SPACES.sub(" ", plain).strip()


def same(text: str) -> str:
    """What two writings of one name, word or search share: `folded` without case, in 0–9, with one bracket and hyphen.

    Letters stay letters: 0 is not O.
    """
    plain = unicodedata.normalize("NFKC", folded(text).casefold())
    return HYPHENS.sub("-", _digits(plain)).translate(BRACKETS)


def holds(part: str, *texts: str | None) -> bool:
    """Whether one of the texts has the part in it, however each is written; `part` is what `same` made of it."""
    return any(part in same(each) for each in texts if each)


def code(text: str) -> str:
    """An identifier or code: `folded`, with any script's digits as 0–9 and any dash as `-`."""
    return DASHES.sub("-", _digits(folded(text)))


def email(text: str) -> str:
    """An address as it is shown; 。 and ． in its domain are dots."""
    local, at, domain = folded(text).rpartition("@")
    return local + at + domain.replace("。", ".")


def address(text: str) -> str:
    """An address as accounts are stored and looked up by: `email` in lower case."""
    return email(text).lower()


def _digits(text: str) -> str:
    return OTHER_DIGITS.sub(lambda found: str(unicodedata.decimal(found[0])), text)
