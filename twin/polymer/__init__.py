"""Science that two or more stages share: pure functions in SI units."""
