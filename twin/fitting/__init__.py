"""Fitting: a CSV of measurements becomes a parameter set, by the simulation's own stages."""

from twin.fitting.fit import Fitted, fit
from twin.fitting.kinds import KINDS
from twin.fitting.parameter_set import ParameterSet, read_set, written

__all__ = ["KINDS", "Fitted", "ParameterSet", "fit", "read_set", "written"]
