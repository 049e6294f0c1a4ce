package discrete

import "context"

type costateForm struct{ lam []float64 }

func (c *costateForm) modelError(scale float64) float64 { return 0 }
func (m *minimiser) costate(ctx context.Context, scale float64, o newtonOptions) outcome {
	panic("x")
}
func (m *minimiser) second(a *Path, cov bool) {}
