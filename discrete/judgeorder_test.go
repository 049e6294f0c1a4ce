package discrete

import (
	"math"
	"testing"
)

// An order that is steady for two rows and then goes on changing is that of an
// error about to change its sign: action of gauss2 layers of a FitzHugh-Nagumo
// neuron, 3.59, 3.55, 3.91. Rows that have reached rounding do not count.
func TestOrderUnsettled(t *testing.T) {
	study := func(errs ...float64) *ConvergenceStudy {
		s := &ConvergenceStudy{Theory: 4}
		step := 0.5
		for _, e := range errs {
			row := ConvergenceRow{Step: step, Path: &Path{Action: 1}}
			row.Errors = [Quantities]float64{e, math.NaN(), math.NaN(), math.NaN()}
			row.Uncertainty[StateError] = 1e-9
			s.Rows = append(s.Rows, row)
			s.judge()
			step /= 2
		}
		return s
	}
	for _, c := range []struct {
		name  string
		errs  []float64
		order float64
		why   Judgement
	}{
		{"unsettled", []float64{1e-2, 1e-2 * 0x1p-4, 8.3e-4 * 0.0625, 4.43e-6, 2.94e-7}, math.NaN(), NotAsymptotic},
		{"settled", []float64{1e-2, 6.2e-4, 3.9e-5, 2.4e-6}, 4.02, Judged},
		{"settled before rounding", []float64{1e-2, 6.2e-4, 3.9e-5, 2.4e-6, 2e-8}, 4.02, Judged},
		{"settled at less", []float64{1e-2, 2.5e-3, 6.3e-4, 1.6e-4}, 1.98, Judged},
	} {
		order, why := study(c.errs...).Order(StateError)
		if why != c.why || !(math.Abs(order-c.order) < 0.01 || math.IsNaN(order) && math.IsNaN(c.order)) {
			t.Errorf("%s: order %.2f, %v; want %.2f, %v", c.name, order, why, c.order, c.why)
		}
	}
}
