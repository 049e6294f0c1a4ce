package expr

import (
	"math"
	"math/big"
	"testing"
)

// bigDawson sums the power series of Dawson's integral with 600 bits; its
// terms grow to exp(x^2).
func bigDawson(x float64) float64 {
	const prec = 600
	num := func(v float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(v) }
	x2 := new(big.Float).Mul(num(x), num(x))
	x2.Mul(x2, num(-2))
	term, sum := num(x), num(x)
	for k := 1; k < 2000; k++ {
		term.Mul(term, x2)
		term.Quo(term, num(float64(2*k+1)))
		sum.Add(sum, term)
		if term.Sign() == 0 || term.MantExp(nil) < sum.MantExp(nil)-80 {
			break
		}
	}
	f, _ := sum.Float64()
	return f
}

func TestDawson(t *testing.T) {
	worst := 0.0
	for i := range 600 {
		x := float64(i+1) / 50 // to 12
		want := bigDawson(x)
		err := math.Abs(dawson(x)-want) / want
		if worst = max(worst, err); err > 6e-16 {
			t.Errorf("dawson(%v) = %v, want %v, error %g", x, dawson(x), want, err)
		}
		if dawson(-x) != -dawson(x) {
			t.Errorf("dawson is not odd at %v", x)
		}
	}
	t.Logf("largest relative error %.2g", worst)
	for x, want := range map[float64]float64{0: 0, 1e-300: 1e-300, 1e10: 0.5e-10, math.Inf(1): 0, math.Inf(-1): 0} {
		if got := dawson(x); got != want {
			t.Errorf("dawson(%v) = %v, want %v", x, got, want)
		}
	}
	// erfi(1) to 16 digits, Abramowitz and Stegun's definition.
	if got, want := erfi(1), 1.6504257587975429; math.Abs(got-want) > 4e-16 {
		t.Errorf("erfi(1) = %v, want %v", got, want)
	}
}

func TestStableFunctions(t *testing.T) {
	for _, tt := range []struct {
		name string
		x    float64
		want float64
	}{
		{"sigmoid", 1000, 1}, {"sigmoid", -1000, 0}, {"sigmoid", 0, 0.5}, {"sigmoid", -700, math.Exp(-700)},
		{"softplus", 1000, 1000}, {"softplus", -1000, 0}, {"softplus", 0, math.Ln2}, {"softplus", -700, math.Exp(-700)},
		{"sign", -2, -1}, {"sign", 0, 0}, {"heaviside", 0, 0.5}, {"heaviside", -1, 0}, {"relu", -1, 0}, {"relu", 2, 2},
	} {
		if got := functions[tt.name].one(tt.x); got != tt.want {
			t.Errorf("%s(%v) = %v, want %v", tt.name, tt.x, got, tt.want)
		}
	}
	for name, f := range functions {
		if f.one != nil && !math.IsNaN(f.one(math.NaN())) {
			t.Errorf("%s(NaN) = %v", name, f.one(math.NaN()))
		}
	}
}
