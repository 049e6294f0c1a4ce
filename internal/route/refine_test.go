package route

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
)

// logistic is growth x' = r x (1 - x) with r = 2 from x = 0.02, measured
// without noise, so that all that an estimate is off is the error of the layers.
func logistic(settings string) string {
	var at, y []string
	for k := range 13 {
		t := float64(k) / 2
		at, y = append(at, fmt.Sprint(t)), append(y, fmt.Sprintf("%.17g", 1/(1+49*math.Exp(-2*t))))
	}
	return `[layer]
start = 0
end = 6
[parameters]
r = { estimate = true, guess = 1, range = [0.5, 3] }
[states]
x = { equation = 'r*x*(1 - x)', range = [0, 1] }
[model]
Rf = inf
[[observations]]
at = [` + strings.Join(at, ", ") + `]
observe = { x = [` + strings.Join(y, ", ") + `] }
sd = 0.01
[anneal]
Rf0 = 10
alpha = 4
beta = 16
` + settings
}

// TestRefine: the error of the layers is told as large as it is, from few
// layers of rules of order 1, 2 and 4, and the refined level is free of it.
func TestRefine(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		settings string
		enough   bool
	}{
		{"layers = 24\nrule = \"euler\"", false},
		{"layers = 12\nrule = \"trapezoid\"", false},
		{"rule = \"midpoint\"", false},
		{"layers = 12", true},
		{"layers = 96", true},
	} {
		p := problem(t, logistic(c.settings))
		r, err := p.Anneal(ctx, AnnealOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if given := strings.Contains(c.settings, "layers"); r.Given != given {
			t.Errorf("%q: layers given: %v", c.settings, r.Given)
		}
		q, err := r.Refine(ctx)
		if err != nil {
			t.Fatal(err)
		}
		off := math.Abs(r.Ensemble.Levels[0].Theta[0] - 2)
		if q.Theta[0] < 0.9*off || q.Theta[0] > 1.3*off+1e-9 {
			t.Errorf("%q: r is off by %.3g, told is %.3g", c.settings, off, q.Theta[0])
		}
		sd := math.Sqrt(q.Path.ThetaCov[0])
		if left := math.Abs(q.Path.Theta[0]-2) / sd; left > 2*enough {
			t.Errorf("%q: r of %d layers is off by %.2g standard deviations", c.settings, q.Path.Layers, left)
		}
		if q.Enough() != c.enough || q.Doubt < off/sd*0.9 {
			t.Errorf("%q: enough: %v, doubt %.3g, %.3g of r alone", c.settings, q.Enough(), q.Doubt, off/sd)
		}
		if c.enough {
			continue
		}
		// The layers that it names are enough.
		again, err := p.Anneal(ctx, AnnealOptions{Layers: q.Layers})
		if err != nil {
			t.Fatal(err)
		}
		if off := math.Abs(again.Ensemble.Levels[0].Theta[0]-2) / sd; off > 2*enough {
			t.Errorf("%q: with the %d layers that are named r is off by %.2g standard deviations", c.settings, q.Layers, off)
		}
	}
}

// TestAnnealVarying: the ladder leaves the precision with which a parameter
// walks alone, and ends where solving ends; where Rf0 names it, it goes along.
func TestAnnealVarying(t *testing.T) {
	const model = `[layer]
start = 0
end = 10
[parameters]
m = { varies = true, Rf = 4, guess = 0, prior = { mean = 0, sd = 1 } }
[states]
x = { equation = 'm - 0.3*x', Rf = inf, prior = { mean = 0, sd = 2 } }
[[observations]]
at = [1, 2, 3, 4, 5, 6, 7, 8, 9]
observe = { x = [0.2, 0.9, 1.5, 2.4, 2.2, 1.6, 1.0, 0.1, -0.5] }
sd = 0.2
`
	ctx := context.Background()
	for _, c := range []struct {
		settings string
		constant bool
	}{{"", false}, {"[anneal]\nRf0 = 0.1\nalpha = 4\nbeta = 20", false}, {"[anneal]\nRf0 = { x = 0.1, m = 0.1 }\nalpha = 4\nbeta = 20", true}} {
		p := problem(t, model+c.settings)
		r, err := p.Anneal(ctx, AnnealOptions{Layers: 200})
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.Discretise(ctx, LayerOptions{Layers: 200})
		if err != nil {
			t.Fatal(err)
		}
		got := r.Ensemble.Levels[0].Limit
		if c.constant != (got > 10*want.Action) || !c.constant && math.Abs(got-want.Action) > 1e-6*want.Action {
			t.Errorf("%q: level %.8g, solve %.8g", c.settings, got, want.Action)
		}
	}
}

// TestEndsAtModel: a ladder that ends at the Rf of the model is judged there.
func TestEndsAtModel(t *testing.T) {
	for rf, want := range map[string]bool{"1e4": true, "5e4": false, "inf": false} {
		text := strings.Replace(logistic("layers = 24"), "Rf = inf", "Rf = "+rf, 1)
		text = strings.Replace(text, "beta = 16", "beta = 5", 1) // 10 4^5 = 10240
		r, err := problem(t, text).Anneal(context.Background(), AnnealOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Settings.Finite != want {
			t.Errorf("Rf = %s: judged at the last Rf: %v", rf, r.Settings.Finite)
		}
	}
}
