package shooting

import (
	"context"
	"errors"
	"math"
	"runtime"
	"testing"

	"costate/ode"
)

func solve(t *testing.T, p *ode.BVP) *ode.Solution {
	t.Helper()
	s, err := new(Solver).Solve(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEigenvalue: y” + k^2 y = 0, y(0) = y(1) = 0, y'(0) = 1: k = pi.
func TestEigenvalue(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Params: 1,
			Func: func(d []float64, _ float64, y, p []float64) { d[0], d[1] = y[1], -p[0]*p[0]*y[0] }},
		Start: 0, End: 1,
		Boundary: ode.Conditions{Count: 3, At: []int{0, 0, 1},
			Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1], g[2] = y[0][0], y[0][1]-1, y[1][0] }},
		Guess:       func(y []float64, t float64) { y[0], y[1] = t*(1-t), 1-2*t },
		GuessParams: []float64{2.8},
	}
	s := solve(t, p)
	if d := math.Abs(s.P[0] - math.Pi); d > 1e-6*math.Pi || d > 10*s.ParamError[0] {
		t.Errorf("k = %.12g, error %.2g, estimated %.2g", s.P[0], d, s.ParamError[0])
	}
	if y := s.At(nil, 0.5); math.Abs(y[0]-1/math.Pi) > 1e-6 {
		t.Errorf("y(1/2) = %.12g", y[0])
	}
}

// TestMultipoint: y” = -y with y(0) + y(pi/4) + y(pi/2) = 1 + 1/sqrt 2 and
// y'(pi/4) = 1/sqrt 2, one condition coupled, one inside: y = sin t.
func TestMultipoint(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 2, Linear: true,
			Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], -y[0] }},
		Start: 0, End: math.Pi / 2,
		Boundary: ode.Conditions{Count: 2, Points: []float64{0, math.Pi / 4, math.Pi / 2}, At: []int{-1, 1}, Linear: true,
			Func: func(g []float64, y [][]float64, _ []float64) {
				g[0] = y[0][0] + y[1][0] + y[2][0] - 1 - math.Sqrt2/2
				g[1] = y[1][1] - math.Sqrt2/2
			}},
	}
	s := solve(t, p)
	for _, x := range []float64{0, 0.3, math.Pi / 4, 1.2, math.Pi / 2} {
		if y := s.At(nil, x); math.Abs(y[0]-math.Sin(x)) > 1e-6 || math.Abs(y[1]-math.Cos(x)) > 1e-6 {
			t.Errorf("y(%g) = %v", x, y)
		}
	}
}

// TestJumps: y' = y on [0, 3] from y(0) = 1 with y(1+) = 2 y(1-) + q and y(2+)
// = y(2-)^2/10; q is such that y(3) = 40.
func TestJumps(t *testing.T) {
	for _, jac := range []bool{false, true} {
		p := &ode.BVP{
			System: ode.System{Dim: 1, Params: 1, Func: func(d []float64, _ float64, y, _ []float64) { d[0] = y[0] }},
			Start:  0, End: 3,
			Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
				Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0]-1, y[1][0]-40 }},
			Jumps: []ode.Jump{
				{T: 1, Func: func(d, y, p []float64) { d[0] = 2*y[0] + p[0] }},
				{T: 2, Func: func(d, y, _ []float64) { d[0] = y[0] * y[0] / 10 }},
			},
			Guess: func(y []float64, t float64) { y[0] = math.Exp(t) },
		}
		if jac {
			p.Jumps[0].Jac = func(dy, dp, _, _ []float64) { dy[0], dp[0] = 2, 1 }
			p.Jumps[1].Jac = func(dy, dp, y, _ []float64) { dy[0], dp[0] = y[0]/5, 0 }
		}
		s := solve(t, p)
		before2 := math.Sqrt(400 / math.E)
		q := before2/math.E - 2*math.E
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"q", s.P[0], q},
			{"y(1-)", s.Left(nil, 1)[0], math.E}, {"y(1+)", s.At(nil, 1)[0], 2*math.E + q},
			{"y(2-)", s.Left(nil, 2)[0], before2}, {"y(2+)", s.At(nil, 2)[0], 40 / math.E},
			{"y(1.5)", s.At(nil, 1.5)[0], (2*math.E + q) * math.Exp(0.5)}, {"y(3)", s.At(nil, 3)[0], 40},
		} {
			if math.Abs(c.got-c.want) > 3e-6*math.Abs(c.want) {
				t.Errorf("%s = %.10g, want %.10g", c.name, c.got, c.want)
			}
		}
	}
}

// TestPeriodic: y' = -y + sin t with y(0) = y(2 pi) (not separated, At nil):
// y = (sin t - cos t)/2.
func TestPeriodic(t *testing.T) {
	p := &ode.BVP{
		System: ode.System{Dim: 1, Linear: true, Func: func(d []float64, t float64, y, _ []float64) { d[0] = math.Sin(t) - y[0] }},
		Start:  0, End: 2 * math.Pi,
		Boundary: ode.Conditions{Count: 1, Linear: true,
			Func: func(g []float64, y [][]float64, _ []float64) { g[0] = y[0][0] - y[1][0] }},
	}
	s := solve(t, p)
	for _, x := range []float64{0, 1, 4, 2 * math.Pi} {
		if y := s.At(nil, x); math.Abs(y[0]-(math.Sin(x)-math.Cos(x))/2) > 1e-6 {
			t.Errorf("y(%g) = %v", x, y)
		}
	}
}

// TestBreaks: y” = 1 on [0, 1), -1 on [1, 2), 1 on [2, 3], y(0) = y(3) = 0, the
// breaks named: they are mesh points, and few steps are needed.
func TestBreaks(t *testing.T) {
	p := linearProblem(0, 3, func(d []float64, x float64, y []float64) {
		d[0], d[1] = y[1], 1
		if x >= 1 && x < 2 {
			d[1] = -1
		}
	}, 0, 0)
	p.Breaks = []float64{1, 2}
	s := solve(t, p)
	// From the left, with slope v: y(1) = v + 1/2, y(2) = 2 v + 1, y(3) = 3 v + 3/2.
	for _, c := range [][2]float64{{0.5, -0.25 + 0.125}, {1, 0}, {1.5, 0.25 - 0.125}, {2, 0}, {2.5, -0.125}} {
		if y := s.At(nil, c[0])[0]; math.Abs(y-c[1]) > 1e-9 {
			t.Errorf("y(%g) = %.12g, want %g", c[0], y, c[1])
		}
	}
	found := 0
	for _, x := range s.T {
		if x == 1 || x == 2 {
			found++
		}
	}
	if found != 2 || len(s.T) > 15 {
		t.Errorf("mesh %v", s.T)
	}
}

// TestStatus reaches every failing status.
func TestStatus(t *testing.T) {
	oscillator := func(k, yb float64) *ode.BVP {
		return linearProblem(0, 1, func(d []float64, _ float64, y []float64) { d[0], d[1] = y[1], -k*k*y[0] }, 0, yb)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name     string
		ctx      context.Context
		s        Solver
		p        *ode.BVP
		status   ode.Status
		sentinel error
	}{
		// y(1) = sin k/k y'(0): no solution for k = pi but y(1) = 0.
		{name: "singular", p: oscillator(math.Pi, 1), status: ode.IllConditioned, sentinel: ode.ErrIllConditioned},
		{name: "singular exactly", status: ode.Singular, sentinel: ode.ErrSingular,
			p: linearProblem(0, 1, func(d []float64, _ float64, y []float64) { d[0], d[1] = 0, y[1] }, 0, 1)},
		// Ackerberg and O'Malley: condition of the order exp(1/(2 eps)).
		{name: "ill-conditioned", status: ode.IllConditioned, sentinel: ode.ErrIllConditioned,
			p: linearProblem(-1, 1, func(d []float64, x float64, y []float64) { d[0], d[1] = y[1], (x*y[1]-y[0])/0.01 }, 1, 2)},
		// Singular, but with a right-hand side for which there are solutions.
		{name: "singular, consistent", status: ode.IllConditioned, sentinel: ode.ErrIllConditioned,
			p: linearProblem(-0.1, 0.1, func(d []float64, x float64, y []float64) {
				d[0], d[1] = y[1], -0.03*y[0]/((0.01+x*x)*(0.01+x*x))
			}, -math.Sqrt(0.5), math.Sqrt(0.5))},
		{name: "too many segments", s: Solver{MaxSegments: 5}, p: lqr(100), status: ode.MeshLimit, sentinel: ode.ErrMeshLimit},
		{name: "not finite", status: ode.NotFinite, sentinel: ode.ErrNotFinite,
			p: linearProblem(0, 1, func(d []float64, _ float64, y []float64) { d[0], d[1] = y[1], math.Sqrt(y[0]-5) }, 0, 1)},
		// Bratu's problem beyond its fold at 3.5138.
		{name: "no solution", status: ode.NoDescent, sentinel: ode.ErrNoDescent,
			p: &ode.BVP{System: ode.System{Dim: 2, Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], -4*math.Exp(y[0]) }},
				Start: 0, End: 1,
				Boundary: ode.Conditions{Count: 2, At: []int{0, 1},
					Func: func(g []float64, y [][]float64, _ []float64) { g[0], g[1] = y[0][0], y[1][0] }}}},
		{name: "steps", status: ode.StepLimit, sentinel: ode.ErrStepLimit, p: lqr(1),
			s: Solver{Integrator: ode.Integrator{MaxSteps: 2, MaxStep: 0.01}}},
		{name: "cancelled", ctx: cancelled, p: lqr(1), status: ode.Cancelled, sentinel: context.Canceled},
		{name: "algebraic", status: ode.Unfinished, sentinel: ode.ErrMethod,
			p: &ode.BVP{System: ode.System{Dim: 2, Algebraic: 1, Func: func(d []float64, _ float64, y, _ []float64) { d[0], d[1] = y[1], y[1]+y[0] }},
				Start: 0, End: 1,
				Boundary: ode.Conditions{Count: 1, At: []int{0},
					Func: func(g []float64, y [][]float64, _ []float64) { g[0] = y[0][0] - 1 }}}},
	} {
		ctx := c.ctx
		if ctx == nil {
			ctx = context.Background()
		}
		s, err := c.s.Solve(ctx, c.p)
		if s.Status != c.status || !errors.Is(err, c.sentinel) || !errors.Is(s.Err, c.sentinel) {
			t.Errorf("%s: status %v, error %v; want %v", c.name, s.Status, err, c.status)
		}
		// What is returned can be looked at.
		s.At(nil, (c.p.Start+c.p.End)/2)
	}
}

// TestMalformed: programmer errors panic.
func TestMalformed(t *testing.T) {
	for name, change := range map[string]func(p *ode.BVP){
		"count":    func(p *ode.BVP) { p.Boundary.Count = 3 },
		"interval": func(p *ode.BVP) { p.End = p.Start },
		"points":   func(p *ode.BVP) { p.Boundary.Points = []float64{1, 0} },
		"at":       func(p *ode.BVP) { p.Boundary.At = []int{0, 2} },
		"jump":     func(p *ode.BVP) { p.Jumps = []ode.Jump{{T: 7}} },
		"func":     func(p *ode.BVP) { p.Func = nil },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			p := lqr(1)
			change(p)
			new(Solver).Solve(context.Background(), p)
		}()
	}
}

// TestCounters are the golden work counters: an accuracy test passes while the
// cost doubles, a counter does not. On machines that fuse multiplications and
// additions they may differ a little.
func TestCounters(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("counted on amd64")
	}
	for _, c := range []struct {
		name string
		p    *ode.BVP
		want ode.Stats
	}{
		{"lqr 50", lqr(50), ode.Stats{Func: 16433, Jac: 8596, Factorisations: 5, Solves: 40, Newton: 2, Meshes: 2, Steps: 1293, Rejected: 2}},
		{"well 10", well(10), ode.Stats{Func: 20444, Jac: 7178, Factorisations: 7, Solves: 50, Newton: 10, Meshes: 2, Steps: 1548, Rejected: 44}},
		{"orbit", orbit(), ode.Stats{Func: 25777, Jac: 2592, Factorisations: 6, Solves: 52, Newton: 13, Meshes: 1, Steps: 742, Rejected: 51}},
	} {
		if s := solve(t, c.p); s.Stats != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, s.Stats, c.want)
		}
	}
}
