"""The countries that donors live in: two letters of ISO 3166, with their names from CLDR."""

import re
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

# Unions, a test and "unknown": CLDR's own, and nobody's country.
_NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
COUNTRIES: frozenset[str] = frozenset(
    code
    for code in map(str, Locale("th").territories)
    if re.fullmatch(r"[A-Z]{2}", code) and code not in _NO_COUNTRY
)


@lru_cache(maxsize=2)
def list_countries(language: str) -> tuple[tuple[str, str], ...]:
    """(code, name) in `language`, in the order of its dictionaries."""
    names: Mapping[str, str] = Locale(language).territories
    return tuple(
        sorted(((code, names[code]) for code in COUNTRIES), key=lambda pair: _sortable(pair[1]))
    )


def _sortable(name: str) -> str:
    # A Thai vowel written first is sorted after its consonant; an accent counts as none.
    return re.sub("([เ-ไ])(.)", r"\2\1", name).replace("Å", "A")
