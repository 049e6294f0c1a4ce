package linalg

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// FrontLU eliminates the leading elim columns of a (rows×cols, leading
// dimension ld) by Gauss's algorithm with row interchanges, rows >= elim. The
// upper factor and everything to its right stay in the first elim rows, and the
// remaining rows hold the Schur complement. Below the diagonal are the
// multipliers: right-hand sides may be columns of a, or eliminated later by
// [FrontForward]. swaps (elim) receives the row that each row was interchanged
// with; nil: it is not needed.
//
// Interchanges between the rows of neighbouring blocks are what keeps the
// growing and the decaying solutions of a boundary value problem apart; an
// elimination without them amplifies rounding errors like single shooting.
//
// It returns -1, or the first column without a pivot that is not zero.
func FrontLU(a []float64, rows, cols, ld, elim int, swaps []int32) int {
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
		if swaps != nil {
			swaps[k] = int32(p)
		}
		if p != k {
			rk, rp := a[k*ld:k*ld+cols], a[p*ld:p*ld+cols]
			for j, v := range rk {
				rk[j], rp[j] = rp[j], v
			}
		}
		rk := a[k*ld+k : k*ld+cols]
		inv := 1 / rk[0]
		for i := k + 1; i < rows; i++ {
			ri := a[i*ld+k : i*ld+cols]
			if ri[0] == 0 {
				continue
			}
			ri[0] *= inv
			floats.AddScaled(ri[1:], -ri[0], rk[1:])
		}
	}
	return -1
}

// FrontForward does to the right-hand side r (rows) what FrontLU has done to the
// columns of its matrix. upper (elim×ld) are the first elim rows of that and
// lower (rows-elim × elim) the multipliers in the others.
func FrontForward(r, upper, lower []float64, ld int, swaps []int32) {
	elim := len(swaps)
	for k, p := range swaps {
		r[k], r[p] = r[p], r[k]
	}
	for i := range elim {
		r[i] -= floats.Dot(upper[i*ld:i*ld+i], r[:i])
	}
	for i := range r[elim:] {
		r[elim+i] -= floats.Dot(lower[i*elim:(i+1)*elim], r[:elim])
	}
}
