"""The error function, which NumPy does not have."""

from __future__ import annotations

import math

import numpy as np

erf = np.frompyfunc(math.erf, 1, 1)
"""2/√π · ∫ exp(-t²) from 0 to x, of each element; what comes out is of type object.

>>> erf(np.array([0.0, 1.0])).astype(float).round(7).tolist()
[0.0, 0.8427008]
"""
