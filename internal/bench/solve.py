"""Solves boundary value problems with SciPy's solve_bvp, for internal/bench.

Reads one JSON problem a line on standard input: formulas as Python text in
x, y[i], p[i], and ya[i], yb[i] for the conditions; writes one JSON result a
line. Everything is vectorised over the mesh and all Jacobians are given:
SciPy at its best.
"""
import json
import sys
import time
import warnings

import numpy as np
from scipy import special
from scipy.integrate import solve_bvp

warnings.filterwarnings("ignore")
np.seterr(all="ignore")

NAMES = {n: getattr(np, n) for n in
         "sin cos tan sinh cosh tanh exp log log10 sqrt sign where pi".split()}
NAMES.update(asin=np.arcsin, acos=np.arccos, atan=np.arctan, atan2=np.arctan2, abs=np.abs,
             min=np.minimum, max=np.maximum, pow=np.power, erf=special.erf, erfc=special.erfc,
             erfi=special.erfi, dawson=special.dawsn, heaviside=lambda v: np.heaviside(v, 0.0),
             sigmoid=special.expit, softplus=lambda v: np.logaddexp(0, v), relu=lambda v: np.maximum(v, 0))


def function(args, rows):
    return eval("lambda %s: (%s,)" % (args, ", ".join(rows)), dict(NAMES)) if rows else None


def problem(d):
    n, k = d["dim"], d["params"]
    rhs, jac = function("x, y, p", d["rhs"]), function("x, y, p", d["jac"])
    jap = function("x, y, p", d["jacp"])
    cond, ca = function("ya, yb, p", d["conditions"]), function("ya, yb, p", d["ca"])
    cb, cp = function("ya, yb, p", d["cb"]), function("ya, yb, p", d["cp"])

    def spread(fn, shape, x, y, p):
        out = np.empty(shape + (x.size,))
        for row, v in zip(out.reshape(-1, x.size), fn(x, y, p)):
            row[:] = v
        return out

    def f(x, y, p=()):
        return spread(rhs, (n,), x, y, p)

    def fj(x, y, p=()):
        dy = spread(jac, (n, n), x, y, p)
        return (dy, spread(jap, (n, k), x, y, p)) if k else dy

    def g(ya, yb, p=()):
        return np.array(cond(ya, yb, p), float)

    def gj(ya, yb, p=()):
        m = n + k
        a = np.array(ca(ya, yb, p), float).reshape(m, n)
        b = np.array(cb(ya, yb, p), float).reshape(m, n)
        return (a, b, np.array(cp(ya, yb, p), float).reshape(m, k)) if k else (a, b)

    guess = function("x, y, p", d["guess"])
    x = np.linspace(d["start"], d["end"], d["intervals"] + 1)
    y = np.empty((n, x.size))
    for row, v in zip(y, guess(x, y, d["guessp"])):
        row[:] = v
    return f, fj, g, gj, x, y


for line in sys.stdin:
    d = json.loads(line)
    out = {"id": d["id"], "ok": False, "seconds": None, "intervals": 0, "y": []}
    try:
        f, fj, g, gj, x, y = problem(d)
        p = np.array(d["guessp"]) if d["params"] else None
        best, runs, first = None, 0, time.perf_counter()
        while runs < d["repeat"] or time.perf_counter() - first < 0.1:
            runs += 1
            begin = time.perf_counter()
            s = solve_bvp(f, g, x, y, p=p, fun_jac=fj, bc_jac=gj, tol=d["tol"], max_nodes=100000)
            took = time.perf_counter() - begin
            best = took if best is None else min(best, took)
            if took > 2:
                break
        out.update(ok=bool(s.success), seconds=best, intervals=int(s.x.size - 1), y=np.nan_to_num(s.sol(np.array(d["at"])).T, nan=1e300, posinf=1e300, neginf=-1e300).tolist())
    except Exception as e:  # an honest failure of the peer
        out["message"] = repr(e)
    print(json.dumps(out), flush=True)
