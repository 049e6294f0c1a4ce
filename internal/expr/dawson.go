package expr

import "math"

// dawson returns Dawson's integral F(x) = exp(-x^2) int_0^x exp(s^2) ds.
//
// Below 1 the power series sum_k (-2)^k x^(2k+1)/(2k+1)!!; above 7 the
// asymptotic series sum_k (2k-1)!!/(2^(k+1) x^(2k+1)), whose smallest term is
// of size exp(-x^2); between them Rybicki's exponentially convergent sampling
// (Computers in Physics 3, 85 (1989)) with step 1/4, whose error is of size
// exp(-(pi/(2 h))^2) = 7e-18.
func dawson(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < 1:
		x2 := x * x
		term, sum := x, x
		for k := 1.0; k < 40; k++ {
			term *= -2 * x2 / (2*k + 1)
			sum += term
			if math.Abs(term) < 1e-18*a {
				break
			}
		}
		return sum
	case a > 7:
		first := 1 / (2 * x)
		if math.IsInf(x, 0) {
			return first
		}
		// The series without its first term, relative to it.
		y := first / x
		term, sum := 1.0, 0.0
		for k := 1.0; k < 50; k++ {
			term *= (2*k - 1) * y
			sum += term
			if term < 1e-18 {
				break
			}
		}
		return first + first*sum
	case math.IsNaN(x):
		return x
	}
	const h = 0.25
	n0 := 2 * math.Round(a/(2*h)) // the even sample nearest to a
	d := a - n0*h
	sum := 0.0
	// exp(-(d - n h)^2)/(n0 + n), n odd; beyond |n h| = 6.75 below rounding.
	for n := 27.0; n >= 1; n -= 2 {
		p, m := d-n*h, d+n*h
		sum += math.Exp(-p*p)/(n0+n) + math.Exp(-m*m)/(n0-n)
	}
	return math.Copysign(sum/math.Sqrt(math.Pi), x)
}

// erfi returns the imaginary error function -i erf(i x) = 2/sqrt(pi) exp(x^2) F(x).
func erfi(x float64) float64 {
	if math.IsInf(x, 0) {
		return x
	}
	return 2 / math.Sqrt(math.Pi) * math.Exp(x*x) * dawson(x)
}
