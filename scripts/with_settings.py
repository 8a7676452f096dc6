"""Runs a command with the settings of an empty throw-away paper: for checks that need Django."""

import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
        "BROADSHEET_CONFIG": f"{folder}/none.toml",
        "BROADSHEET_DATA_DIR": folder,
        "BROADSHEET_SECRET_KEYS": '["only-for-checks-only-for-checks-only"]',
    }
    sys.exit(subprocess.run(sys.argv[1:], env=environment, check=False).returncode)
