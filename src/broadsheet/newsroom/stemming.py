"""The stem of a word, in whichever language it is written: visits and visited are visit."""

import threading
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

ONE_AT_A_TIME = threading.Lock()
"""A stemmer keeps the word it works on in itself."""
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian",
    "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Snowball's algorithms by language code. In other languages words are compared as they are."""


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """The stem of a word in small letters; `language` is a tag as in es-ES. Words of a language
    that has no stemmer are their own."""
    stemmer = _stemmer(language.partition("-")[0].lower())
    if stemmer is None:
        return word
    with ONE_AT_A_TIME:
        return str(stemmer.stemWord(word))


@cache
def _stemmer(code: str) -> Any:
    name = STEMMERS.get(code)
    return snowballstemmer.stemmer(name) if name else None
