package expr

import (
	"math"
	"math/big"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

// bigAiry sums the Maclaurin series DLMF 9.4.1 to 9.4.4 with 500 bits, from
// the values at 0 to 54 digits. The digits check themselves: a wrong one in
// the ratio would grow like Bi.
func bigAiry(x float64) (v [4]float64) {
	const prec = 500
	num := func(s string) *big.Float { f, _, _ := big.ParseFloat(s, 10, prec, big.ToNearestEven); return f }
	a0 := num("0.355028053887817239260063186004183176397979174199177526")
	a1 := num("-0.258819403792806798405183560189203963479091138354934582")
	root3 := new(big.Float).SetPrec(prec).Sqrt(num("3"))
	b0 := new(big.Float).Mul(root3, a0)
	b1 := new(big.Float).Neg(new(big.Float).Mul(root3, a1))
	bx := new(big.Float).SetPrec(prec).SetFloat64(x)
	for i, c := range [][2]*big.Float{{a0, a1}, {b0, b1}} {
		// Coefficients times powers of x: (k+1)(k+2) c[k+2] = x^3 c[k-1].
		before, c0, c1 := new(big.Float).SetPrec(prec), new(big.Float).Set(c[0]), new(big.Float).Mul(c[1], bx)
		x3 := new(big.Float).Mul(bx, new(big.Float).Mul(bx, bx))
		y, d := new(big.Float).Add(c0, c1), new(big.Float).Set(c1)
		for k := range 400 {
			c2 := new(big.Float).Mul(x3, before)
			c2.Quo(c2, new(big.Float).SetPrec(prec).SetInt64(int64((k+1)*(k+2))))
			before, c0, c1 = c0, c1, c2
			y.Add(y, c2)
			d.Add(d, new(big.Float).Mul(new(big.Float).SetPrec(prec).SetInt64(int64(k+2)), c2))
		}
		v[2*i], _ = y.Float64()
		v[2*i+1], _ = d.Quo(d, bx).Float64()
	}
	return v
}

func TestAiry(t *testing.T) {
	names := [...]string{"airyai", "airyaiprime", "airybi", "airybiprime"}
	worst := 0.0
	for i := range 151 {
		x := -20.05 + float64(i)/5 // to 9.95
		want := bigAiry(x)
		for k, name := range names {
			// Relative where the functions are monotone, to the amplitude where they
			// oscillate; one rounding of x changes the value by |x|^1.5 roundings.
			size := math.Abs(want[k])
			if x < 0 {
				size = max(size, math.Pow(1-x, [...]float64{-0.25, 0.25}[k%2])/2)
			}
			got := functions[name].one(x)
			err := math.Abs(got-want[k]) / size / (1 + math.Pow(math.Abs(x), 1.5))
			if worst = max(worst, err); !(err <= 1e-15) {
				t.Errorf("%s(%v) = %v, want %v, error %.2g (1 + |x|^1.5)", name, x, got, want[k], err)
			}
		}
	}
	t.Logf("largest error %.2g (1 + |x|^1.5)", worst)
	for x := -60.0; x <= 100; x += 0.7 {
		w := airyai(x)*airybiprime(x) - airyaiprime(x)*airybi(x)
		if !(math.Abs(w*math.Pi-1) <= 1e-15*(4+math.Pow(math.Abs(x), 1.5))) {
			t.Errorf("Wronskian at %v: %v/pi", x, w*math.Pi)
		}
		if want := real(mathext.AiryAi(complex(x, 0))); !(math.Abs(airyai(x)-want) <= 1e-12*math.Abs(want)) && x > 0 {
			t.Errorf("airyai(%v) = %v, Amos' algorithm gives %v", x, airyai(x), want)
		}
	}
	for _, name := range names {
		if !math.IsNaN(functions[name].one(math.NaN())) {
			t.Errorf("%s of NaN is not NaN", name)
		}
	}
	if inf := math.Inf(1); airyai(inf) != 0 || airyaiprime(inf) != 0 || airybi(inf) != inf || airyai(-inf) != 0 {
		t.Error("wrong limits at infinity")
	}
	if airyai(105) == 0 || airyai(200) != 0 || !math.IsInf(airybi(200), 1) {
		t.Error("Ai(200) does not underflow or Bi(200) not overflow")
	}
}
