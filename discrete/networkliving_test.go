package discrete

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// The living five-layer teacher (gain 1.2) at M = 100: the level falls with
// the student's depth until five, where it is the expected one; weights have
// the teacher's own prior, N(0, (4·1.2)²/10), without which the maximum of
// the posterior in paths and weights is a chaotic network that fits the
// training pairs and predicts worse than a constant. The start is the best of
// four (streams 0 to 3 of seed 1), improved neuron by neuron.
//
// The held-out error stays several times the noise: so does that of the
// minimum reached from the teacher's own weights (3.4 to 5.2 times for
// teachers 0 to 3), a thousand outputs not holding four hundred weights. With
// M = 200 the latter is 1.4 to 1.5 times the noise, with M = 400 1.2 times.
// Of twelve starts on teachers 0 to 2 one reaches the expected level: the
// others stand on levels of their own, 1.1 to 1.7 times the lowest.
func TestLivingTeacher(t *testing.T) {
	if testing.Short() {
		t.Skip("ten seconds")
	}
	ctx := context.Background()
	tw := NetworkLivingTeacher(5, 10, 1.2, false, 0)
	train, validation, test := tw.Pairs(400, 43650832), tw.Pairs(1000, 69856438), tw.Pairs(1000, 78943689)
	rm := 1 / (tw.Sigma * tw.Sigma)
	if err := tw.Teacher.Signal(tw.Weights, test.In).Check(tw.Sigma); err != nil {
		t.Error(err)
	}
	begin := time.Now()
	const prior = 10 / (4.8 * 4.8)
	d := &NetworkDesign{Depths: []int{2, 3, 4}, Pairs: []int{100}, RmIn: rm, RmOut: rm, WeightPrecision: prior, Gain: 0.3,
		Annealing: NetworkAnnealing{First: 2, Seed: 1, OwnPaths: true, Alpha: 1.2, Betas: 60, Rf0: 1e-3 * rm, Strong: true,
			Solver: NetworkSolver{Tol: 1e-3, MaxIter: 20, Workers: 2}},
		Progress: func(c *NetworkDesignCase) {
			t.Logf("depth %d, M = %d: level %.1f, expected %.1f +- %.1f (%.0f weights), errors in sigma²: validation %.1f, test %.1f, constant %.0f, linear %.0f, %v",
				c.Depth, c.Pairs, c.Action.Data(), c.Expected.Mean, c.Expected.Sd, c.Expected.Weights, c.Validation*rm, c.Test*rm, c.Constant*rm, c.Linear*rm, time.Since(begin))
		}}
	r, err := d.Run(ctx, train, validation, test)
	if err != nil {
		t.Fatal(err)
	}
	// The redraws are for the depth that can reach the expected level.
	d.Depths, d.Annealing.Redraws = []int{5}, 16
	deep, err := d.Run(ctx, train, validation, test)
	if err != nil {
		t.Fatal(err)
	}
	r.Cases = append(r.Cases, deep.Cases...)
	for i := 1; i < 4; i++ {
		if r.Cases[i].Action.Data() > r.Cases[i-1].Action.Data()/1.5 {
			t.Errorf("the level falls from %g to %g only", r.Cases[i-1].Action.Data(), r.Cases[i].Action.Data())
		}
		if got, want := r.Cases[i].Reached(2), i == 3; got != want {
			t.Errorf("depth %d: expected level reached: %v", r.Cases[i].Depth, got)
		}
	}
	best := &r.Cases[3]
	for i := range 3 {
		if r.Cases[i].Validation < best.Validation {
			t.Errorf("validation would choose depth %d", r.Cases[i].Depth)
		}
	}
	if best.Test > best.Constant/15 || best.Test > best.Linear/5 {
		t.Errorf("held-out error %g, constant %g, linear %g", best.Test, best.Constant, best.Linear)
	}

	floor := NetworkMeanSquare(tw.Teacher.Predict(tw.Weights, test.In), test.Out)
	for _, m := range []int{100, 400} {
		part, _ := train.Split(m)
		p := NetworkPairs(best.Network, part.In, part.Out, rm, rm)
		p.WeightPrecision = prior
		fit, err := (&NetworkSolver{MaxIter: 200, Tol: 1e-6, Workers: 2}).Minimise(ctx, p, math.Inf(1), tw.Weights, nil)
		if err != nil {
			t.Fatal(err)
		}
		e, err := p.Expected(fit)
		if err != nil {
			t.Fatal(err)
		}
		held := NetworkMeanSquare(best.Network.Predict(fit.Weights, test.In), test.Out)
		t.Logf("M = %d from the teacher's weights: level %.0f, expected %.0f +- %.0f, test %.2f sigma², the teacher's own %.2f",
			m, fit.Action.Data(), e.Mean, e.Sd, held*rm, floor*rm)
		if d := math.Abs(fit.Action.Data() - e.Mean); d > 2*e.Sd {
			t.Errorf("M = %d: level %g from the teacher's weights, expected %g +- %g", m, fit.Action.Data(), e.Mean, e.Sd)
		}
		if (held > 2*floor) != (m == 100) {
			t.Errorf("M = %d: held-out error %g, the teacher's own %g", m, held*rm, floor*rm)
		}
		if m == 100 && best.Action.Total() > 1.1*fit.Action.Total() {
			t.Errorf("the best start ends at %g, from the teacher's weights %g", best.Action.Total(), fit.Action.Total())
		}
	}
}

// Check 14. A small living teacher: the level is the expected one at every M,
// the held-out error falls to the noise, and of ten starts fewer levels are
// left. (With four pairs all levels are about 0; with some hundreds shallow
// ones part again. The number is no monotone function of M.)
func TestLevelAgainstPairs(t *testing.T) {
	tw := NetworkLivingTeacher(3, 4, 1.2, true, 3)
	rm := 1 / (tw.Sigma * tw.Sigma)
	train, test := tw.Pairs(64, 1), tw.Pairs(500, 2)
	last := math.Inf(1)
	var counts []int
	for _, m := range []int{8, 16, 32, 64} {
		d, _ := train.Split(m)
		p := NetworkPairs(tw.Teacher, d.In, d.Out, rm, rm)
		p.WeightPrecision = 0.25
		l, err := NetworkAnnealing{Starts: 10, Seed: 1, OwnPaths: true, Weights: p.Network.gainWeights(0.5), Alpha: 2, Betas: 30, Rf0: 1e-4 * rm, Strong: true,
			Solver: NetworkSolver{MaxIter: 60}}.Run(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		fit := l.Best().Fit
		e, err := p.Expected(fit)
		if err != nil {
			t.Fatal(err)
		}
		held := NetworkMeanSquare(p.Network.Predict(fit.Weights, test.In), test.Out) * rm
		t.Logf("M = %d: level %.3f, expected %.3f +- %.3f, held-out error %.3g sigma², %d levels of 10 starts", m, fit.Action.Data(), e.Mean, e.Sd, held, l.Count(1e-3))
		if math.Abs(fit.Action.Data()-e.Mean) > 2*e.Sd {
			t.Errorf("M = %d: level %g, expected %g +- %g", m, fit.Action.Data(), e.Mean, e.Sd)
		}
		if held > last {
			t.Errorf("M = %d: held-out error %g, with fewer pairs %g", m, held, last)
		}
		last = held
		counts = append(counts, l.Count(1e-3))
	}
	if !slices.IsSortedFunc(counts, func(a, b int) int { return b - a }) || counts[3] >= counts[0] {
		t.Errorf("levels %d", counts)
	}
	if last > 2 {
		t.Errorf("held-out error %g sigma² with 64 pairs", last)
	}
}

// Check 13, with a rule fixed beforehand: 400 pairs of a five-layer teacher,
// a student with three neurons to spare in each hidden layer, starts 0 to 3 of
// seed 1, of which the first is taken whose level is at most two standard
// deviations above the expected one. It predicts held-out pairs within twice
// what the teacher itself makes of noisy inputs. Shallower students fall
// towards that level and do not reach it.
//
// Of the teachers 0 to 5, of which these are the first two, five have such a
// start, and it predicts so well (1.24 to 1.49 times); of the 24 starts eleven
// reach the level: the others end at higher levels of their own.
func TestLivingTeachersGeneralise(t *testing.T) {
	if testing.Short() {
		t.Skip("ten seconds")
	}
	anneal := func(tw *NetworkTwin, train *NetworkPairsData, depth, start int) (*NetworkFit, NetworkExpected) {
		rm := 1 / (tw.Sigma * tw.Sigma)
		net := Network{Widths: netWidths(depth, 13)}
		net.Widths[0], net.Widths[depth-1] = 10, 10
		p := NetworkPairs(net, train.In, train.Out, rm, rm)
		p.WeightPrecision = 10 / (4.8 * 4.8)
		l, err := NetworkAnnealing{Seed: 1, First: start, OwnPaths: true, Weights: net.gainWeights(0.5), Alpha: 3, Betas: 11, Rf0: 1e-3 * rm, Strong: true,
			Solver: NetworkSolver{Tol: 1e-2, MaxIter: 15, Workers: 2}}.Run(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		e, err := p.Expected(l.Best().Fit)
		if err != nil {
			t.Fatal(err)
		}
		return l.Best().Fit, e
	}
	for seed := range uint64(2) {
		begin := time.Now()
		tw := NetworkLivingTeacher(5, 10, 1.2, false, seed)
		train, test := tw.Pairs(400, 43650832), tw.Pairs(1000, 78943689)
		rm := 1 / (tw.Sigma * tw.Sigma)
		net := Network{Widths: []int{10, 13, 13, 13, 10}}
		b, err := Baselines(train, test, 0)
		if err != nil {
			t.Fatal(err)
		}
		floor := NetworkMeanSquare(tw.Teacher.Predict(tw.Weights, test.In), test.Out)
		reached := false
		var z float64
		for start := 0; start < 4 && !reached; start++ {
			fit, e := anneal(tw, train, 5, start)
			z = (fit.Action.Data() - e.Mean) / e.Sd
			if reached = z <= 2; !reached {
				continue
			}
			held := NetworkMeanSquare(net.Predict(fit.Weights, test.In), test.Out)
			t.Logf("teacher %d, start %d: level %.0f, expected %.0f +- %.0f; held-out errors in sigma²: %.2f, the teacher's own %.2f, constant %.0f, linear %.0f; %v",
				seed, start, fit.Action.Data(), e.Mean, e.Sd, held*rm, floor*rm, b.Constant*rm, b.Linear*rm, time.Since(begin))
			if held > 2*floor || b.Constant < 100*held {
				t.Errorf("teacher %d: held-out error %g, the teacher's own %g, constant %g", seed, held*rm, floor*rm, b.Constant*rm)
			}
		}
		if !reached {
			t.Errorf("teacher %d: no start reaches the expected level, the last is %.1f standard deviations above it", seed, z)
		}
		if seed != 1 {
			continue
		}
		last := math.Inf(1)
		for depth := 2; depth < 5; depth++ {
			fit, e := anneal(tw, train, depth, 0)
			level := fit.Action.Data()
			t.Logf("depth %d: level %.0f, expected %.0f +- %.0f", depth, level, e.Mean, e.Sd)
			if level > last/3 || level < e.Mean+10*e.Sd {
				t.Errorf("depth %d: level %g, one layer less %g, expected %g", depth, level, last, e.Mean)
			}
			last = level
		}
	}
}

// A small sweep: every case has its baselines and expected level, the choice
// is by validation, unusable settings are refused.
func TestDesign(t *testing.T) {
	tw := NetworkLivingTeacher(3, 3, 1, true, 4)
	train, validation, test := tw.Pairs(20, 1), tw.Pairs(200, 2), tw.Pairs(200, 3)
	rm := 1 / (tw.Sigma * tw.Sigma)
	d := &NetworkDesign{Base: Network{Bias: true}, Depths: []int{2, 3}, Widths: []int{3, 4}, Pairs: []int{5, 20}, Observed: []int{2, 3},
		RmIn: rm, RmOut: rm, WeightPrecision: 0.1, Gain: 1, Annealing: NetworkAnnealing{Alpha: 3, Betas: 25, Rf0: 1e-3 * rm, Starts: 2, Strong: true}}
	r, err := d.Run(context.Background(), train, validation, test)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Cases) != 16 {
		t.Fatalf("%d cases", len(r.Cases))
	}
	var seen []string
	for i := range r.Cases {
		c := &r.Cases[i]
		if c.Err != nil {
			t.Errorf("%d layers of %d, %d pairs, %d observed: %v", c.Depth, c.Width, c.Pairs, c.Observed, c.Err)
			continue
		}
		seen = append(seen, fmt.Sprint(c.Depth, c.Width, c.Pairs, c.Observed))
		if c.Validation < r.Cases[r.Chosen].Validation {
			t.Errorf("case %d has a smaller validation error than the chosen one", i)
		}
		if !(c.Constant > 0) || !(c.Linear > 0) || c.Expected.Data != float64(c.Pairs*2*c.Observed) || len(c.Network.Widths) != c.Depth {
			t.Errorf("case %d: %+v", i, c)
		}
	}
	if seen[0] != "2 3 5 2" || seen[15] != "3 4 20 3" {
		t.Errorf("order of cases %v", seen)
	}
	if c := &r.Cases[r.Chosen]; c.Pairs != 20 || c.Observed != 3 || c.Test > c.Constant/10 {
		t.Errorf("chosen %d pairs, %d observed, test error %g", c.Pairs, c.Observed, c.Test*rm)
	}
	d.Pairs = []int{21}
	if _, err := d.Run(context.Background(), train, validation, test); err == nil {
		t.Error("accepted more pairs than there are")
	}
	d.Depths = nil
	if _, err := d.Run(context.Background(), train, validation, test); err == nil {
		t.Error("accepted no depths")
	}
}

// A design on data of a dead teacher says so.
func TestDesignOfDeadTeacher(t *testing.T) {
	tw := NetworkDeadTeacher(30, 4, 1)
	rm := 1 / (tw.Sigma * tw.Sigma)
	d := &NetworkDesign{Depths: []int{12}, RmIn: rm, RmOut: rm, WeightPrecision: 1, Annealing: NetworkAnnealing{Alpha: 3, Betas: 30}}
	r, err := d.Run(context.Background(), tw.Pairs(10, 1), tw.Pairs(100, 2), tw.Pairs(100, 3))
	if err != nil {
		t.Fatal(err)
	}
	dead := 0
	for _, w := range r.Cases[0].Warnings {
		t.Log(w)
		if errors.Is(w, ErrDeadNetwork) {
			dead++
		}
	}
	if dead != 2 {
		t.Errorf("%d warnings of data and network", dead)
	}
}
