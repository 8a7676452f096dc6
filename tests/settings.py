"""The settings of the paper that tests run on: the product's own, in a folder thrown away.

With BROADSHEET_TEST_DATABASE=postgres its database is a PostgreSQL of this run's own.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack

from tests.servers.postgres import Postgres, postgres

FOLDER = tempfile.mkdtemp(prefix="broadsheet-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
DATABASE = os.environ.pop("BROADSHEET_TEST_DATABASE", "sqlite")
assert DATABASE in ("sqlite", "postgres"), DATABASE
for name in [name for name in os.environ if name.startswith("BROADSHEET_")]:
    if name not in ("BROADSHEET_OPERATIONS", "BROADSHEET_PROOF", "BROADSHEET_CHROMIUM"):
        del os.environ[name]
os.environ["BROADSHEET_CONFIG"] = f"{FOLDER}/none.toml"
os.environ["BROADSHEET_DATA_DIR"] = FOLDER
os.environ["BROADSHEET_SECRET_KEYS"] = '["a-key-for-tests-a-key-for-tests-a-key"]'
SERVER: Postgres | None = None
"""The server of this run's database; None: it is SQLite."""
if DATABASE == "postgres":
    running = ExitStack()
    atexit.register(running.close)
    SERVER = running.enter_context(postgres())
    os.environ["BROADSHEET_DATABASE_URL"] = SERVER.database("paper")

from broadsheet.settings.django import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ACCOUNT_RATE_LIMITS = False
