package discrete

import (
	"context"
	"math"
	"math/rand/v2"

	"costate/ode"
)

// redraw improves st.Fit neuron by neuron.
func (o *NetworkAnnealing) redraw(ctx context.Context, p *netProblem, m netMinimiser, st *NetworkStart, rng *rand.Rand) {
	if st.Err != nil || o.Redraws == 0 {
		return
	}
	type neuron struct{ layer, a int }
	var all []neuron
	for l := 1; l < p.net.Layers(); l++ {
		for a := range p.net.Widths[l] {
			all = append(all, neuron{l, a})
		}
	}
	if len(all) == 0 {
		return
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	damping := o.Solver.defaults().Damping
	for i := range o.Redraws {
		if ctx.Err() != nil {
			return
		}
		best := st.Fit.Action.Total()
		weights, paths := m.point()
		copy(weights, st.Fit.Weights)
		copy(paths, st.Fit.Paths)
		p.drawNeuron(weights, all[i%len(all)].layer, all[i%len(all)].a, rng)
		// A dozen steps show whether it is worth more.
		fit := m.descend(ctx, st.Fit.Rf, damping, 12)
		if fit.Status != ode.Solved && fit.Action.Total() < 1.3*best {
			fit = m.descend(ctx, st.Fit.Rf, fit.Damping, 60)
		}
		if fit.Action.Total() < best*(1-1e-6) {
			st.Fit = fit
			last := &st.Rungs[len(st.Rungs)-1]
			last.Action, last.Gradient, last.Status = fit.Action, fit.Gradient, fit.Status
			last.Iterations += fit.Iterations
			last.Evaluations += fit.Evaluations
		}
	}
}

// drawNeuron draws the weights to neuron a of hidden layer l anew, of the size
// that its matrix has in the mean, and those from it at a fifth of that: the
// layers above are to be disturbed little.
func (pl *netPlan) drawNeuron(theta []float64, l, a int, rng *rand.Rand) {
	in, out := &pl.sets[pl.cells[l].set], &pl.sets[pl.cells[l+1].set]
	rms := func(s *netSet) float64 {
		var sum float64
		for _, v := range theta[s.off : s.off+s.rows*s.cols] {
			sum += v * v
		}
		return math.Sqrt(sum / float64(s.rows*s.cols))
	}
	ri, ro := rms(in), rms(out)
	row := theta[in.off+a*in.cols : in.off+(a+1)*in.cols]
	for j := range row {
		row[j] = ri * rng.NormFloat64()
	}
	for b := range out.rows {
		theta[out.off+b*out.cols+a] = 0.2 * ro * rng.NormFloat64()
	}
}
