package discrete

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mathext/prng"
)

// NumPy makes the random numbers of NumPy's RandomState, frozen there for good:
// the Mersenne Twister MT19937 and normal numbers by the polar method. A twin
// experiment of a Python program is repeated by its seeds.
type NumPy struct {
	mt   *prng.MT19937
	next float64 // the polar method makes two numbers at a time
	has  bool
}

// NewNumPy is numpy.random.seed; only the lower 32 bits of the seed count.
func NewNumPy(seed uint64) *NumPy {
	g := &NumPy{mt: prng.NewMT19937()}
	g.mt.Seed(seed)
	return g
}

// Uint64 returns 53 random bits, such that rand.New(g).Float64() is
// numpy.random.rand.
func (g *NumPy) Uint64() uint64 {
	high, low := uint64(g.mt.Uint32()>>5), uint64(g.mt.Uint32()>>6)
	return high<<26 | low
}

// NormFloat64 is numpy.random.randn.
func (g *NumPy) NormFloat64() float64 {
	if g.has {
		g.has = false
		return g.next
	}
	uniform := rand.New(g)
	for {
		x, y := 2*uniform.Float64()-1, 2*uniform.Float64()-1
		if r := x*x + y*y; r > 0 && r < 1 {
			f := math.Sqrt(-2 * math.Log(r) / r)
			g.next, g.has = f*x, true
			return f * y
		}
	}
}
