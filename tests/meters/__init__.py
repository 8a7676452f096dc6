"""How many subscribers' articles a reader has read."""

import pytest

pytest.register_assert_rewrite("tests.meters.contract")
