package linalg

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// FrontLU eliminates the leading elim columns of a (rows×cols, leading
// dimension ld) by Gauss's algorithm with row interchanges, rows >= elim. The
// upper factor and everything to its right stay in the first elim rows; the
// multipliers are not kept, since right-hand sides are columns of a. The
// remaining rows hold the Schur complement.
//
// Interchanges between the rows of neighbouring blocks are what keeps the
// growing and the decaying solutions of a boundary value problem apart; an
// elimination without them amplifies rounding errors like single shooting.
//
// It returns -1, or the first column without a pivot that is not zero.
func FrontLU(a []float64, rows, cols, ld, elim int) int {
	for k := range elim {
		p, big := -1, 0.0
		for i := k; i < rows; i++ {
			if v := math.Abs(a[i*ld+k]); v > big {
				p, big = i, v
			}
		}
		if p < 0 || math.IsInf(big, 1) {
			return k
		}
		rk := a[k*ld+k : k*ld+cols]
		if p != k {
			rp := a[p*ld+k : p*ld+cols]
			for j, v := range rk {
				rk[j], rp[j] = rp[j], v
			}
		}
		inv := 1 / rk[0]
		for i := k + 1; i < rows; i++ {
			ri := a[i*ld+k : i*ld+cols]
			if ri[0] == 0 {
				continue
			}
			l := ri[0] * inv
			ri[0] = 0
			floats.AddScaled(ri[1:], -l, rk[1:])
		}
	}
	return -1
}
