package route

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/cmplx"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"costate/hamiltonian"
	"costate/ode"
)

// Multipliers are a pair: two eigenvalues of the variational matrix M of the whole layer
// whose product should be 1.
type Multipliers struct {
	Lambda, Partner complex128
	Mismatch        float64 // |Lambda Partner - 1|
}

// Diagnosis is what the structure of the equations says of a solution.
type Diagnosis struct {
	Certificates []hamiltonian.Certificate
	Multipliers  []Multipliers // nil: not to be had
}

// diagnoser collects a diagnosis.
type diagnoser struct {
	*Problem
	Diagnosis
	ctx    context.Context
	sol    *ode.Solution
	tol    float64
	sizes  []float64 // of the components
	growth float64   // largest entry of M over the layer, components measured by their sizes
}

func (d *diagnoser) add(c hamiltonian.Certificate) { d.Certificates = append(d.Certificates, c) }

// flowTol is the tolerance that M is integrated to, whatever that of the solution:
// a Runge-Kutta method keeps the structure up to its error only.
const flowTol = 1e-11

// none notes a certificate that does not apply, or could not be had.
func (d *diagnoser) none(name, why string) {
	d.add(hamiltonian.Unjudged(name, math.NaN(), "%s", why))
}

const (
	nameSymplectic = "symplecticity"
	nameWhole      = "symplecticity of M"
	namePairs      = "eigenvalue pairs of M"
	nameEnergy     = "drift of H"
	nameReversed   = "reversed intervals"
	nameReturn     = "there and back"
	nameGrowth     = "growth of M"
)

// Diagnose looks at the structure of a solution that was found to the relative
// tolerance tol: what a Hamiltonian flow keeps, and what any flow does. M is the
// derivative of the solution at the end with respect to that at the start, by
// the variational equations and over all jumps.
func (p *Problem) Diagnose(ctx context.Context, sol *ode.Solution, tol float64) (*Diagnosis, error) {
	d := &diagnoser{Problem: p, ctx: ctx, sol: sol, tol: tol, sizes: largest(sol)}
	phase, canonical := p.Equations.Phase()
	const foreign = "the equations are not canonical ones: there are no costates, or velocities stand for them"
	if err := d.energy(); err != nil {
		return nil, err
	}
	flow, err := hamiltonian.NewFlow(ctx, p.BVP, sol, flowTol)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		why := "the variational equations could not be integrated: " + err.Error()
		if errors.Is(err, ode.ErrMethod) {
			why = "there are algebraic components, which integrators do not take"
		}
		for _, name := range []string{nameSymplectic, nameWhole, namePairs, nameReversed, nameReturn, nameGrowth} {
			d.none(name, why)
		}
		return &d.Diagnosis, nil
	}
	n := p.BVP.Dim
	width := n + p.BVP.Params
	step := func(i int) []float64 { // M of interval i, parameters held
		m := make([]float64, n*n)
		for r := range n {
			copy(m[r*n:(r+1)*n], flow.M[i][r*width:])
		}
		return m
	}
	whole := d.measure(step, n)
	if !canonical {
		for _, name := range []string{nameSymplectic, nameWhole, namePairs} {
			d.none(name, foreign)
		}
	} else {
		d.add(flow.Symplectic(phase))
		d.pairs(flow, phase)
	}
	if err := d.reversed(step); err != nil {
		return nil, err
	}
	if err := d.thereAndBack(step); err != nil {
		return nil, err
	}
	end := 0.0
	for r := range n {
		for c := range n {
			end = math.Max(end, math.Abs(whole[r*n+c])*d.sizes[c]/d.sizes[r])
		}
	}
	d.add(hamiltonian.Unjudged(nameGrowth, d.growth,
		"largest entry over the layer, components measured by their sizes; at the end %.2e. Single shooting loses about %.0f digits", end, math.Max(0, math.Log10(d.growth))))
	return &d.Diagnosis, nil
}

// energy looks at H between jumps.
func (d *diagnoser) energy() error {
	e, err := d.Energy(d.sol)
	switch {
	case err != nil:
		return err
	case e == nil:
		d.none(nameEnergy, "there is no Hamiltonian")
	case !e.Judged:
		d.add(hamiltonian.Unjudged(nameEnergy, e.Drift, "H names the layer label or a signal, so that it need not be constant"))
	default:
		drift := e.Drift
		if e.Scale > 0 {
			drift /= e.Scale
		}
		d.add(hamiltonian.Within(nameEnergy, drift, 10*d.tol, "largest change between jumps, relative to the largest |H| or |p x'|"))
	}
	return nil
}

// measure multiplies the matrices of the intervals and notes the largest entry
// on the way.
func (d *diagnoser) measure(step func(int) []float64, n int) []float64 {
	m := identity(n)
	d.growth = 1
	for i := range len(d.sol.T) - 1 {
		m = product(step(i), m, n)
		for r := range n {
			for c := range n {
				d.growth = math.Max(d.growth, math.Abs(m[r*n+c])*d.sizes[c]/d.sizes[r])
			}
		}
	}
	return m
}

// pairs looks at M of states and costates as a whole. M'JM = J is known to
// rounding times the square of M; beyond that nothing of the small eigenvalues
// is left.
func (d *diagnoser) pairs(flow *hamiltonian.Flow, phase hamiltonian.Phase) {
	n := 2 * phase.States
	m := identity(n)
	var s []float64
	for i := range len(d.sol.T) - 1 {
		s = flow.Variational(s, phase, i)
		m = product(s, m, n)
	}
	// Coordinates in units a, momenta in units b/a, so that J keeps its form.
	a := make([]float64, n)
	unit := 0.0
	for i := range phase.States {
		unit = math.Max(unit, d.sizes[i]*d.sizes[phase.States+i])
	}
	norm := 1.0
	for i := range phase.States {
		a[i] = math.Sqrt(unit * d.sizes[i] / d.sizes[phase.States+i])
		a[phase.States+i] = unit / a[i]
	}
	for r := range n {
		for c := range n {
			m[r*n+c] *= a[c] / a[r]
			norm = math.Max(norm, math.Abs(m[r*n+c]))
		}
	}
	size := norm * norm * float64(n)
	defect := ode.SymplecticDefect(m, n)
	if math.IsInf(size, 0) || math.IsNaN(size) {
		d.none(nameWhole, "M overflows")
		d.none(namePairs, "M overflows")
		return
	}
	d.add(hamiltonian.Within(nameWhole, defect/size, 1e-9, "largest entry of M'JM - J over the whole layer, relative to that of |M|'|M|"))
	lambda, mismatch := ode.MultiplierDefect(m, n)
	if lambda == nil {
		d.none(namePairs, "the eigenvalues could not be computed")
		return
	}
	d.Multipliers = pairUp(lambda)
	// An eigenvalue is known to about the error of M times its condition, which
	// for a symplectic M is at most the square of its size.
	bound := 10 * flowTol * size
	// Eigenvalues of a defective pair, such as 1 and 1, move by square roots.
	c := hamiltonian.Within(namePairs, mismatch, math.Sqrt(math.Min(bound, 1e-4)), "largest |lambda_i lambda_k - 1| of an eigenvalue and the partner nearest to its inverse")
	if c.Verdict == hamiltonian.Fail && bound > 1e-4 {
		d.Multipliers = nil
		c = hamiltonian.Unjudged(namePairs, mismatch, "M is known to %.0e and its small eigenvalues are lost in it: its square is %.0e", flowTol, size)
	}
	d.add(c)
}

// pairUp takes the eigenvalues from the largest down, each with the one left whose
// product with it is nearest to 1.
func pairUp(lambda []complex128) []Multipliers {
	left := slices.Clone(lambda)
	slices.SortStableFunc(left, func(a, b complex128) int {
		return cmp.Or(cmp.Compare(cmplx.Abs(b), cmplx.Abs(a)), cmp.Compare(imag(b), imag(a)))
	})
	var out []Multipliers
	for len(left) > 1 {
		best := 1
		for k := 2; k < len(left); k++ {
			if cmplx.Abs(left[0]*left[k]-1) < cmplx.Abs(left[0]*left[best]-1) {
				best = k
			}
		}
		out = append(out, Multipliers{left[0], left[best], cmplx.Abs(left[0]*left[best] - 1)})
		left = slices.Delete(left, best, best+1)[1:]
	}
	return out
}

// reversed integrates every interval backward, from the solution at its end, and
// compares with that at its start: an error at the end counts as much as
// the interval's own inverse of M makes of it.
func (d *diagnoser) reversed(step func(int) []float64) error {
	sol, n := d.sol, d.sol.Dim
	in := d.integrator()
	worst, at := 0.0, sol.T[0]
	for i := range len(sol.T) - 1 {
		if sol.T[i] == sol.T[i+1] {
			continue
		}
		back, err := in.Solve(d.ctx, &ode.IVP{System: d.BVP.System, Start: sol.T[i+1], End: sol.T[i], Initial: sol.Node(i + 1), Params: sol.P, Breaks: d.BVP.Breaks})
		if d.ctx.Err() != nil {
			return d.ctx.Err()
		}
		if err != nil {
			d.none(nameReversed, "the interval at "+d.Equations.Layer.Name()+" = "+strconv.FormatFloat(sol.T[i], 'g', 6, 64)+" could not be integrated backward: "+err.Error())
			return nil
		}
		inverse, ok := inverted(step(i), n)
		if !ok {
			continue // the interval forgets its start: there is no way back
		}
		amp := d.norm(inverse, n)
		y := back.Node(len(back.T) - 1)
		for c, v := range sol.Node(i) {
			if e := math.Abs(y[c]-v) / d.sizes[c] / amp; !(e <= worst) {
				worst, at = e, sol.T[i]
			}
		}
	}
	d.add(hamiltonian.Within(nameReversed, worst, d.tol, "the solution against an integrator run backward over each interval, relative to the size of components and of the interval's inverse M; worst after %s = %.6g", d.Equations.Layer.Name(), at))
	return nil
}

// norm is the row sum norm of a matrix (n×n), components measured by their
// sizes; at least 1.
func (d *diagnoser) norm(m []float64, n int) float64 {
	norm := 1.0
	for r := range n {
		sum := 0.0
		for c := range n {
			sum += math.Abs(m[r*n+c]) * d.sizes[c] / d.sizes[r]
		}
		norm = math.Max(norm, sum)
	}
	return norm
}

// inverted returns the inverse of a matrix (n×n), false if it is singular.
func inverted(m []float64, n int) ([]float64, bool) {
	out := make([]float64, n*n)
	inverse := mat.NewDense(n, n, out)
	var c mat.Condition
	if err := inverse.Inverse(mat.NewDense(n, n, slices.Clone(m))); err != nil && (!errors.As(err, &c) || math.IsInf(float64(c), 0)) {
		return nil, false
	}
	return out, true
}

// thereAndBack integrates to the end and back, piece by piece between jumps.
// The error of the way there grows as M does, and again as its inverse.
func (d *diagnoser) thereAndBack(step func(int) []float64) error {
	sol := d.sol
	const tol = 1e-12
	in := ode.Integrator{RelTol: tol, AbsTols: make([]float64, sol.Dim), EndOnly: true}
	for c, v := range d.sizes {
		in.AbsTols[c] = tol * v
	}
	worst, growth := 0.0, 1.0
	for i := 0; i < len(sol.T)-1; {
		last := i + 1
		for last+1 < len(sol.T) && sol.T[last+1] != sol.T[last] {
			last++
		}
		if sol.T[i] != sol.T[last] {
			defect, err := in.ReversalDefect(d.ctx, &ode.IVP{System: d.BVP.System, Start: sol.T[i], End: sol.T[last], Initial: sol.Node(i), Params: sol.P, Breaks: d.BVP.Breaks})
			if d.ctx.Err() != nil {
				return d.ctx.Err()
			}
			if err != nil {
				d.none(nameReturn, "the integration does not return: "+err.Error())
				return nil
			}
			for c, e := range defect {
				worst = math.Max(worst, e/d.sizes[c])
			}
			m := step(i)
			for k := i + 1; k < last; k++ {
				m = product(step(k), m, sol.Dim)
			}
			if inverse, ok := inverted(m, sol.Dim); ok {
				growth = math.Max(growth, d.norm(m, sol.Dim)*d.norm(inverse, sol.Dim))
			} else {
				growth = math.Inf(1)
			}
		}
		i = last
		if i < len(sol.T)-1 && sol.T[i+1] == sol.T[i] {
			i++
		}
	}
	bound := 1e3 * tol * growth
	if !(bound < 1e-2) {
		d.add(hamiltonian.Unjudged(nameReturn, worst, "an integrator to the end and back, between jumps; M and its inverse grow so much that the way back need not lead home"))
		return nil
	}
	d.add(hamiltonian.Within(nameReturn, worst, bound, "an integrator to the end and back, between jumps; bound: 1000 times the tolerance %.0e and the condition of M", tol))
	return nil
}

// integrator is that of the certificates, with tolerances by the sizes of the
// components.
func (d *diagnoser) integrator() *ode.Integrator {
	tol := math.Max(d.tol/1000, 1e-12)
	in := &ode.Integrator{RelTol: tol, AbsTols: make([]float64, len(d.sizes)), EndOnly: true}
	for c, v := range d.sizes {
		in.AbsTols[c] = tol * v
	}
	return in
}

func identity(n int) []float64 {
	m := make([]float64, n*n)
	for i := range n {
		m[i*n+i] = 1
	}
	return m
}

// product returns a b (n×n).
func product(a, b []float64, n int) []float64 {
	c := make([]float64, n*n)
	for i := range n {
		for k := range n {
			v := a[i*n+k]
			for j := range n {
				c[i*n+j] += v * b[k*n+j]
			}
		}
	}
	return c
}
