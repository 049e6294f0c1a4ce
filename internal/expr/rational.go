package expr

import "math"

// rat is the number n/d, d > 0. It keeps the fractions that people write
// (x/3, 8/3) readable and their arithmetic exact; decimal numbers have d = 1.
type rat struct{ n, d float64 }

func (r rat) val() float64 { return r.n / r.d }

func (r rat) isOne() bool { return r.n == 1 && r.d == 1 }

// exactInt bounds the integers whose float64 arithmetic is exact.
const exactInt = 1 << 53

func isInt(x float64) bool { return x == math.Trunc(x) && math.Abs(x) < exactInt }

// makeRat returns n/d in lowest terms, and false if the number is not finite
// or is zero by underflow.
func makeRat(n, d float64) (rat, bool) {
	if d < 0 {
		n, d = -n, -d
	}
	q := n / d
	switch {
	case !finite(n) || !finite(d) || d == 0 || !finite(q) || q == 0 && n != 0:
		return rat{}, false
	case n == 0:
		return rat{0, 1}, true
	case d == 1:
		return rat{n, 1}, true
	case isInt(q) && q*d == n:
		return rat{q, 1}, true
	case isInt(n) && isInt(d):
		g := gcd(math.Abs(n), d)
		return rat{n / g, d / g}, true
	case d >= 1e6 || d < 1e-6:
		return rat{q, 1}, true // a fraction that nobody wrote
	}
	return rat{n, d}, true
}

func gcd(a, b float64) float64 {
	for b != 0 {
		a, b = b, math.Mod(a, b)
	}
	return a
}

// mul returns r*s, and false on overflow or underflow.
func (r rat) mul(s rat) (rat, bool) {
	n, d := r.n*s.n, r.d*s.d
	if isInt(r.n) && isInt(s.n) && isInt(r.d) && isInt(s.d) && (!isInt(n) || !isInt(d)) {
		n, d = r.val()*s.val(), 1
	}
	if n == 0 && r.n != 0 && s.n != 0 {
		return rat{}, false
	}
	return makeRat(n, d)
}

// inv returns 1/r, and false if it is not finite.
func (r rat) inv() (rat, bool) { return makeRat(r.d, r.n) }

func (r rat) neg() rat { return rat{-r.n, r.d} }

// add returns r+s, and false on overflow.
func (r rat) add(s rat) (rat, bool) {
	if r.d == s.d {
		return makeRat(r.n+s.n, r.d)
	}
	if isInt(r.n) && isInt(s.n) && isInt(r.d) && isInt(s.d) {
		p, q, d := r.n*s.d, s.n*r.d, r.d*s.d
		if isInt(p) && isInt(q) && isInt(p+q) && isInt(d) {
			return makeRat(p+q, d)
		}
	}
	return makeRat(r.val()+s.val(), 1)
}
