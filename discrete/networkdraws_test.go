package discrete

import (
	"math/rand/v2"
	"testing"
)

// Numbers that NumPy 1.24 prints; its RandomState is frozen.
func TestNumPyDraws(t *testing.T) {
	g := NewNumPy(43650832)
	for i, want := range []float64{-0.965196221369079, 0.8679269629358116, -0.08667783464450268} {
		if got := g.NormFloat64(); got != want {
			t.Errorf("normal number %d: %v, want %v", i, got, want)
		}
	}
	if got := rand.New(g).Float64(); got != 0.6828083666363637 {
		t.Errorf("after three normal numbers: %v, want %v", got, 0.6828083666363637)
	}
	g = NewNumPy(17439860)
	for i, want := range []float64{0.8249632378673896, 0.18408522884366563} {
		if got := rand.New(g).Float64(); got != want {
			t.Errorf("uniform number %d: %v, want %v", i, got, want)
		}
	}
}
