"""Stories are found in PostgreSQL by their words, as in SQLite, and in other forms of them too."""

import pytest

from tests.postgres.conftest import Told

FOUND = {
    "us": {
        "visitor": ["visitors"],
        "VISITING": [],  # another word, whose stem is not this one's
        "chateau": ["château"],
        "km h": ["km", "h"],  # which PostgreSQL by itself would take for a file
        "the": ["The", "the"],  # which it would leave out
        "visitor moscow": [],
        "'; --": ["refused"],
        "& |": ["refused"],
    },
    "es": {"canción": ["canciones"], "reuniones": ["reunión"], "plaza": ["plaza"], "visitor": []},
}


@pytest.mark.parametrize("edition", FOUND)
def test_words_are_found_by_the_language_of_the_edition(told: Told, edition: str) -> None:
    assert told["searches"][edition] == FOUND[edition]
