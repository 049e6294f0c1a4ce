package ode

// Tsitouras is the method of order 5 with an error estimate of order 4 of
// Tsitouras, Computers and Mathematics with Applications 62 (2011) 770-775,
// 7 stages, the last of which is the first of the next step, with its dense
// output of order 4.
var Tsitouras = &Explicit{
	Title: "Tsitouras 5(4)",
	P:     5,
	Q:     4,
	Beta:  0.04,
	Stiff: [2]int{5, 6},
	Reach: 3.45,
	C:     []float64{0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1},
	A: [][]float64{
		{},
		{0.161},
		{-0.008480655492356989, 0.335480655492357},
		{2.8971530571054935, -6.359448489975075, 4.3622954328695815},
		{5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525},
		{5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383},
	},
	B: []float64{0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774},
	E: []float64{-0.00178001105222577714, -0.0008164344596567469, 0.007880878010261995, -0.1447110071732629,
		0.5823571654525552, -0.45808210592918697, 1. / 66},
	D: tsitourasD(),
}

// tsitourasD expands the published products into powers of theta.
func tsitourasD() [][]float64 {
	// c theta (theta - r) (theta^2 + p theta + q)
	quartic := func(c, r, p, q float64) []float64 {
		return []float64{-c * r * q, c * (q - r*p), c * (p - r), c}
	}
	// c theta^2 (theta^2 + p theta + q)
	double := func(c, p, q float64) []float64 { return []float64{0, c * q, c * p, c} }
	// c theta^2 (theta - r) (theta - s)
	roots := func(c, r, s float64) []float64 { return double(c, -(r + s), r*s) }
	return [][]float64{
		quartic(-1.0530884977290216, 1.3299890189751412, -1.4364028541716351, 0.7139816917074209),
		double(0.1017, -2.1966568338249754, 1.2949852507374631),
		double(2.490627285651252793, -2.38535645472061657, 1.57803468208092486),
		roots(-16.54810288924490272, 1.21712927295533244, 0.61620406037800089),
		roots(47.37952196281928122, 1.203071208372362603, 0.658047292653547382),
		roots(-34.87065786149660974, 1.2, 2./3),
		roots(2.5, 1, 0.6),
	}
}
