"""Faults that the store must survive: how they are injected, how often, and what came of it."""
