package route

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"costate/internal/problemfile"
	"costate/ode"
)

// TestPulses drives y' = pulse(t) by pulses of known area, most of them narrower
// than the first mesh: both routes must give the area, at any tolerance.
func TestPulses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for k := range 60 {
		at, w := 0.05+0.9*rnd.Float64(), math.Pow(10, -5+4*rnd.Float64())
		height := math.Pow(10, rnd.Float64()) / w
		tol := []float64{1e-3, 1e-6, 1e-9}[k%3]
		var pulse string
		var area float64
		switch k % 4 {
		case 0:
			pulse = fmt.Sprintf("exp(-((t - %.17g)/%.17g)^2)", at, w)
			area = w * math.Sqrt(math.Pi) / 2 * (math.Erf((1-at)/w) - math.Erf(-at/w))
		case 1:
			pulse = fmt.Sprintf("if(t > %.17g and t < %.17g, 1, 0)", at, at+w)
			area = min(1, at+w) - at
		case 2:
			pulse = fmt.Sprintf("1/(1 + ((t - %.17g)/%.17g)^2)", at, w)
			area = w * (math.Atan((1-at)/w) - math.Atan(-at/w))
		default:
			w = min(w, 0.05)
			pulse = fmt.Sprintf("max(0, 1 - abs(t - %.17g)/%.17g)", at, w)
			area = w
		}
		text := fmt.Sprintf("[layer]\nstart = 0\nend = 1\n[states]\ny = { equation = '%.17g*%s', start = 1 }\nz = { equation = 'y - z', start = 0 }\n", height, pulse)
		p := problem(t, text)
		want := 1 + height*area
		for _, solve := range []func(context.Context, Options) (*ode.Solution, error){p.Collocate, p.Shoot} {
			sol, err := solve(context.Background(), Options{Tol: tol})
			if err != nil {
				t.Errorf("%s: %v", pulse, err)
				continue
			}
			if got := sol.Y[len(sol.Y)-2]; math.Abs(got-want) > 10*tol*want {
				t.Errorf("%s: tolerance %g, y(1) = %.12g, want %.12g", pulse, tol, got, want)
			}
		}
	}
}

// TestPulseOfData looks at a signal from a table of 20001 rows with one spike.
func TestPulseOfData(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	for _, how := range []string{"cubic", "linear", "previous"} {
		rows := "t,u\n"
		for i := range 20001 {
			u := 0
			if i == 8237 {
				u = 20000
			}
			rows += fmt.Sprintf("%.5f,%d\n", float64(i)/20000, u)
		}
		l := problemfile.Loader{FS: fstest.MapFS{"u.csv": {Data: []byte(rows)}, "p.toml": {Data: []byte(
			"[layer]\nstart = 0\nend = 1\n[inputs]\nu = { data = 'u.csv', at = 't', value = 'u', interpolation = '" + how + "' }\n[states]\ny = { equation = 'u', start = 1 }\n")}}}
		f, err := l.Load("p.toml")
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, solve := range []func(context.Context, Options) (*ode.Solution, error){p.Collocate, p.Shoot} {
			sol, err := solve(context.Background(), Options{})
			if err != nil {
				t.Errorf("%s: %v", how, err)
				continue
			}
			// The area of a cubic spline through one spike is that of its rows:
			// far from the ends the trapezoidal rule is exact for its sum.
			if got := sol.Y[len(sol.Y)-1]; math.Abs(got-2) > 1e-5 {
				t.Errorf("%s: y(1) = %.12g, want 2", how, got)
			}
		}
	}
}

// TestPulsesOfOtherArguments: the centre of a pulse is found where its argument
// is any function of t; what is not resolved is no success.
func TestPulsesOfOtherArguments(t *testing.T) {
	const c, w = 0.41234567, 1e-6
	for _, x := range []struct {
		pulse string
		area  float64
	}{
		{"exp(-((t^2 - %.17g^2)/%g)^2)", w * math.Sqrt(math.Pi) / (2 * c)},
		{"exp(-((exp(t) - exp(%.17g))/%g)^2)", w * math.Sqrt(math.Pi) * math.Exp(-c)},
		{"exp(-((sin(t) - sin(%.17g))/%g)^2)", w * math.Sqrt(math.Pi) / math.Cos(c)},
		{"exp(-abs(t - %.17g)/%g)", 2 * w},
	} {
		pulse := fmt.Sprintf(x.pulse, c, w)
		p := problem(t, "[layer]\nstart = 0\nend = 1\n[states]\ny = { equation = '1e6*"+pulse+"', start = 1 }\n")
		want := 1 + 1e6*x.area
		for _, solve := range []func(context.Context, Options) (*ode.Solution, error){p.Collocate, p.Shoot} {
			sol, err := solve(context.Background(), Options{})
			if got := sol.Y[len(sol.Y)-1]; err == nil && !(math.Abs(got-want) <= 1e-5*want) {
				t.Errorf("%s: y(1) = %.12g, want %.12g", pulse, got, want)
			}
			if err != nil && !errors.Is(err, ode.ErrMeshLimit) {
				t.Errorf("%s: %v", pulse, err)
			}
		}
	}
}
