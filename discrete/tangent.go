package discrete

// tangent stores dX/d ln Rf at the current minimum, the solution of
//
//	H dX/d ln Rf = -g_model,
//
// since only the model's part of the gradient depends on Rf, and is
// proportional to it. It uses the matrix of the last Newton step, and in the
// costate form, where there is none, the zero vector: there a rung moves the
// path by less than a predictor is worth.
func (m *minimiser) tangent(dst []float64) {
	p, w, f := m.p, m.w, m.fronts()
	clear(dst)
	if m.dual {
		return
	}
	g := make([]float64, p.nv)
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, m.v)
		w.residuals(m.v)
		w.costates(m.scale)
		w.jacobians(m.v)
		for n := w.n0; n < w.n1; n++ {
			for i := range p.R {
				for d, l := range w.lam[(n*p.R+i)*p.D : (n*p.R+i+1)*p.D] {
					if p.steady != nil && p.steady[d] {
						continue
					}
					rs := &w.rowsym[i*p.D+d]
					for k, x := range w.row(n, rs) {
						g[f.index(n, int(rs.idx[k]))] -= l * x
					}
				}
			}
		}
	}
	f.solve(dst, g)
}
