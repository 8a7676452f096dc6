"""Who holds a seat now."""

import pytest

pytest.register_assert_rewrite("tests.seats.contract")
