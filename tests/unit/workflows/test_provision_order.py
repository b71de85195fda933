from __future__ import annotations

from tests.factories import Installed


import pytest
@pytest.mark.parametrize("n", range(6))
def test_happy(city: Installed, n) -> None:
    order = city.delivered(city.build_items(address=True))
    print(city.verdicts, city.ledger(), city.objects(order), city.stranded(), city.clock.now())
    print(city.progress(order))
