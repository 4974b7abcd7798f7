"""Reference values for lab.study.Statistics: paired t intervals and the difference that n pairs can detect.

    pip install scipy==1.17.1
    python tools/reference/paired_statistics.py > src/test/resources/golden/statistics/expected.json
"""

import json
import sys

import numpy as np
from scipy import optimize, stats

SAMPLES = {
    "eight": ([5.1, 4.9, 6.2, 5.8, 5.5, 6.0, 5.3, 4.7], [4.2, 4.8, 5.0, 4.3, 5.2, 6.7, 4.9, 4.1]),
    "five": ([0.61, 0.64, 0.58, 0.70, 0.66], [0.60, 0.66, 0.55, 0.63, 0.62]),
    "three": ([1.6541, 1.6557, 1.6537], [1.5768, 1.5807, 1.5789]),
    "two": ([2.0103, 2.0311], [2.0021, 1.9987]),
}
LEVELS = [0.9, 0.95, 0.99]


def paired(a, b):
    a, b = np.asarray(a), np.asarray(b)
    difference = a - b
    intervals = {}
    for level in LEVELS:
        interval = stats.ttest_rel(a, b).confidence_interval(level)
        intervals[str(level)] = [interval.low, interval.high]
    return {"a": a.tolist(), "b": b.tolist(), "mean": difference.mean(), "sd": difference.std(ddof=1), "intervals": intervals}


def power(effect, n, level):
    """Returns the two-sided power of the paired t test at a true difference of `effect` standard deviations of the differences."""
    critical = stats.t.ppf((1 + level) / 2, n - 1)
    shift = effect * np.sqrt(n)
    # The far tail underflows to NaN in scipy if it is below 1e-15.
    return stats.nct.sf(critical, n - 1, shift) + np.nan_to_num(stats.nct.cdf(-critical, n - 1, shift))


def detectable(n, level, wanted=0.8):
    return optimize.brentq(lambda effect: power(effect, n, level) - wanted, 1e-6, 200, xtol=1e-13)


json.dump(
    {
        "paired": {name: paired(a, b) for name, (a, b) in SAMPLES.items()},
        "power": [{"n": n, "level": level, "effect": effect, "power": power(effect, n, level)}
                  for n in (2, 3, 5, 10, 34) for level in LEVELS for effect in (0.2, 0.5, 1.0, 3.0)],
        "detectable": [{"n": n, "level": level, "effect": detectable(n, level)}
                       for n in (2, 3, 4, 5, 6, 8, 10, 20, 34, 100) for level in LEVELS],
    },
    sys.stdout, indent=1)
print()
