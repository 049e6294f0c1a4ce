"""Integrates initial value problems with SciPy's solve_ivp, for internal/bench.

Reads one JSON request a line: problem, method, tolerance, end; writes one JSON
result a line. The right-hand sides are those of ivp.go.
"""
import json
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp


def lorenz96(t, x):
    return (np.roll(x, -1) - np.roll(x, 2)) * np.roll(x, 1) - x + 8.17


def two_body(t, y):
    r3 = (y[0] ** 2 + y[1] ** 2) ** 1.5
    return [y[2], y[3], -y[0] / r3, -y[1] / r3]


def arenstorf(t, y):
    mu = 0.012277471
    nu = 1 - mu
    a = ((y[0] + mu) ** 2 + y[1] ** 2) ** 1.5
    b = ((y[0] - nu) ** 2 + y[1] ** 2) ** 1.5
    return [y[2], y[3], y[0] + 2 * y[3] - nu * (y[0] + mu) / a - mu * (y[0] - nu) / b,
            y[1] - 2 * y[2] - nu * y[1] / a - mu * y[1] / b]


def vdp(t, y):
    return [y[1], 1e6 * ((1 - y[0] ** 2) * y[1] - y[0])]


def robertson(t, y):
    a, b, c = 0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] ** 2
    return [-a + b, a - b - c, c]


def oregonator(t, y):
    return [77.27 * (y[1] + y[0] * (1 - 8.375e-6 * y[0] - y[1])), (y[2] - (1 + y[0]) * y[1]) / 77.27, 0.161 * (y[0] - y[2])]


for line in sys.stdin:
    d = json.loads(line)
    f = globals()[d["problem"]]
    best, runs, first = None, 0, time.perf_counter()
    while runs < 2 or time.perf_counter() - first < 0.05:
        runs += 1
        begin = time.perf_counter()
        s = solve_ivp(f, (0, d["end"]), d["initial"], method=d["method"], rtol=d["tol"], atol=d["atol"])
        took = time.perf_counter() - begin
        best = took if best is None else min(best, took)
    print(json.dumps({"ok": bool(s.success), "seconds": best, "calls": int(s.nfev), "y": s.y[:, -1].tolist()}), flush=True)
