package discrete

import "slices"

// rowSym is the sparsity of one row of a layer's residual Jacobian: the local
// columns, and where their values come from.
type rowSym struct {
	idx  []int32
	cpos []int32 // constant terms A[i][j]
	cval []float64
	src  []rowSrc
}

type rowSrc struct {
	pos   int32 // into idx
	e     int32 // evaluation
	entry int32 // of the Jacobian
	coef  float64
}

// hesSym adds coef times an entry of an evaluation's second derivative to an
// element of the lower triangle of a layer's matrix.
type hesSym struct {
	row, col int32
	e        int32
	entry    int32
	coef     float64
}

// grew marks the entries that are not zero somewhere, and reports new ones.
func grew(nz []bool, a []float64, np int) bool {
	g := false
	for e := range nz {
		if nz[e] {
			continue
		}
		for _, x := range a[e*np : (e+1)*np] {
			if x != 0 {
				nz[e], g = true, true
				break
			}
		}
	}
	return g
}

// symbolicRows lists, for every row of a layer's residuals, the columns and
// the sources of its entries.
func (w *work) symbolicRows() {
	p, D, P := w.p, w.p.D, w.p.P
	w.rowsym = w.rowsym[:0]
	for i := range p.R {
		for d := range D {
			set := map[int32]bool{}
			for j, a := range p.tab.A[i] {
				if a != 0 {
					set[int32(j*D+d)] = true
				}
			}
			type raw struct {
				col int32
				s   rowSrc
			}
			var src []raw
			for e, b := range p.tab.B[i] {
				if b == 0 {
					continue
				}
				for c := range D {
					if !w.jacNZ[d*D+c] {
						continue
					}
					for j, cj := range p.tab.C[e] {
						if cj != 0 {
							col := int32(j*D + c)
							set[col] = true
							src = append(src, raw{col, rowSrc{e: int32(e), entry: int32(d*D + c), coef: b * cj}})
						}
					}
				}
				for c := range P {
					if !w.jacNZ[D*D+d*P+c] {
						continue
					}
					col := int32((p.k+2)*D + c)
					set[col] = true
					src = append(src, raw{col, rowSrc{e: int32(e), entry: int32(D*D + d*P + c), coef: b}})
				}
			}
			var rs rowSym
			for c := range set {
				rs.idx = append(rs.idx, c)
			}
			slices.Sort(rs.idx)
			find := func(c int32) int32 {
				k, _ := slices.BinarySearch(rs.idx, c)
				return int32(k)
			}
			for j, a := range p.tab.A[i] {
				if a != 0 {
					rs.cpos = append(rs.cpos, find(int32(j*D+d)))
					rs.cval = append(rs.cval, a)
				}
			}
			for _, s := range src {
				s.s.pos = find(s.col)
				rs.src = append(rs.src, s.s)
			}
			w.rowsym = append(w.rowsym, rs)
		}
	}
}

// symbolicHess lists where the second derivatives go. Those of a boundary
// that two layers share hold the sum of both, and go to the later one.
func (w *work) symbolicHess() {
	p, D, q := w.p, w.p.D, w.p.D+w.p.P
	w.hessym = w.hessym[:0]
	place := func(j, r int) int32 {
		if r < D {
			return int32(j*D + r)
		}
		return int32((p.k+2)*D + r - D)
	}
	for e, kind := range p.tab.where {
		C := p.tab.C[e]
		if kind == atEnd {
			continue
		}
		for r := range q {
			for c := range q {
				if !w.hesNZ[r*q+c] {
					continue
				}
				for j1, c1 := range C {
					for j2, c2 := range C {
						if r >= D {
							if j1 > 0 {
								continue
							}
							c1 = 1
						}
						if c >= D {
							if j2 > 0 {
								continue
							}
							c2 = 1
						}
						a, b := place(j1, r), place(j2, c)
						if c1*c2 == 0 || b > a {
							continue
						}
						w.hessym = append(w.hessym, hesSym{a, b, int32(e), int32(r*q + c), c1 * c2})
					}
				}
			}
		}
	}
}

// row evaluates row rs of layer n's residual Jacobian into vals.
func (w *work) row(n int, rs *rowSym) []float64 {
	vals := w.vals[:len(rs.idx)]
	clear(vals)
	for k, c := range rs.cpos {
		vals[c] += rs.cval[k]
	}
	np, s := w.np, w.p.s[n]
	e, q := int32(-1), 0
	for k := range rs.src {
		x := &rs.src[k]
		if x.e != e {
			e = x.e
			q = w.point(n, int(e))
		}
		vals[x.pos] -= s * x.coef * w.jac[int(x.entry)*np+q]
	}
	return vals
}
