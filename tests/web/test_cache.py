"""Limits and signs of life are kept for as long as they count, and no longer."""

from django.core.cache import cache
from django.db import connection

from broadsheet.background import forget_expired


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache")
        return int(cursor.fetchone()[0])


def test_hundreds_of_limits_put_no_sign_of_life_out_of_the_cache(db: None) -> None:
    cache.set("background-1", 1, 60)
    for number in range(400):
        cache.set(f"limit-{number}", 1, 60)
    assert cache.get("background-1") == 1
    assert kept() == 401


def test_what_has_expired_is_forgotten_and_the_rest_is_not(db: None) -> None:
    cache.set("before", 1, -60)
    cache.set("now", 1, 60)
    forget_expired.func()
    assert kept() == 1
    assert cache.get("now") == 1
