"""The tests of the checks run with numpy and without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.without_numpy import without_numpy


@pytest.fixture(autouse=True, params=["numpy", "plain"])
def _numpy(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "numpy":
        yield
    else:
        with without_numpy():
            yield
