package problemfile

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/interp"
)

func TestSplineReproducesCubics(t *testing.T) {
	f := func(x float64) (float64, float64) { return 2 - x + 3*x*x - 0.5*x*x*x, -1 + 6*x - 1.5*x*x }
	g := func(x float64) (float64, float64) { return 2 - x + 3*x*x, -1 + 6*x }
	for _, c := range []struct {
		x []float64
		f func(float64) (float64, float64)
	}{
		{[]float64{-1, 0, 3}, g},
		{[]float64{-1, 0, 3, 3.5}, f},
		{[]float64{-1, -0.99, 0, 1, 2.5, 3, 3.01}, f},
	} {
		y := make([]float64, len(c.x))
		for i, x := range c.x {
			y[i], _ = c.f(x)
		}
		p := notAKnot(c.x, y)
		for x := c.x[0]; x <= c.x[len(c.x)-1]; x += 0.05 {
			v, r := p.at(x)
			wv, wr := c.f(x)
			if math.Abs(v-wv) > 1e-12 || math.Abs(r-wr) > 1e-11 {
				t.Errorf("%d knots at %g: %g, %g, want %g, %g", len(c.x), x, v, r, wv, wr)
			}
		}
	}
}

// gonum's spline of the same kind agrees on random knots.
func TestSplineAgainstGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float64, 40), make([]float64, 40)
	for i := range x {
		x[i] = float64(i) + 0.8*rng.Float64()
		y[i] = rng.NormFloat64()
	}
	var want interp.NotAKnotCubic
	if err := want.Fit(x, y); err != nil {
		t.Fatal(err)
	}
	p := notAKnot(x, y)
	for u := x[0]; u < x[39]; u += 0.01 {
		v, r := p.at(u)
		if math.Abs(v-want.Predict(u)) > 1e-10 || math.Abs(r-want.PredictDerivative(u)) > 1e-9 {
			t.Fatalf("at %g: %g, %g, gonum %g, %g", u, v, r, want.Predict(u), want.PredictDerivative(u))
		}
	}
}

// Value and derivative are continuous, and the ends hold outside.
func TestSplineEnds(t *testing.T) {
	p := notAKnot([]float64{0, 1, 2, 4}, []float64{1, 3, 2, 5})
	for _, c := range [][2]float64{{-1, 1}, {0, 1}, {1, 3}, {4, 5}, {9, 5}} {
		if v, _ := p.at(c[0]); math.Abs(v-c[1]) > 1e-15 {
			t.Errorf("at %g: %g, want %g", c[0], v, c[1])
		}
	}
	if v, r := p.at(math.NaN()); !math.IsNaN(v) || !math.IsNaN(r) {
		t.Errorf("at NaN: %g, %g", v, r)
	}
}
