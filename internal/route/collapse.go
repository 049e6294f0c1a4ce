package route

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"costate/ode"
)

// collapsed returns an error if an iterate has fallen to zero from the guess, and
// with it all that some unknown parameter acts on; collocation looks for that by
// itself.
func collapsed(b *ode.BVP, sol *ode.Solution) error {
	const samples, part = 200, 1e-10
	if b.Params == 0 || b.Guess == nil || sol == nil || len(sol.T) == 0 {
		return nil
	}
	y, guess := make([]float64, b.Dim), 0.0
	for i := range samples + 1 {
		b.Guess(y, b.Start+(b.End-b.Start)*float64(i)/samples)
		for _, v := range y {
			guess = max(guess, math.Abs(v))
		}
	}
	for _, v := range Largest(sol) {
		if !(v <= part*guess) {
			return nil
		}
	}
	var ends [][]float64
	points := b.Boundary.Points
	if points == nil {
		points = []float64{b.Start, b.End}
	}
	for _, t := range points {
		ends = append(ends, sol.Left(nil, t))
	}
	g0, g1 := make([]float64, b.Boundary.Count), make([]float64, b.Boundary.Count)
	b.Boundary.Func(g0, ends, sol.P)
	f0, f1 := make([]float64, b.Dim), make([]float64, b.Dim)
	var free []string
	for j := range sol.P {
		q := slices.Clone(sol.P)
		q[j] += 0.1 * max(math.Abs(q[j]), 1e-3)
		effect := 0.0
		b.Boundary.Func(g1, ends, q)
		for i, v := range g1 {
			effect = max(effect, math.Abs(v-g0[i]))
		}
		for i, t := range sol.T {
			b.Func(f0, t, sol.Node(i), sol.P)
			b.Func(f1, t, sol.Node(i), q)
			for c, v := range f1 {
				effect = max(effect, math.Abs(v-f0[c])*(b.End-b.Start))
			}
		}
		if effect <= part*guess {
			free = append(free, b.ParamNames[j])
		}
	}
	if free == nil {
		return nil
	}
	return fmt.Errorf("shooting: %w: the solution is zero and leaves %s undetermined; a normalising condition is missing, such as integral(%s^2) = 1, or the guess is too near to zero",
		ode.ErrSingular, strings.Join(free, ", "), b.Names[0])
}
