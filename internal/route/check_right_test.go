package route

import (
	"slices"
	"strings"
	"testing"

	"costate/hamiltonian"
)

// TestThresholds: layers end where formulas switch because of t alone, and each takes
// the value of its own side there, however the formula rounds the place: all rules
// keep their orders.
func TestThresholds(t *testing.T) {
	for name, c := range map[string]struct{ start, field, observed string }{
		"if":                     {"0", "-x + if(t > 1.234, 1, 0)", ""},
		"at the layers' ends":    {"0", "-x + if(t >= 2, x^2, 1)", ""},
		"two":                    {"0", "-x + if(0.5 < t and t < 0.55, 20, 0)", ""},
		"heaviside":              {"0", "-x + heaviside(t/0.3 - 7.7)", ""},
		"not affine, far from 0": {"1900", "-x + sign(sin(7*t)) + if(t^2/3 > 1204533.4, x, 0)", ""},
		"rounded":                {"1900", "-x + if(0.001*t > 1.9017, 1, 0)", ""},
		"what is measured":       {"0", "-x", "if(3.3*t > 4.1, 1, 0)"},
	} {
		t.Run(name, func(t *testing.T) {
			observed := "at = [0.4, 1, 2.5]\nobserve = { x = [0.3, 0.6, 0.9] }"
			if c.start == "1900" {
				observed = "at = [1900.4, 1901, 1902.5]\nobserve = { x = [0.3, 0.6, 0.9] }"
			}
			end := map[string]string{"0": "4", "1900": "1904"}[c.start]
			if c.observed != "" {
				observed = "continuous = true\nobserve = { x = '" + c.observed + "' }"
			}
			r, err := problem(t, `[layer]
start = `+c.start+`
end = `+end+`
[states]
x = { equation = '`+c.field+`', guess = 0.5 }
[model]
Rf = 3
[[observations]]
`+observed+`
Rm = 9
`).Check(t.Context(), CheckOptions{Last: 256})
			if err != nil {
				t.Fatal(err)
			}
			if !r.Passed() || len(r.Studies) != len(CheckSchemes) {
				t.Error(r.Verdict())
			}
			for _, k := range r.Certificates {
				if (k.Name == "order, trapezoid" || k.Name == "order, simpson") && k.Verdict != hamiltonian.Pass {
					t.Errorf("%s: %v, %s", k.Name, k.Verdict, k.Note)
				}
			}
		})
	}
}

// TestNothingLeftOfCostates: exact equations and measurements at the start alone leave
// costates that are zero after it. That roundings of zero change is no fault.
func TestNothingLeftOfCostates(t *testing.T) {
	r, err := problem(t, `[layer]
start = 0
end = 2
[states]
a = { equation = '-2.279*a - 0.678*b + 0.507', prior = { mean = -0.47, sd = 0.5 } }
b = { equation = '1.435*a - 2.302*b + 0.565', prior = { mean = 0.53, sd = 3 } }
[model]
Rf = inf
[[observations]]
at = [0]
observe = { a = [1.86], b = [0.64] }
Rm = 25
`).Check(t.Context(), CheckOptions{Schemes: schemes(t, "midpoint"), Last: 64})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Certificates, func(k hamiltonian.Certificate) bool { return k.Name == "H between jumps" })
	if k := r.Certificates[i]; k.Verdict == hamiltonian.Fail || !r.Passed() {
		t.Errorf("%v: %s; %s", k.Verdict, k.Note, r.Verdict())
	}
}

// TestMinimumLostOnTheWay: layers of 8 and 16 find minima far from the solution, those
// of 32 none near it. The study begins where they do.
func TestMinimumLostOnTheWay(t *testing.T) {
	r, err := problem(t, `[layer]
start = 0
end = 2
[constants]
D = 12
[states]
'x[i]' = { equation = 'x[i-1]*(x[i+1] - x[i-2]) - x[i] + 6', index = 'i = 1..D, cyclic', guess = '2 + sin(i)', prior = { mean = '2 + sin(i)', sd = 1 } }
[model]
Rf = 50
[[observations]]
at = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]
index = 'j = 1..6'
observe = { 'x[2*j]' = [3.82, 1.72, 1.42, 2.46, 0.58, 1.59, 1.19, 0.75] }
Rm = 2
`).Check(t.Context(), CheckOptions{Schemes: schemes(t, "midpoint"), Last: 512})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Passed() {
		t.Fatal(r.Verdict())
	}
	if rows := r.Studies[0].Rows; len(rows) != 4 || rows[0].Layers != 64 {
		t.Errorf("%d rows from %d layers on, want 4 from 64 on", len(rows), rows[0].Layers)
	}
}

// TestUnseenStates: states that no measurement depends on have costates that are zero,
// of which routes and layers find roundings. A costate that is wrong is none of these.
func TestUnseenStates(t *testing.T) {
	const (
		removed = `[layer]
start = 0
end = 14
[parameters]
beta = { estimate = true, guess = 1.6, min = 0 }
gam = { estimate = true, guess = 0.45, min = 0 }
[states]
s = { equation = '-beta*s*i', guess = '1/(1+exp(t-6))', start = 0.998 }
i = { equation = 'beta*s*i - gam*i', guess = '0.3*exp(-((t-6)/3)^2)', start = 0.002 }
r = { equation = 'gam*i', guess = 't/14', start = 0 }
[model]
Rf = 1e4
[[observations]]
at = [1,2,3,4,5,6,7,8,9,10,11,12,13,14]
observe = { i = [0.004,0.01,0.033,0.09,0.2,0.29,0.31,0.27,0.2,0.14,0.09,0.06,0.03,0.015] }
sd = 0.01
`
		chain = `[layer]
start = 0
end = 6
[states]
v = { equation = '-0.3*v + sin(t)', guess = 1 }
z = { equation = 'v', start = 0 }
w = { equation = 'z - w^3', guess = 0, prior = { mean = 0, sd = 1 } }
[model]
Rf = { v = 4, z = 1e6, w = 1e-3 }
[[observations]]
at = [1, 2, 3, 4]
observe = { v = [1.3, 1.1, 0.4, -0.6] }
Rm = 30
`
	)
	for name, text := range map[string]string{"removed": removed, "chain": chain} {
		c := newChecker(t.Context(), problem(t, text), CheckOptions{Last: 256})
		if err := c.run(); err != nil {
			t.Fatal(err)
		}
		if !c.Passed() {
			t.Errorf("%s: %s", name, c.Verdict())
		}
		for _, k := range c.Certificates {
			if strings.HasPrefix(k.Name, "stationary, gauss") && (k.Verdict != hamiltonian.Pass || !strings.Contains(k.Note, "of the largest costate")) {
				t.Errorf("%s: %s: %v, %s", name, k.Name, k.Verdict, k.Note)
			}
		}
	}
	// p_v' = 0.3 p_v - p_z becomes p_v' = -0.3 p_v - p_z.
	wrong := newChecker(t.Context(), problem(t, chain), CheckOptions{Schemes: schemes(t, "midpoint,gauss2"), Last: 64})
	wrong.Problem.BVP.System = flipped(wrong.Problem.BVP.System, 3, 3)
	if err := wrong.run(); err != nil {
		t.Fatal(err)
	}
	if names := failed(wrong.Check); !slices.Contains(names, "canonical equations") || wrong.Passed() {
		t.Errorf("a wrong sign is not found beside faint costates: %s", wrong.Verdict())
	}
}

// TestDifferencesOfOffsets: states that change over a small part of their size, as
// temperatures in kelvin do, and costates that underflow, have right derivatives.
func TestDifferencesOfOffsets(t *testing.T) {
	for name, text := range map[string]string{
		"kelvin": `[layer]
start = 0
end = 3
[states]
a = { equation = '(b - 1000)/(1 + (a - 1000)^2) + cos(1.87*t)', guess = 1000.4, Rf = 1, start = 1000.3 }
b = { equation = 'sin(a - b) - 0.3*(b - 1000)', guess = 1000.4, Rf = inf, start = 1000.3 }
[[observations]]
at = [1, 2, 3]
observe = { a = [1000.6, 1000.4, 1000.1] }
sd = 0.5
`,
		"underflow": `[layer]
start = 0
end = 2
[states]
x = { equation = '1 - x^2', guess = 0.4, prior = { mean = 0.4, sd = 0.5 } }
y = { equation = 'max(0, x) - y', guess = 0.4, Rf = 30, prior = { mean = 0.4, sd = 0.5 } }
[model]
Rf = inf
[[observations]]
at = [0.7]
observe = { x = [0.015] }
sd = 0.1
`,
	} {
		r, err := problem(t, text).Check(t.Context(), CheckOptions{Schemes: schemes(t, "midpoint"), Last: 256})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range r.Certificates {
			switch k.Name {
			case "derivatives", "model derivatives", "canonical equations":
				if k.Verdict == hamiltonian.Fail {
					t.Errorf("%s: %s %.2g, %s", name, k.Name, k.Value, k.Note)
				}
			}
		}
	}
}
