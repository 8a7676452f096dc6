"""Servers that forget what they have answered, and nobody says so: the proof must find it out."""

from pathlib import Path

import pytest

from tests.histories.faults import BEHIND, FailedOver, Fault, Scene, ServerEmptied
from tests.histories.networks import Network
from tests.histories.test_faults import endure


class EmptiedInSecret(ServerEmptied):
    def strike(self, scene: Scene) -> bool:
        super().strike(scene)
        scene.done.clear()
        return True


class FailedOverInSecret(FailedOver):
    def strike(self, scene: Scene) -> bool:
        super().strike(scene)
        scene.done.clear()
        return True


@pytest.mark.parametrize(
    "fault", [EmptiedInSecret("emptied"), FailedOverInSecret("failed over", BEHIND)]
)
def test_a_server_that_forgets_in_secret_is_found_out(fault: Fault, tmp_path: Path) -> None:
    row = endure(fault, Network(), tmp_path)
    assert row.violations > 0
