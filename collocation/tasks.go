package collocation

import (
	"sync"
	"sync/atomic"
)

// scratch belongs to one worker.
type scratch struct {
	batch
	hp []float64 // powers of h
}

// task is what each does with the parts of a mesh; its arguments are in args.
type task int

const (
	residuals task = iota
	condensation
	elimination
	substitution
)

type args struct{ x, cont, rho, k, y, q []float64 }

// each runs a task over all parts of the mesh, on several workers if the work
// (floating point operations per interval) is worth it. Parts do not overlap
// in what they write. (A task is a number and not a function, because a
// closure would be allocated for every call.)
func (d *discrete) each(work int, t task) {
	n := d.mesh.intervals()
	parts := (n + d.perPart - 1) / d.perPart
	if d.workers <= 1 || parts == 1 || work*n < 2e6 {
		for lo := 0; lo < n; lo += d.perPart {
			d.do(t, &d.scratch[0], lo, min(lo+d.perPart, n))
		}
	} else {
		d.spread(t, parts)
	}
	for i := range d.scratch {
		w := &d.scratch[i]
		d.stats.Func += w.calls
		d.stats.Jac += w.jacob
		w.calls, w.jacob = 0, 0
	}
}

func (d *discrete) spread(t task, parts int) {
	n := d.mesh.intervals()
	var next atomic.Int64
	var group sync.WaitGroup
	for i := range min(d.workers, parts) {
		group.Go(func() {
			for {
				part := int(next.Add(1)) - 1
				if part >= parts {
					return
				}
				d.do(t, &d.scratch[i], part*d.perPart, min((part+1)*d.perPart, n))
			}
		})
	}
	group.Wait()
}

func (d *discrete) do(t task, w *scratch, lo, hi int) {
	a := &d.args
	switch t {
	case residuals:
		d.residualPart(w, a.cont, a.rho, a.x, lo, hi)
	case condensation:
		d.condensePart(w, a.x, lo, hi)
	case elimination:
		d.eliminatePart(a.cont, a.rho, lo, hi)
	case substitution:
		d.backPart(a.k, a.y, a.q, lo, hi)
	}
}
