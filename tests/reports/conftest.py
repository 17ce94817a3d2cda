"""An office whose reports are due: two wards below a city, with a plan and the reports of its year."""

import pytest

from tests.factories import Office
from tests.reports.offices import Reporting, make_reporting


@pytest.fixture
def reporting(office: Office) -> Reporting:
    """A city with two wards, on SQLite."""
    return make_reporting(office)


@pytest.fixture
def either_reporting(either_office: Office) -> Reporting:
    """A city with two wards, once on SQLite and once on PostgreSQL."""
    return make_reporting(either_office)
