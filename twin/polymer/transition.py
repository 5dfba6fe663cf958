"""Glass transition of a resin as it is: less for the ends of short chains, and less for what plasticizes it."""

SOLVENT_TRANSITION = 152.0  # K, A-27 (140-165 K): glass transition of DMF, for the rule of Fox
CHAIN_ENDS = 150.0  # K*kg/mol, A-27 (100-250): Fox and Flory, J. Appl. Phys. 21 (1950) 581, times Mn


def plasticized(dry: float, number: float, volatiles: float) -> float:
    """Glass transition of a polymer of finite chains with a little solvent in it. [K]

    Fox and Flory for the chain ends, T. G. Fox, Bull. Am. Phys. Soc. 1 (1956) 123, for the solvent.

    Args:
        dry: Glass transition of endless dry chains. [K]
        number: Number-average molar mass; 0 for endless chains. [kg/mol]
        volatiles: Mass fraction of solvent. [kg/kg]

    >>> plasticized(463.15, 40.0, 0.0), round(plasticized(463.15, 0.0, 0.01) - 463.15, 1)
    (459.4, -9.3)
    """
    chains = dry - (CHAIN_ENDS / number if number > 0.0 else 0.0)
    return 1.0 / ((1.0 - volatiles) / chains + volatiles / SOLVENT_TRANSITION)
