package discrete

// A large Rf makes the action a narrow valley along the paths that obey the
// model, and the valley is curved: a step d along its floor leaves it by
//
//	rho = r(x+d) - r(x) - G d,
//
// of the order d^2, which costs Rf rho^2 and spoils the costates Rf r by
// Rf rho. Damping alone would have to keep d as small as Rf^(-1/4). So the
// trial point is brought back to the floor, and the second derivatives are
// weighed with the costates that the step predicts.

// restoreRounds limits the corrections of one step. Each costs an evaluation
// and two triangular solves, a tenth of a factorisation.
const restoreRounds = 4

// valley is the memory of restore and predict.
type valley struct {
	lin  []float64 // r(x) + G d, N×R×D
	rho  []float64
	dual []float64 // W (r(x) + G d)
	b, c []float64
	x    []float64
}

func (w *work) valley() *valley {
	if w.val == nil {
		n, nv := len(w.res), w.p.nv
		w.val = &valley{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, nv), make([]float64, nv), make([]float64, nv)}
	}
	return w.val
}

// linear stores the residuals r + G d that the step f.d from v predicts.
func (w *work) linear(f *fronts, v []float64) {
	p, D, q := w.p, w.p.D, w.valley()
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, v)
		w.residuals(v)
		w.jacobians(v)
		for n := w.n0; n < w.n1; n++ {
			for l := range p.R * D {
				o := n*p.R*D + l
				rs := &w.rowsym[l]
				s := w.res[o]
				for k, x := range w.row(n, rs) {
					s += x * f.d[f.index(n, int(rs.idx[k]))]
				}
				q.lin[o] = s
			}
		}
	}
}

// restore corrects the trial point x+d of a step back onto the floor of the
// valley, by the c with
//
//	(H + mu D) c = -G' W rho,
//
// H and G those at x: along the floor G' W rho vanishes, which the gradient at
// x+d does not. It does so again with what is left, as long as the action's
// excess over target, what the step predicted, falls fast. e is the energy at
// trial, and the result that at the corrected trial.
func (w *work) restore(f *fronts, v, trial []float64, scale float64, e energy, target float64) energy {
	p, q := w.p, w.valley()
	copy(q.rho, w.res)
	w.linear(f, v)
	for range restoreRounds {
		excess := e.total() - target
		w.normal(f, v, scale)
		f.solve(q.c, q.b)
		for i, x := range trial {
			q.x[i] = x + q.c[i]
		}
		p.project(q.x)
		en := w.action(q.x, scale)
		if !(en.total() < e.total()) {
			break
		}
		e = en
		copy(trial, q.x)
		if left := e.total() - target; left > 0.5*excess || left < 0.1*(excess-left) {
			break
		}
		copy(q.rho, w.res)
	}
	return e
}

// normal stores -G' W rho into b, rho being the residuals in q.rho less the
// predicted ones.
func (w *work) normal(f *fronts, v []float64, scale float64) {
	p, D, q := w.p, w.p.D, w.val
	clear(q.b)
	for n0 := 0; n0 < p.N; n0 += w.chunk {
		w.gather(n0, v)
		w.jacobians(v)
		for n := w.n0; n < w.n1; n++ {
			for i := range p.R {
				o := (n*p.R + i) * D
				rho := q.rho[o : o+D]
				for d := range rho {
					rho[d] -= q.lin[o+d]
				}
				w.weigh(w.at.x, n, i, rho, scale)
				for d, l := range w.at.x {
					if l == 0 {
						continue
					}
					rs := &w.rowsym[i*D+d]
					for k, x := range w.row(n, rs) {
						q.b[f.index(n, int(rs.idx[k]))] -= l * x
					}
				}
			}
		}
	}
}

// predict makes the costates W (r + G d) after the step f.d from v those of
// the second derivatives. done: r + G d is known.
func (w *work) predict(f *fronts, v []float64, scale float64, done bool) {
	if !done {
		w.linear(f, v)
	}
	w.dualise(w.valley().lin, scale)
}

// retain makes the costates of v at the given factor on Rf those of the second
// derivatives: towards the limit a minimum keeps them as Rf grows, whereas
// the larger Rf times the old residuals is another number.
func (w *work) retain(v []float64, scale float64) {
	w.action(v, scale)
	w.dualise(w.res, scale)
}

// dualise makes the costates W r those of the second derivatives.
func (w *work) dualise(r []float64, scale float64) {
	p, D, dual := w.p, w.p.D, w.valley().dual
	for n := range p.N {
		for i := range p.R {
			o := (n*p.R + i) * D
			w.weigh(dual[o:o+D], n, i, r[o:o+D], scale)
		}
	}
	w.dual = dual
}
