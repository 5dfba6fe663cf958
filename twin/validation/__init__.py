"""The twin held to what was measured: Table 1 of JP 2003-027014, exact physics, exact lines."""
