"""Reading the mail that the paper wrote to files."""

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.conftest import LivePaper

CODE = re.compile(r"^\s*((?:[A-Z0-9]{3,4}-?){2})\s*$", re.MULTILINE)


class Postbox:
    """What arrives for readers from now on."""

    def __init__(self, paper: LivePaper) -> None:
        self._folder = Path(str(paper.told["mail"]))
        self._old = set(self._folder.glob("*"))

    def code_for(self, address: str) -> str:
        """The code in the mail that has come for an address, or soon does."""
        found = CODE.search(self.letter_for(address).get_content())
        assert found, f"no code in the mail for {address}"
        return found[1]

    def letter_for(self, address: str, patience: float = 15) -> EmailMessage:
        end = time.monotonic() + patience
        while True:
            for path in sorted(set(self._folder.glob("*")) - self._old):
                letter = message_from_bytes(path.read_bytes(), policy=policy.default)
                if letter["To"] == address:
                    self._old.add(path)
                    return letter
            assert time.monotonic() < end, f"no mail for {address}"
            time.sleep(0.05)
