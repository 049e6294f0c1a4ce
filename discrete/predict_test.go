package discrete

import (
	"math"
	"testing"
)

// A path that fits its window predicts the data beyond it at the noise.
func TestPredict(t *testing.T) {
	pr, a := twin(5, 80, []int{0, 2, 3}, 5)
	all := pr.Observations
	pr.End, pr.Layers = 2, 40
	pr.Observations = all[:81]
	a.Starts, a.Adaptive = 4, true
	e, err := a.Run(ctx, pr)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Predict(ctx, pr, e.Levels[0].Path, 4, nil)
	if err != nil {
		t.Fatal(err)
	}
	inside, n := Misfit(s, e.Levels[0].Theta, all[81:101])
	if n != 60 || !(inside < 1.5) {
		t.Errorf("rms error %g of %d data within half a unit of time beyond the window", inside, n)
	}
	if _, err := Predict(ctx, pr, e.Levels[0].Path, 1, nil); err == nil {
		t.Error("predicted into the past")
	}
	// The last state of the window is the first of the prediction.
	for d, x := range s.At(nil, 2) {
		if got := e.Levels[0].Path.At(nil, 2)[d]; math.Abs(got-x) > 1e-12 {
			t.Errorf("component %d begins at %g, the path ends at %g", d, x, got)
		}
	}
}

func TestPredictMap(t *testing.T) {
	pr := &Problem{Rule: LayerMap, Layers: 3, Rf: []float64{1}, Model: Model{Dim: 1,
		Func: func(d []float64, t float64, x, th []float64) { d[0] = 0.5*x[0] + t }}}
	pr.Observations = []Observation{{Time: 0, Y: []float64{1}}}
	a, err := (&Solver{}).Solve(ctx, pr, Guess{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Predict(ctx, pr, a, 5, nil)
	if err != nil || len(s.T) != 3 {
		t.Fatal(s, err)
	}
	x := a.Node(3)[0]
	x = 0.5*(0.5*x+3) + 4
	rms, n := Misfit(s, nil, []Observation{{Time: 5, Y: []float64{x + 2}, Rm: []float64{0.25}}})
	if n != 1 || math.Abs(rms-1) > 1e-8 {
		t.Errorf("misfit %g of %d data, want 1 of 1", rms, n)
	}
}
