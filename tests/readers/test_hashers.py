"""Passwords are kept by Argon2id, also those that were kept otherwise before."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import override_settings

from broadsheet.settings import django
from tests import people


@override_settings(PASSWORD_HASHERS=django.PASSWORD_HASHERS)
@pytest.mark.django_db
def test_a_password_of_old_opens_and_is_kept_by_argon2_from_then_on() -> None:
    ana = people.reader("ana@example.org")
    ana.password = PBKDF2PasswordHasher().encode(people.PASSWORD, "a-salt-of-old-days", 1000)
    ana.save()
    assert authenticate(email=ana.email, password="another") is None
    assert authenticate(email=ana.email, password=people.PASSWORD) == ana
    ana.refresh_from_db()
    assert ana.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert authenticate(email=ana.email, password=people.PASSWORD) == ana
