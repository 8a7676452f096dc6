"""Which of the paper's languages a browser asks for."""

from collections.abc import Mapping

from django.utils.translation.trans_real import parse_accept_lang_header


def best_match(header: str, languages: Mapping[str, str]) -> str:
    """The key whose language an Accept-Language header wants most; the first when none is wanted.

    `languages` maps keys to tags ("es" to "es-ES"). A wish for Mexican Spanish is answered with
    any Spanish rather than with another language that is wanted less.
    """
    for wish, _quality in parse_accept_lang_header(header.lower()):
        for exact in (True, False):
            for key, language in languages.items():
                if _answers(language.lower(), wish, exact=exact):
                    return key
    return next(iter(languages))


def _answers(language: str, wish: str, *, exact: bool) -> bool:
    if exact:
        return language == wish
    return language.partition("-")[0] == wish.partition("-")[0]
