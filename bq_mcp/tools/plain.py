"""Text as a person or a model writes it, brought to the characters that rules read."""

import unicodedata

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019"), "'")
_QUOTES = "\"'`"
# Written small or in a ring a digit is another number: 10² is not 102.
_OTHER_SIGNS = ("<super>", "<sub>", "<fraction>", "<circle>")


def plain(text: str) -> str:
    """Return `text` without quotes and blanks around it, with ASCII dashes, digits and blanks.

    Characters without a width are left out.
    """
    # An ASCII character is no other form of one.
    found = text if text.isascii() else _usual_form(text)
    found = " ".join(found.split())
    while len(found) >= 2 and found[0] == found[-1] and found[0] in _QUOTES:
        found = found[1:-1].strip()
    return found


def _usual_form(text: str) -> str:
    return "".join(map(_usual, text)).translate(_DASHES | _APOSTROPHES)


def _usual(char: str) -> str:
    """Return the characters that `char` is only another form of; "" for one that shows nothing."""
    if unicodedata.decomposition(char).startswith(_OTHER_SIGNS):
        return char
    return "" if unicodedata.category(char) == "Cf" else unicodedata.normalize("NFKC", char)
