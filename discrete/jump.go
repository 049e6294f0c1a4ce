package discrete

import (
	"fmt"
	"math"
	"sort"
)

// jumps finds the boundaries where the model jumps. Neighbouring layers then
// share no evaluation: each has its own side.
func (p *plan) jumps() {
	for _, t := range p.pr.Jumps {
		n := sort.SearchFloat64s(p.t, t)
		if n > 0 && (n == len(p.t) || t-p.t[n-1] < p.t[n]-t) {
			n--
		}
		if near := min(n+1, len(p.t)-1); math.Abs(p.t[n]-t) > 1e-9*(p.t[near]-p.t[near-1]) {
			p.within++
			continue
		}
		if p.jump == nil {
			p.jump = make([]float64, len(p.t))
			for i := range p.jump {
				p.jump[i] = math.NaN()
			}
			for e := range p.tab.where {
				p.tab.where[e] = inside
			}
		}
		p.jump[n] = t
	}
}

// at returns the place of evaluation e of layer n: at a jump just beside it, by some
// roundings, since a formula that switches has its own rounded idea of the place.
func (p *plan) at(n, e int) float64 {
	c := p.tab.c[e]
	if p.jump != nil {
		beside := min(16*epsilon*max(math.Abs(p.t[0]), math.Abs(p.t[len(p.t)-1])), p.s[n]/16)
		if t := p.jump[n]; c == 0 && !math.IsNaN(t) {
			return t + beside
		}
		if t := p.jump[n+1]; c == 1 && !math.IsNaN(t) {
			return t - beside
		}
	}
	return p.t[n] + c*p.s[n]
}

// JumpWarning says that jumps of the model lie inside layers.
type JumpWarning struct{ Jumps, Layers int }

func (w *JumpWarning) Error() string {
	return fmt.Sprintf("%d jumps of inputs lie inside the %d layers, where every rule is of order 1: more layers than jumps make them ends of layers, unless the grid is to stay even", w.Jumps, w.Layers)
}
