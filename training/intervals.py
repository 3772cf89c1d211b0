"""Wilson score intervals for proportions."""

import math

Z_95 = 1.959964
"""Two-sided 95 % quantile of the standard normal distribution."""


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """95 % interval of a proportion. Source: Wilson 1927, doi 10.1080/01621459.1927.10502953.

    For a mean of values between 0 and 1 (probability mass) pass their sum: the interval is then conservative.
    """
    p, z2 = successes / trials, Z_95**2
    centre = (p + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z_95 / (1 + z2 / trials) * math.sqrt(max(p * (1 - p), 0) / trials + z2 / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)
