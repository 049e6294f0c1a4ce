package route

import (
	"context"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"costate/internal/problemfile"
)

// spiking is FitzHugh and Nagumo's model of a spiking cell with the data of
// another stiffness: a narrow, bent valley of the action.
const spiking = `
[layer]
start = 0
end = 20
[parameters]
a = { estimate = true, guess = 0.5, range = [-1, 1] }
b = { estimate = true, guess = 0.5, range = [-1, 1] }
[constants]
c = 3
[states]
V = { equation = 'c*(V - V^3/3 + R)', range = [-2, 2] }
R = { equation = '-(V - a + b*R)/c', range = [-2, 2] }
[model]
Rf = inf
[[observations]]
at = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]
observe = { V = [-1, 1.52, 1.99, 1.86, 1.69, 1.46, 1.0, -1.53, -1.9, -1.73, -1.48, -1.0, 1.45, 1.93, 1.75, 1.52, 1.12, -1.4, -1.93, -1.77, -1.55] }
sd = 0.1
`

// TestGuessInValley: rungs of the ladder that take many steps do not end the
// search for a first guess.
func TestGuessInValley(t *testing.T) {
	for _, c := range []float64{3, 3.5, 5} {
		file, err := (&problemfile.Loader{FS: fstest.MapFS{"d.toml": {Data: []byte(spiking)}}, Set: map[string]float64{"c": c}}).Load("d.toml")
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(file)
		if err != nil {
			t.Fatal(err)
		}
		sol, err := p.Collocate(context.Background(), Options{})
		if err != nil {
			t.Errorf("c = %g: %v", c, err)
			continue
		}
		size := Largest(sol)
		if p.noGuess != nil || !(size[0] > 1 && size[0] < 3) || math.Abs(sol.P[0]) > 1 {
			t.Errorf("c = %g: guess %v, largest V %v, parameters %v", c, p.noGuess, size[0], sol.P)
		}
	}
}

// TestNoGuess: where the search fails and the route as well, the message says so.
func TestNoGuess(t *testing.T) {
	src := "[layer]\nstart = 0\nend = 1\n[parameters]\nk = { estimate = true, guess = 1 }\n" +
		"[states]\nx = { equation = 'sqrt(-1 - x^2) + k', start = 1 }\n[model]\nRf = inf\n" +
		"[[observations]]\nat = [0.5, 1]\nobserve = { x = [1.1, 1.2] }\nsd = 0.1\n"
	file, err := (&problemfile.Loader{FS: fstest.MapFS{"d.toml": {Data: []byte(src)}}}).Load("d.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, shoot := range []bool{false, true} {
		p, err := New(file)
		if err != nil {
			t.Fatal(err)
		}
		solve := p.Collocate
		if shoot {
			solve = p.Shoot
		}
		sol, err := solve(context.Background(), Options{})
		if err == nil || sol.Err != err || !strings.Contains(err.Error(), "no first guess was found") || !strings.Contains(err.Error(), "costate anneal") {
			t.Errorf("shooting %v: %v", shoot, err)
		}
	}
}
