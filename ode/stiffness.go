package ode

import (
	"fmt"
	"math"
)

// stiffness compares h times the dominant eigenvalue, as two stages at t+h
// show it, with the stability interval (Hairer and Wanner II, IV.2).
func (st *explicitStepper) stiffness(h float64) {
	r, m := st.r, st.m
	st.sum(st.arg[:r.n], st.stiffDiff)
	num, den := 0.0, 0.0
	k0, k1 := st.k[m.Stiff[0]], st.k[m.Stiff[1]]
	for i, d := range st.arg[:r.n] {
		den += d * d
		num += (k1[i] - k0[i]) * (k1[i] - k0[i])
	}
	if den == 0 {
		return
	}
	// num and den are sums of k; the arguments differ by h times st.arg.
	hl := math.Sqrt(num / den)
	if st.test.found(hl > m.Reach) {
		err := r.error(ErrStiff, fmt.Sprintf("h times the dominant eigenvalue is %.3g, at the edge of stability", hl),
			"use Radau or a Rosenbrock method")
		r.warn = append(r.warn, err)
		r.stiff = err
	}
}

// stiffTest counts the steps at the edge of stability: 15 without 6 calm
// ones between them mean stiffness.
type stiffTest struct {
	stiff, calm int
	reported    bool
}

// due says whether the test is to be made at this step: at each tenth, and
// at every one while there is suspicion.
func (s *stiffTest) due(step int) bool { return !s.reported && (s.stiff > 0 || step%10 == 0) }

// found records one test and says whether stiffness is to be reported.
func (s *stiffTest) found(edge bool) bool {
	if edge {
		s.calm = 0
		s.stiff++
		if s.stiff >= 15 {
			s.reported = true
			return true
		}
		return false
	}
	if s.calm++; s.calm >= 6 {
		s.stiff, s.calm = 0, 0
	}
	return false
}
