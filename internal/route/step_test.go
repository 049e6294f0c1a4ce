package route

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"costate/ode"
)

// What is smooth, but narrower than the distance of any two points of a first mesh,
// is resolved where it is: a switch, and pulses whose integrals are steps.
func TestNarrowSteps(t *testing.T) {
	lncosh := func(x float64) float64 { return math.Abs(x) + math.Log1p(math.Exp(-2*math.Abs(x))) - math.Ln2 }
	for _, f := range []struct {
		name, equation string // of y, with the place c and the width w
		exact          func(t, c, w float64) float64
	}{
		{"switch", "-5*(1 + tanh((t - c)/w))/2*y", func(t, c, w float64) float64 {
			return math.Exp(-2.5 * (t + w*(lncosh((t-c)/w)-lncosh(-c/w))))
		}},
		{"Gauss", "exp(-(t - c)^2/w^2)/w", func(t, c, w float64) float64 {
			return 1 + math.Sqrt(math.Pi)/2*(math.Erf((t-c)/w)+math.Erf(c/w))
		}},
		{"Lorentz", "w/((t - c)^2 + w^2)", func(t, c, w float64) float64 {
			return 1 + math.Atan((t-c)/w) + math.Atan(c/w)
		}},
		{"squared Lorentz", "2*w*(t - c)/((t - c)^2 + w^2)^2*w", func(t, c, w float64) float64 {
			return 1 - w*w/((t-c)*(t-c)+w*w) + w*w/(c*c+w*w)
		}},
	} {
		for _, c := range []float64{0.3, 0.3123456, 0.95} {
			for _, w := range []float64{1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8} {
				p := problem(t, fmt.Sprintf("[layer]\nstart = 0\nend = 1\n[constants]\nc = %v\nw = %g\n[states]\n"+
					"y = { equation = '%s', guess = 1 }\n[boundary]\nconditions = ['y(0) = 1']\n", c, w, f.equation))
				for _, tol := range []float64{1e-4, 1e-6, 1e-9} {
					name := fmt.Sprintf("%s at %v, width %v, tol %v", f.name, c, w, tol)
					sol, err := p.Collocate(context.Background(), Options{Tol: tol})
					if err != nil {
						t.Errorf("%s: %v", name, err)
						continue
					}
					rounding := 0x1p-52 / w // of t, on the scale of the width
					if n := sol.Intervals(); n > 200 && tol > rounding {
						t.Errorf("%s: %d intervals", name, n)
					}
					for i := -400; i <= 400; i++ {
						at := c + w*float64(i)/10
						if at < 0 || at > 1 {
							continue
						}
						want := f.exact(at, c, w)
						if e := math.Abs(sol.At(nil, at)[0] - want); e > 10*tol+rounding {
							t.Errorf("%s: error %.2g at %v widths", name, e, float64(i)/10)
							break
						}
					}
				}
			}
		}
	}
}

// Nor does an integrator step over a pulse, of an equation or of an action's model.
func TestNarrowStepsForward(t *testing.T) {
	for _, w := range []float64{1e-2, 1e-3, 1e-5, 1e-7} {
		head := fmt.Sprintf("[layer]\nstart = 0\nend = 1\n[constants]\nw = %g\n[states]\ny = { equation = 'exp(-((t - 0.3123)/w)^2)/w', ", w)
		for kind, rest := range map[string]string{
			"equation": "guess = 0 }\n[boundary]\nconditions = ['y(0) = 0']\n",
			"model":    "start = 0 }\n[model]\nRf = inf\n[[observations]]\nat = [1]\nobserve = { y = [1] }\nsd = 1\n",
		} {
			p := problem(t, head+rest)
			f, err := NewForward(p.File)
			if err != nil {
				t.Fatal(err)
			}
			_, sol, err := f.Sample(context.Background(), &ode.Integrator{RelTol: 1e-8, AbsTol: 1e-10}, 0.1)
			if err != nil {
				t.Fatal(err)
			}
			if y := sol.At(nil, 1)[0]; math.Abs(y-math.Sqrt(math.Pi)) > 1e-7+0x1p-52/w {
				t.Errorf("%s, width %v: y(1) = %v, want the root of pi", kind, w, y)
			}
		}
	}
}

// Layers that are longer than a pulse say so.
func TestNarrowStepsInLayers(t *testing.T) {
	for w, want := range map[float64]bool{1e-1: false, 1e-5: true} {
		p := problem(t, fmt.Sprintf("[layer]\nstart = 0\nend = 1\n[constants]\nw = %g\n[states]\ny = { equation = 'exp(-((t - 0.3123)/w)^2)/w', start = 0 }\n"+
			"[model]\nRf = 100\n[[observations]]\nat = [1]\nobserve = { y = [1] }\nsd = 1\n", w))
		d, err := p.Discretise(context.Background(), LayerOptions{Layers: 100})
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, warning := range d.Warnings {
			got = got || strings.Contains(warning.Error(), "within one layer")
		}
		if got != want {
			t.Errorf("width %v: warnings %v", w, d.Warnings)
		}
	}
}
