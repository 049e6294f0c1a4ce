package discrete

import (
	"context"
	"errors"
	"fmt"
	"math"

	"costate/internal/linalg"
	"costate/internal/newton"
	"costate/ode"
)

// NetworkCondensed solves a NetworkBVP with constant weights by collocation
// (Lobatto's three points, order 4) that uses its structure: the pairs are
// coupled through the weights only. One Newton step factors an almost block
// diagonal system of order 2 Width for every pair and one dense system of the
// order of the number of weights, their Schur complement: its cost is linear
// in the pairs, where a solver of the whole pays their cube.
//
// The mesh, common to all pairs, is refined until the difference to the
// solution on the halved mesh meets the tolerance.
type NetworkCondensed struct {
	Tol       float64 // of x, p and the weights, relative to |y| + mean |y| [1e-6]
	Intervals int     // of the first mesh [8]
	MaxMesh   int     // intervals [2000]
	Workers   int     // goroutines over the pairs; no result depends on it [1]

	Mesh []float64 // first mesh [Intervals equal ones]

	// Guess stores states and costates in b's layout: where layers may err or
	// inputs are unknowns, paths that are near those of its weights. [the path of
	// the weights from b's inputs, with costates by back-propagation]
	Guess func(dst []float64, t float64)
}

// netCondensed is the collocation system on one mesh.
type netCondensed struct {
	c       *netBVP
	one     []*netBVP // the pairs, each alone
	t       []float64
	n2, np  int // 2 Width, weights
	size    int // unknowns of a pair: nodes × n2
	workers int
	abd     []*linalg.ABD
	v       []float64 // M×np×size: J^-1 C, column after column
	e       []float64 // M×np×size: derivatives of the weights' equation
	part    []float64 // M×np: the pairs' shares of the weights' residual
	f       []float64 // M×np×np: derivatives of those
	schur   []float64 // np×np, factored
	piv     []int
	scale   []float64 // of the unknowns
	tmp     []*netLocal
	err     []error
}

// netLocal is one worker's scratch.
type netLocal struct {
	y0, y1, ym, f0, f1, fm []float64 // n2+np
	j0, j1, jm             []float64 // (n2+np)×(n2+np)
	w0, w1, wm             []float64 // (n2+np)×np
	chain                  []float64 // n2×max(n2, np)
	a, b                   []float64 // (n2+np)×n2
	cw                     []float64 // (n2+np)×np
	rhs, g, sol            []float64
}

// Solve solves b from the weights theta. The solution has b's layout: states
// and costates of the pairs, then the multiplier q; P are the weights. On
// failure it is the last iterate, with Status and Err.
func (s *NetworkCondensed) Solve(ctx context.Context, b *NetworkBVP, theta []float64) (*ode.Solution, error) {
	c, err := b.resolve()
	if err != nil {
		return nil, err
	}
	if c.varying() || len(theta) != c.n {
		return nil, fmt.Errorf("%w: condensed continuous layers: constant weights only, %d given, want %d", ErrNetwork, len(theta), c.n)
	}
	tol, n, maxMesh := s.Tol, s.Intervals, s.MaxMesh
	if tol == 0 {
		tol = 1e-6
	}
	if n == 0 {
		n = 8
	}
	if maxMesh == 0 {
		maxMesh = 2000
	}
	guess := s.Guess
	if guess == nil {
		if guess, err = c.guess(theta); err != nil {
			return nil, err
		}
	}
	mesh := append([]float64(nil), s.Mesh...)
	if len(mesh) < 2 {
		mesh = make([]float64, n+1)
		for i := range mesh {
			mesh[i] = c.Field.End * float64(i) / float64(n)
		}
	}
	stats := ode.Stats{}
	sys := newNetCondensed(c, mesh, max(1, s.Workers))
	z := make([]float64, c.M*sys.size+c.n)
	y := make([]float64, c.Multiplier()+c.n)
	for i, t := range mesh {
		guess(y, t)
		for k := range c.M {
			copy(z[k*sys.size+i*sys.n2:], y[k*sys.n2:(k+1)*sys.n2])
		}
	}
	copy(z[c.M*sys.size:], theta)
	fail := func(st ode.Status, e error) (*ode.Solution, error) {
		sol := sys.solution(z)
		sol.Status, sol.Stats = st, stats
		sol.Err = fmt.Errorf("condensed continuous layers, %d intervals: %w", len(sys.t)-1, e)
		return sol, sol.Err
	}
	for {
		if err := sys.newton(ctx, z, tol, &stats); err != nil {
			return fail(netNewtonStatus(ctx, err), err)
		}
		fine, zf := sys.halved(z)
		if err := fine.newton(ctx, zf, tol, &stats); err != nil {
			sys, z = fine, zf
			return fail(netNewtonStatus(ctx, err), err)
		}
		stats.Meshes += 2
		worst, marked := sys.compare(fine, z, zf, tol)
		if worst <= 1 {
			sol := fine.solution(zf)
			sol.Status, sol.Stats = ode.Solved, stats
			fine.errors(sol, sys, z, zf)
			return sol, nil
		}
		next := []float64{sys.t[0]}
		for i, m := range marked {
			if m {
				next = append(next, (sys.t[i]+sys.t[i+1])/2)
			}
			next = append(next, sys.t[i+1])
		}
		if len(next)-1 > maxMesh {
			sys, z = fine, zf
			return fail(ode.MeshLimit, fmt.Errorf("%w: error estimate %.2g tolerances: allow more intervals or a larger tolerance", ode.ErrMeshLimit, worst))
		}
		sol := fine.solution(zf)
		sys = newNetCondensed(c, next, fine.workers)
		zn := make([]float64, c.M*sys.size+c.n)
		for i, t := range next {
			sol.At(y, t)
			for k := range c.M {
				copy(zn[k*sys.size+i*sys.n2:], y[k*sys.n2:(k+1)*sys.n2])
			}
		}
		copy(zn[c.M*sys.size:], sol.P)
		z = zn
	}
}

func netNewtonStatus(ctx context.Context, err error) ode.Status {
	switch {
	case ctx.Err() != nil:
		return ode.Cancelled
	case errors.Is(err, newton.ErrSingular):
		return ode.Singular
	case errors.Is(err, newton.ErrNotFinite):
		return ode.NotFinite
	}
	return ode.NoDescent
}

func newNetCondensed(c *netBVP, mesh []float64, workers int) *netCondensed {
	s := &netCondensed{c: c, t: mesh, n2: 2 * c.d, np: c.n, size: len(mesh) * 2 * c.d, workers: workers}
	n := len(mesh) - 1
	conditions := make([][]int, s.n2)
	for i := range conditions {
		conditions[i] = []int{0}
		if i >= c.d {
			conditions[i] = []int{n}
		}
	}
	lo := len(c.index)
	for k := range c.M {
		one := *c
		one.M = 1
		one.In, one.Out = c.In[k*c.d:(k+1)*c.d], c.Out[k*lo:(k+1)*lo]
		s.one = append(s.one, &one)
		m := &linalg.ABD{}
		m.Reset(s.n2, 0, n, conditions)
		s.abd = append(s.abd, m)
	}
	s.v, s.e = make([]float64, c.M*s.np*s.size), make([]float64, c.M*s.np*s.size)
	s.part, s.f = make([]float64, c.M*s.np), make([]float64, c.M*s.np*s.np)
	s.schur, s.piv = make([]float64, s.np*s.np), make([]int, s.np)
	s.scale = make([]float64, c.M*s.size+s.np)
	s.err = make([]error, c.M)
	all := s.n2 + s.np
	for range workers {
		v := func(n int) []float64 { return make([]float64, n) }
		s.tmp = append(s.tmp, &netLocal{v(all), v(all), v(all), v(all), v(all), v(all), v(all * all), v(all * all), v(all * all),
			v(all * s.np), v(all * s.np), v(all * s.np), v(s.n2 * max(s.n2, s.np)), v(all * s.n2), v(all * s.n2), v(all * s.np),
			v(s.size), v(s.n2), v(s.size)})
	}
	return s
}

func (s *netCondensed) newton(ctx context.Context, z []float64, tol float64, stats *ode.Stats) error {
	// The Newton error stays well below the discretisation's, above rounding.
	goal := max(tol/100, 1e-12)
	p := &newton.Problem{
		Residual: func(dst, x []float64) { stats.Func += s.c.M * (2*len(s.t) - 1); s.residual(dst, x) },
		Factor: func(x []float64) error {
			stats.Jac += s.c.M * (2*len(s.t) - 1)
			stats.Factorisations++
			return s.factor(x)
		},
		Solve: func(dst, r []float64) { stats.Solves++; s.solve(dst, r) },
		Norm: func(d []float64) float64 {
			var m float64
			for i, v := range d {
				m = max(m, math.Abs(v)/s.scale[i])
			}
			return m / goal
		},
		Rescale: func(x, _ []float64) { s.weigh(x) },
	}
	res, err := (&newton.Solver{MaxSteps: 60}).Solve(ctx, p, z)
	stats.Newton += res.Steps
	return err
}

// weigh sets the scales: |y| + mean |y| over the nodes of each component, and
// over all weights.
func (s *netCondensed) weigh(x []float64) {
	nodes := len(s.t)
	for k := range s.c.M {
		for a := range s.n2 {
			var mean float64
			for i := range nodes {
				mean += math.Abs(x[k*s.size+i*s.n2+a]) / float64(nodes)
			}
			for i := range nodes {
				j := k*s.size + i*s.n2 + a
				s.scale[j] = max(math.Abs(x[j])+mean, 1e-8)
			}
		}
	}
	w := x[s.c.M*s.size:]
	var mean float64
	for _, v := range w {
		mean += math.Abs(v) / float64(len(w))
	}
	for i, v := range w {
		s.scale[s.c.M*s.size+i] = max(math.Abs(v)+mean, 1e-8)
	}
}

// stage evaluates rates at both ends and the middle of interval i of a pair
// whose nodes are y.
func (s *netCondensed) stage(l *netLocal, one *netBVP, y, w []float64, i int) (h float64) {
	h = s.t[i+1] - s.t[i]
	a, b := y[i*s.n2:(i+1)*s.n2], y[(i+1)*s.n2:(i+2)*s.n2]
	copy(l.y0, a)
	copy(l.y1, b)
	one.rates(l.f0, 0, l.y0, w)
	one.rates(l.f1, 0, l.y1, w)
	for j := range s.n2 {
		l.ym[j] = (a[j]+b[j])/2 + h/8*(l.f0[j]-l.f1[j])
	}
	one.rates(l.fm, 0, l.ym, w)
	return h
}

// residual: pair after pair its intervals and its conditions, then the
// weights' equation P (W - Wb) + int q' = 0.
func (s *netCondensed) residual(dst, z []float64) {
	c, n := s.c, len(s.t)-1
	w := z[c.M*s.size:]
	netFor(c.M, s.workers, func(worker, k int) {
		l, one := s.tmp[worker], s.one[k]
		y, r := z[k*s.size:(k+1)*s.size], dst[k*s.size:(k+1)*s.size]
		part := s.part[k*s.np : (k+1)*s.np]
		clear(part)
		for i := range n {
			h := s.stage(l, one, y, w, i)
			for j := range s.n2 {
				r[i*s.n2+j] = y[(i+1)*s.n2+j] - y[i*s.n2+j] - h/6*(l.f0[j]+4*l.fm[j]+l.f1[j])
			}
			for j := range s.np {
				part[j] += h / 6 * (l.f0[s.n2+j] + 4*l.fm[s.n2+j] + l.f1[s.n2+j])
			}
		}
		s.ends(r[n*s.n2:], one, y)
	})
	for j := range s.np {
		sum := c.WeightPrecision * (w[j] - c.mean(j))
		for k := range c.M {
			sum += s.part[k*s.np+j]
		}
		dst[c.M*s.size+j] = sum
	}
}

// ends stores a pair's conditions: on its inputs, on its last costates.
func (s *netCondensed) ends(g []float64, one *netBVP, y []float64) {
	d := one.d
	last := y[(len(s.t)-1)*s.n2:]
	for a := range d {
		x := y[a] - one.In[a]
		if one.exact() {
			g[a] = x
		} else {
			g[a] = y[d+a] - one.RmIn*x
		}
		g[d+a] = last[d+a]
	}
	for j, a := range one.index {
		g[d+a] += one.RmOut * (last[a] - one.Out[j])
	}
}

// factor forms and factors the pairs' systems and the Schur complement.
func (s *netCondensed) factor(z []float64) error {
	c, np := s.c, s.np
	w := z[c.M*s.size:]
	netFor(c.M, s.workers, func(worker, k int) {
		s.err[k] = s.pair(s.tmp[worker], k, z[k*s.size:(k+1)*s.size], w)
	})
	for k, err := range s.err {
		if err != nil {
			return fmt.Errorf("pair %d: %w", k, err)
		}
	}
	// F - sum E J^-1 C, row by row.
	netFor(np, s.workers, func(_, i int) {
		row := s.schur[i*np : (i+1)*np]
		clear(row)
		row[i] = c.WeightPrecision
		for k := range c.M {
			e := s.e[(k*np+i)*s.size : (k*np+i+1)*s.size]
			for j := range np {
				v := s.v[(k*np+j)*s.size : (k*np+j+1)*s.size]
				sum := s.f[(k*np+i)*np+j]
				for l, x := range e {
					sum -= x * v[l]
				}
				row[j] += sum
			}
		}
	})
	if j := linalg.LU(s.schur, np, s.piv); j >= 0 {
		return fmt.Errorf("%w: weight %d is not determined by pairs and prior", ode.ErrSingular, j)
	}
	return nil
}

// solve: W from the Schur complement, then every pair.
func (s *netCondensed) solve(dst, r []float64) {
	c, n, np := s.c, len(s.t)-1, s.np
	netFor(c.M, s.workers, func(_, k int) {
		rk := r[k*s.size : (k+1)*s.size]
		s.abd[k].Solve(dst[k*s.size:(k+1)*s.size], nil, rk[:n*s.n2], rk[n*s.n2:])
	})
	w := dst[c.M*s.size:]
	copy(w, r[c.M*s.size:])
	for i := range np {
		for k := range c.M {
			e := s.e[(k*np+i)*s.size : (k*np+i+1)*s.size]
			for l, x := range dst[k*s.size : (k+1)*s.size] {
				w[i] -= e[l] * x
			}
		}
	}
	linalg.LUSolve(s.schur, np, s.piv, w, 1)
	netFor(c.M, s.workers, func(_, k int) {
		y := dst[k*s.size : (k+1)*s.size]
		for q := range np {
			col := s.v[(k*np+q)*s.size : (k*np+q+1)*s.size]
			for l, x := range col {
				y[l] -= w[q] * x
			}
		}
	})
}
