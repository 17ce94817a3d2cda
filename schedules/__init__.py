"""When things happen: cadences, working days, quiet hours and report calendars. Pure functions and data."""
