package route

import (
	"context"
	"fmt"
	"math"
	"slices"

	"costate/hamiltonian"
	"costate/ode"

	"gonum.org/v1/gonum/mat"
)

// seeing is the part of the variations of (x(Start), theta) that nothing has
// seen yet.
type seeing struct {
	p      *Problem
	a      *hamiltonian.Action
	sol    *ode.Solution
	d, np  int
	field  *hamiltonian.Function
	theta  []float64
	sx, st []float64 // units of states and parameters
	y      []float64
	dx, dt []float64 // Jacobian of the field

	now, first *mat.Dense // (d+np)×k: the variations at t and at the start, in units
	t          float64
}

const (
	seenLeast = 1e-7  // effect of a variation, relative to all that could have it
	seenTol   = 1e-10 // of the linearised model
	seenMost  = 20000 // size of the linearised model beyond which nothing is said
)

func (p *Problem) newSeeing(a *hamiltonian.Action, sol *ode.Solution) (*seeing, error) {
	field, err := a.Field()
	if err != nil {
		return nil, err
	}
	s := &seeing{p: p, a: a, sol: sol, d: len(a.States), np: len(a.Params), field: field, t: a.Start}
	if s.d*(s.d+s.np) > seenMost {
		return nil, nil
	}
	s.theta = sol.P[:s.np]
	s.y = make([]float64, sol.Dim)
	s.dx, s.dt = make([]float64, s.d*s.d), make([]float64, s.d*s.np)
	s.units()
	n := s.d + s.np
	s.now, s.first = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n {
		s.now.Set(i, i, 1)
		s.first.Set(i, i, 1)
	}
	return s, nil
}

func (s *seeing) at(t float64) []float64 { return s.sol.At(s.y, t)[:s.d] }

// units are the sizes of the states; for one that is zero, and for parameters,
// the change that would change some other state by its size.
func (s *seeing) units() {
	s.sx, s.st = Largest(s.sol)[:s.d], make([]float64, s.np)
	ax, at := make([]float64, len(s.dx)), make([]float64, len(s.dt))
	const samples = 200
	h := (s.a.End - s.a.Start) / samples
	for k := range samples {
		t := s.a.Start + (float64(k)+0.5)*h
		s.field.Jac(s.dx, s.dt, t, s.at(t), s.theta)
		for i, v := range s.dx {
			ax[i] += h * math.Abs(v)
		}
		for i, v := range s.dt {
			at[i] += h * math.Abs(v)
		}
	}
	size := slices.Clone(s.sx)
	least := func(col func(i int) float64, skip int) float64 {
		u := math.Inf(1)
		for i, v := range size {
			if w := col(i); i != skip && v > 0 && w > 0 {
				u = min(u, v/w)
			}
		}
		return u
	}
	for j := range s.sx {
		if u := least(func(i int) float64 { return ax[i*s.d+j] }, j); !math.IsInf(u, 1) {
			s.sx[j] = max(s.sx[j], u)
		}
		if s.sx[j] == 0 {
			s.sx[j] = 1
		}
	}
	for j := range s.st {
		if s.st[j] = least(func(i int) float64 { return at[i*s.np+j] }, -1); bad(s.st[j]) || s.st[j] == 0 {
			s.st[j] = max(math.Abs(s.theta[j]), 1e-300)
			if s.theta[j] == 0 {
				s.st[j] = 1
			}
		}
		// A parameter that has fallen to zero from its guess, like a in a^2, has next
		// to no effect there: what would be an effect lies far beyond the range
		// of its derivative.
		if g := math.Abs(s.a.Params[j].Guess); math.Abs(s.theta[j]) < 1e-8*g && s.st[j] > 1e8*g {
			s.st[j] = g
		}
	}
}

// run looks at everything that is known, in the order of t.
func (s *seeing) run(ctx context.Context) error {
	known := make([]bool, s.d+s.np)
	for i, x := range s.a.States {
		known[i] = x.Prior.Precision > 0
	}
	for i, q := range s.a.Params {
		_, held := s.p.pins[i]
		known[s.d+i] = held || q.Prior.Precision > 0
	}
	for i, k := range known {
		if k {
			row := make([]float64, s.d+s.np)
			row[i] = 1
			s.see(row)
		}
	}
	if err := s.given(true); err != nil {
		return err
	}
	sights, err := s.sights()
	if err != nil {
		return err
	}
	for _, l := range sights {
		if s.now.IsEmpty() {
			return nil
		}
		if err := s.carry(ctx, l.t); err != nil {
			return err
		}
		s.look(l.f, l.use)
	}
	if s.now.IsEmpty() {
		return nil
	}
	if err := s.carry(ctx, s.a.End); err != nil {
		return err
	}
	return s.given(false)
}

// look drops what the function f sees at the present t.
func (s *seeing) look(f *hamiltonian.Function, use []bool) {
	dx, dt := make([]float64, f.Out*s.d), make([]float64, f.Out*s.np)
	f.Jac(dx, dt, s.t, s.at(s.t), s.theta)
	var rows []float64
	for j := range f.Out {
		if use == nil || use[j] {
			rows = append(rows, s.scaled(dx[j*s.d:(j+1)*s.d], dt[j*s.np:(j+1)*s.np])...)
		}
	}
	s.see(rows)
}

// scaled returns the row of derivatives (dx, dt) in units, its absolute sum 1.
func (s *seeing) scaled(dx, dt []float64) []float64 {
	row := make([]float64, s.d+s.np)
	sum := 0.0
	for i, v := range dx {
		row[i] = v * s.sx[i]
		sum += math.Abs(row[i])
	}
	for i, v := range dt {
		row[s.d+i] = v * s.st[i]
		sum += math.Abs(row[s.d+i])
	}
	for i := range row {
		if sum > 0 {
			row[i] /= sum
		}
	}
	return row
}

// see drops the variations that rows, in units, do not vanish on.
func (s *seeing) see(rows []float64) {
	if s.now.IsEmpty() || len(rows) == 0 {
		return
	}
	n := s.d + s.np
	var r mat.Dense
	r.Mul(mat.NewDense(len(rows)/n, n, rows), s.now)
	s.drop(&r)
}

// drop keeps the combinations of the present variations on which r vanishes.
func (s *seeing) drop(r *mat.Dense) {
	_, k := s.now.Dims()
	var svd mat.SVD
	if !svd.Factorize(r, mat.SVDFullV) {
		return
	}
	rank := 0
	for _, v := range svd.Values(nil) {
		if v > seenLeast {
			rank++
		}
	}
	switch rank {
	case 0:
	case k:
		s.now.Reset()
		s.first.Reset()
	default:
		var v mat.Dense
		svd.VTo(&v)
		s.combine(v.Slice(0, k, rank, k))
	}
}

func (s *seeing) combine(c mat.Matrix) {
	var now, first mat.Dense
	now.Mul(s.now, c)
	first.Mul(s.first, c)
	*s.now, *s.first = now, first
}

// carry takes the variations to t by the linearised model, and makes them
// orthonormal again.
func (s *seeing) carry(ctx context.Context, t float64) error {
	if !(t > s.t) {
		return nil
	}
	_, k := s.now.Dims()
	y := make([]float64, s.d*k)
	for i := range s.d {
		for c := range k {
			y[i*k+c] = s.now.At(i, c)
		}
	}
	p := &ode.IVP{Start: s.t, End: t, Initial: y, Breaks: slices.DeleteFunc(merged(s.sol.T, s.p.BVP.Breaks, s.t, t), func(v float64) bool { return v <= s.t || v >= t })}
	p.Dim, p.Linear = len(y), true
	p.Func = func(dst []float64, t float64, y, _ []float64) {
		s.field.Jac(s.dx, s.dt, t, s.at(t), s.theta)
		clear(dst)
		for i := range s.d {
			row := dst[i*k : (i+1)*k]
			for j := range s.d {
				if v := s.dx[i*s.d+j] * s.sx[j] / s.sx[i]; v != 0 {
					for c := range row {
						row[c] += v * y[j*k+c]
					}
				}
			}
			for j := range s.np {
				if v := s.dt[i*s.np+j] * s.st[j] / s.sx[i]; v != 0 {
					for c := range row {
						row[c] += v * s.now.At(s.d+j, c)
					}
				}
			}
		}
	}
	in := ode.Integrator{RelTol: seenTol, AbsTol: seenTol * 1e-2, MaxSteps: 20000, EndOnly: true, Step: (t - s.t) / 100}
	end, err := in.Solve(ctx, p)
	if err != nil {
		return err
	}
	y = end.Node(len(end.T) - 1)
	for i := range s.d {
		for c := range k {
			s.now.Set(i, c, y[i*k+c])
		}
	}
	s.t = t
	// now = Q R: Q takes its place, and the variations at the start follow.
	var qr mat.QR
	qr.Factorize(s.now)
	var r, inverse mat.Dense
	qr.RTo(&r)
	if inverse.Inverse(r.Slice(0, k, 0, k)) != nil {
		return fmt.Errorf("the variations have become dependent")
	}
	s.combine(&inverse)
	return nil
}

// given drops what the given conditions forbid: at the start those that look at
// nothing else, at the end all.
func (s *seeing) given(start bool) error {
	if len(s.a.Given.G) == 0 || s.now.IsEmpty() {
		return nil
	}
	f, err := s.a.GivenFunction()
	if err != nil {
		return err
	}
	dx, dt := make([]float64, f.Out*2*s.d), make([]float64, f.Out*s.np)
	x := append(slices.Clone(s.at(s.a.Start)), s.at(s.a.End)...)
	f.Jac(dx, dt, s.a.Start, x, s.theta)
	_, k := s.now.Dims()
	var r mat.Dense
	for j := range f.Out {
		a, b, c := dx[2*j*s.d:(2*j+1)*s.d], dx[(2*j+1)*s.d:2*(j+1)*s.d], dt[j*s.np:(j+1)*s.np]
		if start && slices.ContainsFunc(b, func(v float64) bool { return v != 0 }) {
			continue
		}
		row := make([]float64, k)
		sum := 0.0
		for i := range s.d {
			sum += (math.Abs(a[i]) + math.Abs(b[i])) * s.sx[i]
		}
		for i := range s.np {
			sum += math.Abs(c[i]) * s.st[i]
		}
		if sum == 0 {
			continue
		}
		for col := range row {
			for i := range s.d {
				row[col] += (a[i]*s.first.At(i, col) + b[i]*s.now.At(i, col)) * s.sx[i] / sum
			}
			for i := range s.np {
				row[col] += c[i] * s.st[i] * s.now.At(s.d+i, col) / sum
			}
		}
		r = *stacked(&r, row)
	}
	if !r.IsEmpty() {
		s.drop(&r)
	}
	return nil
}

func stacked(r *mat.Dense, row []float64) *mat.Dense {
	if r.IsEmpty() {
		return mat.NewDense(1, len(row), row)
	}
	var out mat.Dense
	out.Stack(r, mat.NewDense(1, len(row), row))
	return &out
}
