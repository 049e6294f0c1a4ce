package discrete

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
)

// NetworkField is a network whose layer label t is continuous,
//
//	x' = f(W(t) x + b(t))         Kind NetResidual
//	x' = f(W(t) x + b(t)) - x     Kind NetRelaxation
//
// on [0, End], the limit of residual and relaxation layers of step h.
//
// The weights are constant, or the values of W and b at Knots places equally
// spaced over [0, End] with linear interpolation between them. Theta is
// Knots×Width×(Width [+1]), every row a neuron's weights and its bias.
type NetworkField struct {
	Width      int
	Kind       NetworkKind // NetResidual or NetRelaxation
	Activation NetActivation
	Bias       bool
	End        float64 // [1]
	Knots      int     // 1: constant weights [1]
}

func (f *NetworkField) resolve() (g NetworkField, err error) {
	g = *f
	g.Activation = g.Activation.resolve()
	if g.End == 0 {
		g.End = 1
	}
	g.Knots = max(1, g.Knots)
	if g.Width < 1 || !g.Kind.ContinuousLimit() || g.Kind > NetRelaxation || !(g.End > 0) || g.Activation.D == nil {
		return g, fmt.Errorf("%w: continuous layers of width %d, kind %v, length %g", ErrNetwork, g.Width, g.Kind, g.End)
	}
	return g, nil
}

// Params is the number of weights.
func (f *NetworkField) Params() int { return max(1, f.Knots) * f.block() }

func (f *NetworkField) cols() int {
	if f.Bias {
		return f.Width + 1
	}
	return f.Width
}

func (f *NetworkField) block() int { return f.Width * f.cols() }

// knots returns the two knots that t lies between and the weight of the
// second.
func (f *NetworkField) knots(t float64) (i int, lam float64) {
	if f.Knots <= 1 {
		return 0, 0
	}
	s := min(max(t/f.End, 0), 1) * float64(f.Knots-1)
	i = min(int(s), f.Knots-2)
	return i, s - float64(i)
}

// preactivation stores W(t) x + b(t) into z (Width).
func (f *NetworkField) preactivation(z []float64, t float64, x, theta []float64) {
	i, lam := f.knots(t)
	cols, n := f.cols(), f.block()
	for a := range f.Width {
		row := theta[i*n+a*cols : i*n+(a+1)*cols]
		v := floats.Dot(row[:f.Width], x)
		if f.Bias {
			v += row[f.Width]
		}
		if lam != 0 {
			row = theta[(i+1)*n+a*cols : (i+1)*n+(a+1)*cols]
			w := floats.Dot(row[:f.Width], x)
			if f.Bias {
				w += row[f.Width]
			}
			v += lam * (w - v)
		}
		z[a] = v
	}
}

// rate stores F(x, t, theta) into dst (Width), which may not be x.
func (f *NetworkField) rate(dst []float64, t float64, x, theta []float64) {
	f.preactivation(dst, t, x, theta)
	f.Activation.apply(dst, nil, dst)
	if f.Kind == NetRelaxation {
		floats.Sub(dst, x)
	}
}

// pullback adds F_x' p to dx and -F_theta' p to dtheta (nil: not wanted): what
// the costate equations x-wise and weight-wise need. z and d are scratch
// (Width).
func (f *NetworkField) pullback(dx, dtheta []float64, t float64, x, theta, p, z, d []float64) {
	f.preactivation(z, t, x, theta)
	f.Activation.apply(z, d, z)
	i, lam := f.knots(t)
	cols, n := f.cols(), f.block()
	for k, w := range [2]float64{1 - lam, lam} {
		if w == 0 {
			continue
		}
		for a := range f.Width {
			o := (i+k)*n + a*cols
			g := w * p[a] * d[a]
			floats.AddScaled(dx, g, theta[o:o+f.Width])
			if dtheta != nil {
				floats.AddScaled(dtheta[o:o+f.Width], -g, x)
				if f.Bias {
					dtheta[o+f.Width] -= g
				}
			}
		}
	}
	if f.Kind == NetRelaxation {
		floats.Sub(dx, p)
	}
}
