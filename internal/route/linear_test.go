package route

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"gonum.org/v1/gonum/mat"

	"costate/internal/problemfile"
	"costate/ode"
)

// linearCase is a random linear action: x' = A x + b + B theta with a model
// error of precision Rf, some components measured at irregular times.
type linearCase struct {
	d, np    int
	a        *mat.Dense // d×d
	b        []float64
	bth      *mat.Dense // d×np
	rf       []float64
	times    []float64
	y        [][]float64 // NaN: missing
	rm       []float64
	xb, w0   []float64 // prior of x(0)
	thb, wth []float64 // prior of theta
}

func randomLinear(rnd *rand.Rand) *linearCase {
	c := &linearCase{d: 1 + rnd.IntN(3), np: rnd.IntN(3)}
	c.a = mat.NewDense(c.d, c.d, nil)
	c.bth = mat.NewDense(c.d, max(c.np, 1), nil)
	for i := range c.d {
		for j := range c.d {
			c.a.Set(i, j, rnd.NormFloat64())
		}
		for j := range c.np {
			c.bth.Set(i, j, rnd.NormFloat64())
		}
		c.b = append(c.b, rnd.NormFloat64())
		c.rf = append(c.rf, math.Pow(10, 4*rnd.Float64()-1))
		c.rm = append(c.rm, math.Pow(10, 2*rnd.Float64()-1))
		c.xb = append(c.xb, rnd.NormFloat64())
		c.w0 = append(c.w0, 0.1+rnd.Float64())
	}
	for range c.np {
		c.thb = append(c.thb, rnd.NormFloat64())
		c.wth = append(c.wth, 0.1+rnd.Float64())
	}
	t := 0.0
	for range 4 + rnd.IntN(5) {
		t += 0.05 + 0.4*rnd.Float64()
		c.times = append(c.times, math.Round(t*1e4)/1e4)
		row := make([]float64, c.d)
		for i := range row {
			if row[i] = rnd.NormFloat64(); rnd.IntN(3) == 0 {
				row[i] = math.NaN()
			}
		}
		c.y = append(c.y, row)
	}
	return c
}

// file writes the case as a problem file.
func (c *linearCase) file() string {
	var b strings.Builder
	num := func(v float64) string { return fmt.Sprintf("%.17g", v) }
	fmt.Fprintf(&b, "[layer]\nstart = 0\nend = %s\n[parameters]\n", num(c.times[len(c.times)-1]))
	for j := range c.np {
		fmt.Fprintf(&b, "k%d = { estimate = true, guess = 0, prior = { mean = %s, precision = %s } }\n", j, num(c.thb[j]), num(c.wth[j]))
	}
	b.WriteString("[states]\n")
	for i := range c.d {
		f := num(c.b[i])
		for j := range c.d {
			f += fmt.Sprintf(" + (%s)*x%d", num(c.a.At(i, j)), j)
		}
		for j := range c.np {
			f += fmt.Sprintf(" + (%s)*k%d", num(c.bth.At(i, j)), j)
		}
		fmt.Fprintf(&b, "x%d = { equation = '%s', guess = 0, Rf = %s, prior = { mean = %s, precision = %s } }\n", i, f, num(c.rf[i]), num(c.xb[i]), num(c.w0[i]))
	}
	for i := range c.d {
		var at, y []string
		for k, row := range c.y {
			if !math.IsNaN(row[i]) {
				at, y = append(at, num(c.times[k])), append(y, num(row[i]))
			}
		}
		if len(at) > 0 {
			fmt.Fprintf(&b, "[[observations]]\nat = [%s]\nobserve = { x%d = [%s] }\nRm = %s\n", strings.Join(at, ", "), i, strings.Join(y, ", "), num(c.rm[i]))
		}
	}
	return b.String()
}

// solve is the answer by dense linear algebra: the states at 0 and at all times,
// and theta, from normal equations with the exact transition and the exact
// covariance of the model error (Van Loan 1978). It returns the states row by
// row, theta, the covariance diagonal of theta, and the action.
func (c *linearCase) solve(t *testing.T) (x [][]float64, theta, variance []float64, action float64) {
	d, n := c.d, len(c.times)+1
	size := n*d + c.np
	h := mat.NewSymDense(size, nil)
	g := mat.NewVecDense(size, nil)
	constant := 0.0
	// add 1/2 w (row.z - v)^2 for a full weight matrix over several rows.
	add := func(rows *mat.Dense, v []float64, w *mat.SymDense) {
		m, _ := rows.Dims()
		var wr mat.Dense
		wr.Mul(w, rows)
		var full mat.Dense
		full.Mul(rows.T(), &wr)
		for i := range size {
			for j := range i + 1 {
				h.SetSym(i, j, h.At(i, j)+(full.At(i, j)+full.At(j, i))/2)
			}
		}
		vv := mat.NewVecDense(m, v)
		var wv mat.VecDense
		wv.MulVec(w, vv)
		var rwv mat.VecDense
		rwv.MulVec(rows.T(), &wv)
		g.AddVec(g, &rwv)
		constant += 0.5 * mat.Dot(vv, &wv)
	}
	single := func(col int, v, w float64) {
		rows := mat.NewDense(1, size, nil)
		rows.Set(0, col, 1)
		add(rows, []float64{v}, mat.NewSymDense(1, []float64{w}))
	}
	for i := range d {
		single(i, c.xb[i], c.w0[i])
	}
	for j := range c.np {
		single(n*d+j, c.thb[j], c.wth[j])
	}
	for k, row := range c.y {
		for i, y := range row {
			if !math.IsNaN(y) {
				single((k+1)*d+i, y, c.rm[i])
			}
		}
	}
	last := 0.0
	for k, tk := range c.times {
		phi, gam, q := c.transition(tk - last)
		last = tk
		rows := mat.NewDense(d, size, nil)
		v := make([]float64, d)
		for i := range d {
			rows.Set(i, (k+1)*d+i, 1)
			for j := range d {
				rows.Set(i, k*d+j, -phi.At(i, j))
				v[i] += gam.At(i, j) * c.b[j]
				for l := range c.np {
					rows.Set(i, n*d+l, rows.At(i, n*d+l)-gam.At(i, j)*c.bth.At(j, l))
				}
			}
		}
		var chol mat.Cholesky
		if !chol.Factorize(q) {
			t.Fatal("the covariance of the model error is not positive definite")
		}
		var w mat.SymDense
		if err := chol.InverseTo(&w); err != nil {
			t.Fatal(err)
		}
		add(rows, v, &w)
	}
	var chol mat.Cholesky
	if !chol.Factorize(h) {
		t.Fatal("the Hessian is not positive definite")
	}
	var z mat.VecDense
	if err := chol.SolveVecTo(&z, g); err != nil {
		t.Fatal(err)
	}
	var inv mat.SymDense
	if err := chol.InverseTo(&inv); err != nil {
		t.Fatal(err)
	}
	for k := range n {
		row := make([]float64, d)
		for i := range row {
			row[i] = z.AtVec(k*d + i)
		}
		x = append(x, row)
	}
	for j := range c.np {
		theta = append(theta, z.AtVec(n*d+j))
		variance = append(variance, inv.At(n*d+j, n*d+j))
	}
	return x, theta, variance, constant - 0.5*mat.Dot(g, &z)
}

// transition returns exp(A h), its integral, and the covariance
// int exp(A s) Rf^-1 exp(A's) ds.
func (c *linearCase) transition(h float64) (phi, gam *mat.Dense, q *mat.SymDense) {
	d := c.d
	block := mat.NewDense(2*d, 2*d, nil)
	for i := range d {
		for j := range d {
			block.Set(i, j, -h*c.a.At(i, j))
			block.Set(d+i, d+j, h*c.a.At(j, i))
		}
		block.Set(i, d+i, h/c.rf[i])
	}
	var e mat.Dense
	e.Exp(block)
	phi = mat.DenseCopyOf(e.Slice(d, 2*d, d, 2*d).T())
	var qq mat.Dense
	qq.Mul(phi, e.Slice(0, d, d, 2*d))
	q = mat.NewSymDense(d, nil)
	for i := range d {
		for j := range i + 1 {
			q.SetSym(i, j, (qq.At(i, j)+qq.At(j, i))/2)
		}
	}
	two := mat.NewDense(2*d, 2*d, nil)
	for i := range d {
		for j := range d {
			two.Set(i, j, h*c.a.At(i, j))
		}
		two.Set(i, d+i, h)
	}
	var f mat.Dense
	f.Exp(two)
	return phi, mat.DenseCopyOf(f.Slice(0, d, d, 2*d)), q
}

// TestLinearActions compares all routes with dense linear algebra on random
// linear actions: states, parameters, posterior widths, action, and the error
// estimates against the true errors.
func TestLinearActions(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	for k := range 40 {
		c := randomLinear(rnd)
		x, theta, variance, action := c.solve(t)
		file, err := (&problemfile.Loader{FS: fstest.MapFS{"linear.toml": {Data: []byte(c.file())}}}).Load("linear.toml")
		if err != nil {
			t.Fatalf("%v\n%s", err, c.file())
		}
		p, err := New(file)
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		for _, route := range []struct {
			name  string
			solve func(context.Context, Options) (*ode.Solution, error)
		}{
			{"collocation", func(ctx context.Context, o Options) (*ode.Solution, error) { return p.Collocate(ctx, o) }},
			{"shooting", func(ctx context.Context, o Options) (*ode.Solution, error) { return p.Shoot(ctx, o) }},
		} {
			sol, err := route.solve(ctx, Options{Tol: 1e-9})
			if err != nil {
				t.Errorf("case %d by %s: %v", k, route.name, err)
				continue
			}
			scale := make([]float64, c.d)
			for _, row := range x {
				for i, v := range row {
					scale[i] = max(scale[i], math.Abs(v))
				}
			}
			for m, row := range x {
				at := 0.0
				if m > 0 {
					at = c.times[m-1]
				}
				y := sol.At(nil, at)
				for i, v := range row {
					if e := math.Abs(y[i] - v); e > 1e-8*scale[i] || e > 10*sol.Error[i]+1e-11*scale[i] {
						t.Errorf("case %d by %s: x%d(%g) = %.12g, exact %.12g: error %.1e, estimate %.1e", k, route.name, i, at, y[i], v, e, sol.Error[i])
					}
				}
			}
			for j, v := range theta {
				if e := math.Abs(sol.P[j] - v); e > 1e-8*(1+math.Abs(v)) {
					t.Errorf("case %d by %s: k%d = %.12g, exact %.12g", k, route.name, j, sol.P[j], v)
				}
			}
			split, err := p.Equations.Action(sol)
			if err != nil {
				t.Fatal(err)
			}
			if e := math.Abs(split.Total() - action); e > 1e-8*(1+action) {
				t.Errorf("case %d by %s: action %.12g, exact %.12g (stated error %.1e)", k, route.name, split.Total(), action, split.Error)
			}
			if len(theta) == 0 {
				continue
			}
			second := p.Posterior(ctx, sol)
			if second == nil || second.Widths == nil || second.Negative != 0 {
				t.Errorf("case %d by %s: no posterior: %+v", k, route.name, second)
				continue
			}
			for j, v := range variance {
				if w := second.Widths[j]; math.Abs(w-math.Sqrt(v)) > 1e-5*w {
					t.Errorf("case %d: sd of k%d is %.9g, exact %.9g", k, j, w, math.Sqrt(v))
				}
			}
		}
	}
}
