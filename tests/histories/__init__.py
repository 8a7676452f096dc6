"""Whether what many processes were answered could have happened one call after another."""

import pytest

pytest.register_assert_rewrite("tests.histories.seat_rule", "tests.histories.workers")
