package expr

import "testing"

// TestEquationsReadable holds the derived equations of a few models as one
// would write them by hand.
func TestEquationsReadable(t *testing.T) {
	g, x, f := lorenz96(t, 20)
	var terms []*Expr
	p := make([]*Expr, len(f))
	for i := range f {
		p[i] = g.Var("p[" + formatFloat(float64(i+1)) + "]")
		terms = append(terms, g.Mul(p[i], f[i]), g.Div(g.square(p[i]), g.Mul(g.two, g.Var("Rf"))))
	}
	h := g.Add(terms...)
	all := append(append([]*Expr{}, x...), p...)
	hess := g.Hessian(h, all)
	var second []*Expr
	for r := range hess {
		second = append(second, hess[r]...)
	}
	// The work of the derivation, which must not grow unnoticed: 20 states, 20
	// costates, all second derivatives of H.
	if nodes, _ := Size(append(g.Gradient(h, all), second...)...); nodes != 245 {
		t.Errorf("the derivatives of the Lorenz 96 Hamiltonian have %d nodes", nodes)
	}
	g2, s := testScope("u", "v", "u'", "v'", "alpha", "beta", "gamma", "delta", "Rf", "Rm", "y")
	l := mustParse(t, g2, s, "Rf/2*(u' - (alpha - beta*exp(v)))^2 + 1/2*Rf*(v' - (-gamma + delta*exp(u)))^2 + Rm/2*(u - y)^2")
	pu := g2.Diff(l, g2.Var("u'"))
	for _, tt := range []struct {
		e    *Expr
		want string
	}{
		{g.Diff(h, p[6]), "x[6]*(x[8] - x[5]) - x[7] + k + p[7]/Rf"},
		{g.Neg(g.Diff(h, x[6])), "-p[6]*x[5] + p[7] - p[8]*(x[9] - x[6]) + p[9]*x[8]"},
		{g.Diff(g.Diff(h, x[6]), x[8]), "p[8]"},
		{pu, "Rf*(u' - alpha + beta*exp(v))"},
		{g2.Diff(pu, g2.Var("u'")), "Rf"},
		{g2.Diff(l, g2.Var("u")), "-Rf*(v' + gamma - delta*exp(u))*delta*exp(u) + Rm*(u - y)"},
		{g2.Subst(pu, map[*Expr]*Expr{g2.Var("v"): g2.zero, g2.Var("alpha"): g2.Var("beta")}), "Rf*u'"},
	} {
		if got := tt.e.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
