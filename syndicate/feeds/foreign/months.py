"""The months in the languages of feeds: their beginnings without accents, as RFC 822 does not allow them and feeds do."""

import unicodedata

_BEGINNINGS = (
    "jan jän ene gen janv ian tam sty led sau jaan oca urt янв янu січ ян ιαν",
    "feb fev fév feb hel lut uno vas veeb şub ots фев лют φεβ",
    "mar mär mars març maa már mrt bře kov märts мар бер μαρ",
    "apr avr abr ápr huh kwi dub bal nis api апр кві απρ",
    "may mai mei mag maj máj maio maig toukok tou kvě geg мая май тра μαι μαϊ",
    "jun juin giu jún juny iun juuni kes cze červen červn čvn bir haz eka июн юни чер ιουν",
    "jul juil lug júl iul juuli hei lip červenec červenc čvc lie tem uzt июл юли лип ιουλ",
    "aug août aou ago avg elo sie srp rugp agu ağu abu авг сер αυγ",
    "sep set sept szep syy wrz zář rugs eyl ira сен вер септ σεπ",
    "oct okt ott out lok paź říj spa eki urr окт жов οκτ",
    "nov noi lis marras lap kas aza ноя лис ноем νοε",
    "dec dez dic déc des joulu gru pro dets ara abe gruod дек гру δεκ",
)
MIN_LENGTH = 2


def bare(word: str) -> str:
    """Return a word in lower case without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(char))


_MONTHS = {bare(beginning): month for month, words in enumerate(_BEGINNINGS, start=1) for beginning in words.split()}
_LONGEST = max(map(len, _MONTHS))


def month_of(word: str) -> int | None:
    """Return the month that a word names: the longest known beginning decides."""
    word = bare(word)
    lengths = range(min(len(word), _LONGEST), MIN_LENGTH - 1, -1)
    return next((_MONTHS[word[:length]] for length in lengths if word[:length] in _MONTHS), None)
