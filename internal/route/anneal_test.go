package route

import (
	"math"
	"sync"
	"testing"

	"costate/discrete"
)

// Progress tells the action in the convention that was chosen.
func TestAnnealProgressConvention(t *testing.T) {
	text := "[layer]\nstart = 0\nend = 1\n[states]\nx = '-x'\n[model]\nRf = 1\n[[observations]]\nat = [0.25, 0.5, 0.75]\nobserve = { x = [1, 0.5, 0.8] }\nRm = 4\n"
	for _, name := range []string{"continuous", "discrete", "varanneal", "minaone"} {
		last, mu := 0.0, sync.Mutex{}
		p := problem(t, text)
		r, err := p.Anneal(t.Context(), AnnealOptions{Convention: name, Layers: 8, Betas: 10, Progress: func(_ int, _ discrete.Rung, action float64) {
			mu.Lock()
			last = action
			mu.Unlock()
		}})
		if err != nil {
			t.Fatal(err)
		}
		if want := r.Ensemble.Levels[0].Reported; math.Abs(last-want) > 1e-12*want {
			t.Errorf("%s: last progress %.15g, level %.15g", name, last, want)
		}
	}
}
