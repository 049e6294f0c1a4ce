package collocation

import "costate/ode"

// batch holds f and its Jacobian at m points. Component c of point p is at
// p*ps + c*cs; entry e of df/dy at p*jps + e*jes, of df/dp at p*qps + e*jes: a
// structure of arrays if the system evaluates many points at once, else an
// array of points.
type batch struct {
	m            int
	ps, cs       int
	jps, qps     int
	jes          int
	t, y, f      []float64
	jy, jp       []float64
	yy, ff, tmp  []float64 // scratch for differences
	calls, jacob int       // points evaluated
}

// field evaluates a system over batches.
type field struct {
	sys   *ode.System
	p     []float64 // parameters of the current iterate
	scale []float64 // size of each component, for the steps of differences
	pSize []float64 // the same for the parameters
	fine  bool      // differences are to be of high order
}

// soa reports whether points are stored as a structure of arrays.
func (f *field) soa() bool {
	s := f.sys
	return s.Func == nil || s.Batch != nil && (s.BatchJac != nil || s.Jac == nil)
}

// pointFunc returns the right-hand side at one point: a batch of one point is
// laid out as a point.
func pointFunc(s *ode.System) func(dst []float64, t float64, y, p []float64) {
	if s.Func != nil {
		return s.Func
	}
	return func(dst []float64, t float64, y, p []float64) { s.Batch(dst, []float64{t}, y, p) }
}

// pointJac returns the Jacobian at one point, or nil.
func pointJac(s *ode.System) func(dfdy, dfdp []float64, t float64, y, p []float64) {
	if s.Jac != nil || s.BatchJac == nil {
		return s.Jac
	}
	return func(dfdy, dfdp []float64, t float64, y, p []float64) { s.BatchJac(dfdy, dfdp, []float64{t}, y, p) }
}

// reserve makes room for up to m points.
func (f *field) reserve(b *batch, m int) {
	n, k := f.sys.Dim, f.sys.Params
	b.t = resized(b.t, m)
	b.y, b.f = resized(b.y, n*m), resized(b.f, n*m)
	b.jy, b.jp = resized(b.jy, n*n*m), resized(b.jp, n*k*m)
	if f.soa() {
		b.yy, b.ff = resized(b.yy, n*m), resized(b.ff, n*m)
	} else {
		b.yy, b.ff = resized(b.yy, n), resized(b.ff, n)
	}
	b.tmp = resized(b.tmp, k)
}

// shape sets the number of points and with it the strides.
func (f *field) shape(b *batch, m int) {
	n, k := f.sys.Dim, f.sys.Params
	b.m = m
	if f.soa() {
		b.ps, b.cs, b.jps, b.qps, b.jes = 1, m, 1, 1, m
	} else {
		b.ps, b.cs, b.jps, b.qps, b.jes = n, 1, n*n, n*k, 1
	}
}

// values stores f at all points of b.
func (f *field) values(b *batch) {
	n := f.sys.Dim
	b.calls += b.m
	if f.soa() {
		f.sys.Batch(b.f[:n*b.m], b.t[:b.m], b.y[:n*b.m], f.p)
		return
	}
	for p := range b.m {
		f.sys.Func(b.f[p*n:p*n+n], b.t[p], b.y[p*n:p*n+n], f.p)
	}
}

// jacobians stores df/dy and df/dp at all points of b. Without derivatives
// from the system they are forward differences, and b.f is overwritten.
func (f *field) jacobians(b *batch) {
	n, k, m := f.sys.Dim, f.sys.Params, b.m
	switch {
	case f.soa() && f.sys.BatchJac != nil:
		b.jacob += m
		f.sys.BatchJac(b.jy[:n*n*m], b.jp[:n*k*m], b.t[:m], b.y[:n*m], f.p)
	case !f.soa() && f.sys.Jac != nil:
		b.jacob += m
		for p := range m {
			f.sys.Jac(b.jy[p*n*n:(p+1)*n*n], b.jp[p*n*k:(p+1)*n*k], b.t[p], b.y[p*n:p*n+n], f.p)
		}
	case f.soa():
		f.values(b)
		f.batchDifferences(b)
	default:
		f.values(b)
		f.differences(b)
	}
	if f.fine && f.sys.Jac == nil && f.sys.BatchJac == nil {
		f.refine(b)
	}
}

// differences forms the Jacobians column by column, point by point.
func (f *field) differences(b *batch) {
	n, k := f.sys.Dim, f.sys.Params
	b.calls += b.m * (n + k)
	for p := range b.m {
		y, f0 := b.yy[:n], b.f[p*n:p*n+n]
		copy(y, b.y[p*n:p*n+n])
		for c := range n {
			old := y[c]
			h := step(old, f.scale[c])
			y[c] = old + h
			h = y[c] - old
			f.sys.Func(b.ff[:n], b.t[p], y, f.p)
			y[c] = old
			for r := range n {
				b.jy[p*n*n+r*n+c] = (b.ff[r] - f0[r]) / h
			}
		}
		q := b.tmp[:k]
		copy(q, f.p)
		for c := range k {
			old := q[c]
			h := step(old, f.pSize[c])
			q[c] = old + h
			h = q[c] - old
			f.sys.Func(b.ff[:n], b.t[p], y, q)
			q[c] = old
			for r := range n {
				b.jp[p*n*k+r*k+c] = (b.ff[r] - f0[r]) / h
			}
		}
	}
}

// batchDifferences does the same for all points at once.
func (f *field) batchDifferences(b *batch) {
	n, k, m := f.sys.Dim, f.sys.Params, b.m
	b.calls += m * (n + k)
	y, ff := b.yy[:n*m], b.ff[:n*m]
	copy(y, b.y[:n*m])
	for c := range n {
		col := y[c*m : c*m+m]
		for p, old := range col {
			col[p] = old + step(old, f.scale[c])
		}
		f.sys.Batch(ff, b.t[:m], y, f.p)
		for p := range m {
			h := col[p] - b.y[c*m+p]
			for r := range n {
				b.jy[(r*n+c)*m+p] = (ff[r*m+p] - b.f[r*m+p]) / h
			}
		}
		copy(col, b.y[c*m:c*m+m])
	}
	q := b.tmp[:k]
	copy(q, f.p)
	for c := range k {
		old := q[c]
		q[c] = old + step(old, f.pSize[c])
		h := q[c] - old
		f.sys.Batch(ff, b.t[:m], y, q)
		q[c] = old
		for r := range n {
			for p := range m {
				b.jp[(r*k+c)*m+p] = (ff[r*m+p] - b.f[r*m+p]) / h
			}
		}
	}
}

func resized[T any](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n, n+n/4)
	}
	return x[:n]
}

func zeroed(x []float64, n int) []float64 {
	x = resized(x, n)
	clear(x)
	return x
}

// grown returns x with length n, keeping what its elements own.
func grown[T any](x []T, n int) []T {
	for cap(x) < n {
		x = append(x[:cap(x)], *new(T))
	}
	return x[:n]
}
