"""The settings of the paper that tests run on: the product's own, in a folder thrown away."""

import atexit
import os
import shutil
import tempfile

FOLDER = tempfile.mkdtemp(prefix="broadsheet-tests-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
for name in [name for name in os.environ if name.startswith("BROADSHEET_")]:
    if name not in ("BROADSHEET_OPERATIONS", "BROADSHEET_CHROMIUM"):
        del os.environ[name]
os.environ["BROADSHEET_CONFIG"] = f"{FOLDER}/none.toml"
os.environ["BROADSHEET_DATA_DIR"] = FOLDER
os.environ["BROADSHEET_SECRET_KEYS"] = '["a-key-for-tests-a-key-for-tests-a-key"]'

from broadsheet.settings.django import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ACCOUNT_RATE_LIMITS = False
