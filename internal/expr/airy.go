package expr

import "math"

// Values of the Airy functions at 0, DLMF 9.2.3 to 9.2.6.
const (
	airyA0 = 0.35502805388781723926
	airyA1 = -0.25881940379280679840
	airyB0 = 0.61492662744600073515
	airyB1 = 0.44828835735382635791
)

// airyai returns Ai(x), the decaying solution of Airy's equation.
func airyai(x float64) float64 { y, _ := airyA(x); return y }

// airyaiprime returns Ai'(x).
func airyaiprime(x float64) float64 { _, d := airyA(x); return d }

// airybi returns Bi(x), the growing solution of Airy's equation.
func airybi(x float64) float64 { y, _ := airyB(x); return y }

// airybiprime returns Bi'(x).
func airybiprime(x float64) float64 { _, d := airyB(x); return d }

// airyA returns Ai and Ai'. Taylor steps from 0 lose accuracy where the
// solution decays, so that from 1 on the Bessel functions K of DLMF 9.6.2 are
// integrated.
func airyA(x float64) (y, d float64) {
	switch {
	case x > 110:
		return 0, 0 // below the smallest number
	case x > 1:
		zeta := 2. / 3 * x * math.Sqrt(x)
		return math.Sqrt(x/3) / math.Pi * besselK(1./3, zeta), -x / (math.Pi * math.Sqrt(3)) * besselK(2./3, zeta)
	case x < -10:
		y, d, _, _ = airyOscillating(-x)
		return y, d
	}
	return airyTaylor(airyA0, airyA1, x)
}

// airyB returns Bi and Bi'.
func airyB(x float64) (y, d float64) {
	switch {
	case x > 110:
		return math.Inf(1), math.Inf(1)
	case x > 10:
		// DLMF 9.7.7, 9.7.8
		zeta := 2. / 3 * x * math.Sqrt(x)
		root := math.Sqrt(math.Sqrt(x))
		u, v := 1.0, 1.0
		term := 1.0
		for k := 1.0; k <= 40; k++ {
			term *= airyRatio(k) / zeta
			u += term
			v += term * (6*k + 1) / (1 - 6*k)
			if term < 1e-17 {
				break
			}
		}
		e := math.Exp(zeta) / math.Sqrt(math.Pi)
		return e / root * u, e * root * v
	case x < -10:
		_, _, y, d = airyOscillating(-x)
		return y, d
	}
	return airyTaylor(airyB0, airyB1, x)
}

// airyTaylor continues a solution of Airy's equation with value y and slope d from 0 to x by Taylor
// series in steps of at most 1.
func airyTaylor(y, d, x float64) (float64, float64) {
	if math.IsNaN(x) {
		return x, x
	}
	n := math.Ceil(math.Abs(x))
	for i := range int(n) {
		a, h := x*float64(i)/n, x/n
		// c0, c1, c2 are three consecutive coefficients times powers of h:
		// (k+1)(k+2) c[k+2] = a c[k] + c[k-1].
		before, c0, c1 := 0.0, y, d*h
		y, d = c0+c1, c1
		for k := 0.0; k < 60; k++ {
			c2 := (a*h*h*c0 + h*h*h*before) / ((k + 1) * (k + 2))
			before, c0, c1 = c0, c1, c2
			y += c2
			d += (k + 2) * c2
			if math.Abs(c2) <= 1e-19*math.Abs(y) && math.Abs(c0)+math.Abs(before) <= 1e-16*math.Abs(y) {
				break
			}
		}
		d /= h
	}
	return y, d
}

// airyRatio returns u[k]/u[k-1] of DLMF 9.7.2.
func airyRatio(k float64) float64 {
	return (6*k - 5) * (6*k - 3) * (6*k - 1) / (216 * k * (2*k - 1))
}

// airyOscillating returns Ai, Ai', Bi and Bi' at -x by DLMF 9.7.9 to 9.7.12.
func airyOscillating(x float64) (ai, dai, bi, dbi float64) {
	if math.IsInf(x, 1) {
		return 0, math.NaN(), 0, math.NaN()
	}
	zeta := 2. / 3 * x * math.Sqrt(x)
	var u, v [2]float64 // sums over even and odd k
	u[0], v[0] = 1, 1
	term := 1.0
	for k := 1; k <= 40; k++ {
		term *= airyRatio(float64(k)) / zeta
		s := term
		if k%4 >= 2 {
			s = -term
		}
		u[k%2] += s
		v[k%2] += s * float64(6*k+1) / float64(1-6*k)
		if term < 1e-17 {
			break
		}
	}
	sn, cs := math.Sincos(zeta - math.Pi/4)
	root := math.Sqrt(math.Sqrt(x))
	p := 1 / (math.Sqrt(math.Pi) * root)
	q := root / math.Sqrt(math.Pi)
	return p * (cs*u[0] + sn*u[1]), q * (sn*v[0] - cs*v[1]), p * (cs*u[1] - sn*u[0]), q * (cs*v[0] + sn*v[1])
}

// besselK returns the modified Bessel function K of order nu at z > 0.6, the
// integral of exp(-z cosh t) cosh(nu t), by the trapezoidal rule. The integrand is
// analytic and decays doubly exponentially, so that the rule converges
// exponentially; the step follows the width of the integrand for large z.
func besselK(nu, z float64) float64 {
	h := min(0.2, 0.6/math.Sqrt(z))
	sum := 0.5
	for k := 1.0; ; k++ {
		s := math.Sinh(k * h / 2)
		f := math.Exp(-2*z*s*s) * math.Cosh(nu*k*h)
		sum += f
		if f < 1e-18 {
			return math.Exp(-z) * h * sum
		}
	}
}
