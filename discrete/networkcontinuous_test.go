package discrete

import (
	"math"
	"math/rand/v2"
	"testing"
)

// netFieldCase is a field with weights and pairs.
func netFieldCase(kind NetworkKind, knots int) (f *NetworkField, theta, in, out []float64) {
	rng := rand.New(rand.NewPCG(4, uint64(knots)))
	f = &NetworkField{Width: 3, Kind: kind, Activation: NetTanh, Bias: true, End: 2, Knots: knots}
	return f, netRandom(rng, f.Params(), 0.8), netRandom(rng, 6, 1), netRandom(rng, 6, 1)
}

// layersAndCostates runs layers of a rule forward and back with data at the
// end, Rm = 2.
func layersAndCostates(t *testing.T, f *NetworkField, rule NetworkRule, layers int, theta, in, out []float64) (x, p []float64) {
	t.Helper()
	m := len(in) / f.Width
	x, p = make([]float64, m*(layers+1)*f.Width), make([]float64, m*(layers+1)*f.Width)
	if err := f.Forward(x, rule, layers, theta, in); err != nil {
		t.Fatal(err)
	}
	for k := range m {
		end := (k*(layers+1) + layers) * f.Width
		for a := range f.Width {
			p[end+a] = -2 * (x[end+a] - out[k*f.Width+a])
		}
	}
	if err := f.Backward(p, nil, rule, layers, theta, x); err != nil {
		t.Fatal(err)
	}
	return x, p
}

// Check 17: as layers double, states and back-propagated costates converge
// to x(t) and p(t) at the rule's order.
func TestBackPropagationConvergesToCostates(t *testing.T) {
	for _, kind := range []NetworkKind{NetResidual, NetRelaxation} {
		f, theta, in, out := netFieldCase(kind, 1)
		const fine = 2048
		xr, pr := layersAndCostates(t, f, NetRK4, fine, theta, in, out)
		for _, rule := range []NetworkRule{NetEuler, NetMidpoint, NetRK4} {
			var ex, ep [2]float64
			for i, n := range []int{64, 128} {
				x, p := layersAndCostates(t, f, rule, n, theta, in, out)
				for k := range 2 {
					for l := range n + 1 {
						for a := range 3 {
							j, r := (k*(n+1)+l)*3+a, (k*(fine+1)+l*fine/n)*3+a
							ex[i] = max(ex[i], math.Abs(x[j]-xr[r]))
							ep[i] = max(ep[i], math.Abs(p[j]-pr[r]))
						}
					}
				}
			}
			ox, op := math.Log2(ex[0]/ex[1]), math.Log2(ep[0]/ep[1])
			t.Logf("%v, %v: 64 -> 128 layers, order of x %.3f, of p %.3f", kind, rule, ox, op)
			want := float64(rule.Order())
			if math.Abs(ox-want) > 0.06 || math.Abs(op-want) > 0.06 {
				t.Errorf("%v, %v: orders %.3f and %.3f, want %g", kind, rule, ox, op, want)
			}
		}
	}
}

// Euler layers are the residual network: Predict and Costates of the layered
// network agree with Forward and Backward.
func TestEulerLayersAreResidualNetwork(t *testing.T) {
	for _, kind := range []NetworkKind{NetResidual, NetRelaxation} {
		f, theta, in, out := netFieldCase(kind, 1)
		const layers = 7
		w := make([]int, layers+1)
		for i := range w {
			w[i] = 3
		}
		net := Network{Widths: w, Kind: kind, Step: f.End / layers, Bias: true, Shared: true, Activation: []NetActivation{NetTanh}}
		p := NetworkPairs(net, in, out, math.Inf(1), 2)
		q, err := p.compile()
		if err != nil {
			t.Fatal(err)
		}
		x := q.ownPaths(theta)
		pc := make([]float64, len(x))
		if err := p.Costates(pc, nil, theta, x); err != nil {
			t.Fatal(err)
		}
		xf, pf := layersAndCostates(t, f, NetEuler, layers, theta, in, out)
		for i := range x {
			if math.Abs(x[i]-xf[i]) > 1e-14 || i%24 >= 3 && math.Abs(pc[i]-pf[i]) > 1e-13 {
				t.Fatalf("%v: state %d: %g and %g, costates %g and %g", kind, i, x[i], xf[i], pc[i], pf[i])
			}
		}
	}
}

// The weights' derivative through the layers against differences, with
// weights that vary with the layer.
func TestNetworkFieldGradient(t *testing.T) {
	f, theta, in, out := netFieldCase(NetRelaxation, 3)
	cost := func() float64 {
		x := make([]float64, 2*9*3)
		if err := f.Forward(x, NetRK4, 8, theta, in); err != nil {
			t.Fatal(err)
		}
		var c float64
		for k := range 2 {
			for a := range 3 {
				d := x[(k*9+8)*3+a] - out[k*3+a]
				c += d * d
			}
		}
		return c
	}
	x, p := layersAndCostates(t, f, NetRK4, 8, theta, in, out)
	g := make([]float64, len(theta))
	if err := f.Backward(p, g, NetRK4, 8, theta, x); err != nil {
		t.Fatal(err)
	}
	const h = 1e-5
	for i := range theta {
		old := theta[i]
		theta[i] = old + h
		up := cost()
		theta[i] = old - h
		d := (up - cost()) / (2 * h)
		theta[i] = old
		if math.Abs(d-g[i]) > 1e-8*(1+math.Abs(d)) {
			t.Errorf("derivative %d is %g, differences %g", i, g[i], d)
		}
	}
}

func netBVPCase(rf, layer, rmIn float64) (*NetworkBVP, []float64) {
	f, theta, in, out := netFieldCase(NetRelaxation, 1)
	return &NetworkBVP{Field: *f, M: 2, In: in, Out: out[:4], OutIndex: []int{0, 2}, RmIn: rmIn, RmOut: 3, Rf: rf,
		WeightPrecision: 0.7, LayerPrecision: layer}, theta
}

// The analytic Jacobians of the equations and the conditions.
func TestNetworkBVPDerivatives(t *testing.T) {
	for _, layer := range []float64{0, 5} {
		for _, rmIn := range []float64{0, 4} {
			b, theta := netBVPCase(2, layer, rmIn)
			p, err := b.Problem(theta)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 8))
			y, par := netRandom(rng, p.Dim, 0.7), netRandom(rng, p.Params, 0.7)
			dy, dp := make([]float64, p.Dim*p.Dim), make([]float64, p.Dim*p.Params)
			p.Jac(dy, dp, 0.3, y, par)
			f := func() []float64 {
				v := make([]float64, p.Dim)
				p.Func(v, 0.3, y, par)
				return v
			}
			netCheckJacobian(t, "dy", dy, y, f)
			netCheckJacobian(t, "dp", dp, par, f)
			ends := [][]float64{y, netRandom(rng, p.Dim, 0.7)}
			n := p.Boundary.Count
			if n != p.Dim+p.Params {
				t.Fatalf("%d conditions for %d unknowns", n, p.Dim+p.Params)
			}
			g := [][]float64{make([]float64, n*p.Dim), make([]float64, n*p.Dim)}
			gp := make([]float64, n*p.Params)
			p.Boundary.Jac(g, gp, ends, par)
			f = func() []float64 {
				v := make([]float64, n)
				p.Boundary.Func(v, ends, par)
				return v
			}
			netCheckJacobian(t, "start", g[0], ends[0], f)
			netCheckJacobian(t, "end", g[1], ends[1], f)
			netCheckJacobian(t, "parameters", gp, par, f)
			for i, at := range p.Boundary.At {
				for j := range p.Dim {
					if g[1-at][i*p.Dim+j] != 0 {
						t.Fatalf("condition %d is not separated", i)
					}
				}
			}
		}
	}
}

func netCheckJacobian(t *testing.T, what string, jac, v []float64, f func() []float64) {
	t.Helper()
	const h = 1e-5
	for j := range v {
		old := v[j]
		v[j] = old + h
		up := f()
		v[j] = old - h
		down := f()
		v[j] = old
		for i := range up {
			d := (up[i] - down[i]) / (2 * h)
			if math.Abs(d-jac[i*len(v)+j]) > 1e-8*(1+math.Abs(d)) {
				t.Errorf("%s (%d, %d) = %g, differences %g", what, i, j, jac[i*len(v)+j], d)
			}
		}
	}
}
