package route

import (
	"context"
	"math"
	"testing"
)

// TestMissingOfMatrix: a value that is missing beside others with a matrix of
// precisions leaves the others their marginal precision. With the precision
// [[100, 10], [10, 50]] the covariance of the second is 100/4900, so that a row
// without the first is one measurement of precision 49. Both routes, and both
// with states observed and with formulas of them.
func TestMissingOfMatrix(t *testing.T) {
	const model = `[layer]
start = 0
end = 4
[states]
x = { equation = 'v' }
v = { equation = '-x' }
[model]
Rf = [[10, 2], [2, 10]]
`
	for _, h := range [][2]string{{"x", "v"}, {"x + v/2", "v - x^2/10"}} {
		with := problem(t, model+`[[observations]]
at = [1, 2, 3, 4]
observe = { '`+h[0]+`' = [0.8, 0.9, nan, nan], '`+h[1]+`' = [0.5, -0.4, -1, nan] }
Rm = [[100, 10], [10, 50]]
`)
		without := problem(t, model+`[[observations]]
at = [1, 2]
observe = { '`+h[0]+`' = [0.8, 0.9], '`+h[1]+`' = [0.5, -0.4] }
Rm = [[100, 10], [10, 50]]
[[observations]]
at = [3]
observe = { '`+h[1]+`' = [-1] }
Rm = 49
`)
		ctx := context.Background()
		var actions [2][2]float64
		for i, p := range []*Problem{with, without} {
			sol, err := p.Collocate(ctx, Options{Tol: 1e-10})
			if err != nil {
				t.Fatal(err)
			}
			split, err := p.Equations.Action(sol)
			if err != nil {
				t.Fatal(err)
			}
			path, err := p.Discretise(ctx, LayerOptions{Layers: 200, Rule: "gauss3"})
			if err != nil {
				t.Fatal(err)
			}
			actions[i] = [2]float64{split.Total(), path.Action}
			if split.Points != 5 || path.Data != 5 {
				t.Errorf("%s: %d and %d values counted, want 5", h, split.Points, path.Data)
			}
		}
		for k, name := range []string{"collocation", "layers"} {
			if a, b := actions[0][k], actions[1][k]; math.Abs(a-b) > 1e-9*b {
				t.Errorf("%s, %s: action %.12g with the missing value, %.12g without its row", h, name, a, b)
			}
		}
		if a, b := actions[0][0], actions[0][1]; math.Abs(a-b) > 1e-7*a {
			t.Errorf("%s: action %.12g by collocation, %.12g in layers", h, a, b)
		}
	}
}
