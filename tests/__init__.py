"""Units beside their layers, journeys in `tests/journeys`, house rules in `tests/house`."""
