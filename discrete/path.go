package discrete

import "sort"

// Path is a stationary path of the action.
type Path struct {
	Rule      Rule
	Converged bool
	Err       error // nil if Converged; else why not

	Dim    int
	Inner  int       // inner states of a layer
	T      []float64 // times of all states, boundaries and inner ones
	X      []float64 // len(T)×Dim
	Theta  []float64
	Layers int

	// CostateLeft and CostateRight hold p(t_n-) and p(t_n+) at the layers'
	// boundaries, (Layers+1)×Dim: p before and after the kick of the
	// measurements (and of the prior) at t_n. Their first and last rows are
	// zero on the outer side.
	CostateLeft, CostateRight []float64

	// Lambda holds the costates of the residuals, Layers×residuals×Dim:
	// the precision of the layer times its residual.
	Lambda []float64

	RfScale float64 // the factor on Problem.Rf

	Action             float64 // Measurement + Model + Prior
	Measurement, Model float64
	Prior              float64
	Data               int     // measurements that are not missing
	Predicted          float64 // decrease that the next Newton step would bring

	// Defect (Dim) says how far a path that is not Converged is from obeying
	// the exact equations, those with Rf = +Inf: the sum over the layers of
	// the largest residual of each, in the unit of the state, 0 for the other
	// components. Model and Action leave these equations out, so that they
	// are those of no path of the model. nil: Converged, or no equation is
	// exact.
	Defect []float64

	// Negative counts the negative eigenvalues of the Hessian of the action:
	// 0 at a minimum; -1 if not computed.
	Negative int

	// AtBound lists the parameters that stand on a bound.
	AtBound []int

	// ThetaCov is the posterior covariance of the parameters (Params×Params)
	// in the Laplace approximation, StateVar the variances of the states
	// (len(T)×Dim). nil: not asked for, or the Hessian is not positive
	// definite.
	ThetaCov, StateVar []float64

	Stats    Stats
	Warnings []error
}

// Node returns the state at boundary n, a slice of X.
func (a *Path) Node(n int) []float64 {
	i := n * (a.Inner + 1) * a.Dim
	return a.X[i : i+a.Dim]
}

// Time returns the boundary t_n.
func (a *Path) Time(n int) float64 { return a.T[n*(a.Inner+1)] }

// At stores x(t) into dst (Dim), the polynomial through the points of the
// layer of t, and returns it; a nil dst is allocated. Outside the path the
// nearest layer's end is taken.
func (a *Path) At(dst []float64, t float64) []float64 {
	if dst == nil {
		dst = make([]float64, a.Dim)
	}
	k := a.Inner + 1
	n := sort.Search(a.Layers, func(n int) bool { return a.Time(n+1) >= t })
	n = min(n, a.Layers-1)
	pts := a.T[n*k : (n+1)*k+1]
	t = min(max(t, pts[0]), pts[k])
	v, _ := lagrange(pts, t)
	clear(dst)
	for j, c := range v {
		if c == 0 {
			continue
		}
		for d, x := range a.X[(n*k+j)*a.Dim : (n*k+j+1)*a.Dim] {
			dst[d] += c * x
		}
	}
	return dst
}

// vector returns the unknowns of a guess on the plan's grid.
func (p *plan) vector(g Guess) []float64 {
	v := make([]float64, p.nv)
	x := g.X
	th := g.Theta
	if g.Path != nil {
		th = g.Path.Theta
		x = func(dst []float64, t float64) { g.Path.At(dst, t) }
		if len(g.Path.X) == p.nx && g.Path.Rule == p.pr.Rule {
			copy(v, g.Path.X)
			x = nil
		}
	}
	if x != nil {
		for i, t := range p.times() {
			x(v[i*p.D:(i+1)*p.D], t)
		}
	}
	copy(v[p.nx:], th)
	p.project(v)
	return v
}

// times returns the times of all states.
func (p *plan) times() []float64 {
	t := make([]float64, 0, p.nx/p.D)
	for n := range p.N {
		for j := 0; j <= p.k; j++ {
			t = append(t, p.t[n]+p.tab.pos[j]*p.s[n])
		}
	}
	return append(t, p.t[p.N])
}
