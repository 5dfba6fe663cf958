"""Events only: stations, buffers, outages, crews, calendars, gates. Knows no chemistry."""
