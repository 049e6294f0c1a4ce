package linalg

import "gonum.org/v1/gonum/floats"

// SolveMany solves for count right-hand sides at once, which reads the factors
// once for all of them: right-hand side c of element e of y ((N+1)×n×count),
// q (m×count), r (N×n×count) and g (one per condition, ×count) is at e*count+c.
// y may not overlap r; a nil r is zero. It is not safe for concurrent use.
func (s *ABD) SolveMany(y, q, r, g []float64, count int) {
	n, w := s.n, s.w
	ld := 2*n + w
	s.rhs = resized(s.rhs, 2*(n+s.w+len(s.nodes)+n*len(s.zeta))*count)
	v := s.rhs
	row := func(v []float64, i int) []float64 { return v[i*count : (i+1)*count] }
	p := s.enterMany(v, 0, g, 0, count)
	for k := range s.nint {
		m := s.work[s.off[k]:]
		rows := p + n
		if r != nil {
			copy(v[p*count:rows*count], r[k*n*count:(k+1)*n*count])
		} else {
			clear(v[p*count : rows*count])
		}
		for i, f := range s.scale[s.roff[k] : s.roff[k]+rows] {
			if f != 1 {
				floats.Scale(f, row(v, i))
			}
		}
		for j, t := range s.piv[k*n : k*n+n] {
			if t != j {
				a, b := row(v, j), row(v, t)
				for c, x := range a {
					a[c], b[c] = b[c], x
				}
			}
		}
		for i := 1; i < rows; i++ {
			t := row(v, i)
			for c, f := range m[i*ld : i*ld+min(i, n)] {
				if f != 0 {
					floats.AddScaled(t, -f, row(v, c))
				}
			}
		}
		copy(y[k*n*count:(k+1)*n*count], v)
		copy(v, v[n*count:rows*count])
		p = s.enterMany(v, p, g, k+1, count)
	}
	s.fin = resized(s.fin, max(s.size, n+w)*count)
	fin := s.fin
	for i, f := range s.scale[s.roff[s.nint] : s.roff[s.nint]+s.size] {
		floats.ScaleTo(row(fin, i), f, row(v, i))
	}
	one := s.rhs[:s.size]
	for c := range count {
		for i := range one {
			one[i] = fin[i*count+c]
		}
		luSolve1(s.last, s.size, s.lastPiv, one)
		for i, x := range one {
			fin[i*count+c] = x
		}
	}
	copy(y[s.nint*n*count:], fin[:n*count])
	copy(q[:s.m*count], fin[n*count:])
	if s.zetaAt(s.nint) >= 0 {
		copy(fin[s.size*count:], fin[:n*count]) // the border columns of node N
	}
	for k := s.nint - 1; k >= 0; k-- {
		m := s.work[s.off[k]:]
		u, next := y[k*n*count:(k+1)*n*count], y[(k+1)*n*count:(k+2)*n*count]
		for i := n - 1; i >= 0; i-- {
			factors := m[i*ld : i*ld+ld]
			t := row(u, i)
			take := func(f float64, x []float64, c int) {
				if f != 0 {
					floats.AddScaled(t, -f, row(x, c))
				}
			}
			for c := i + 1; c < n; c++ {
				take(factors[c], u, c)
			}
			for c, f := range factors[n : 2*n] {
				take(f, next, c)
			}
			for c, f := range factors[2*n:] {
				take(f, fin, n+c)
			}
			for c := range t {
				t[c] /= factors[i]
			}
		}
	}
}

// enterMany writes the right-hand sides of the rows that start at node k behind
// the p rows of v, and returns how many rows there are.
func (s *ABD) enterMany(v []float64, p int, g []float64, k, count int) int {
	for _, j := range s.order[s.first[k]:s.first[k+1]] {
		copy(v[p*count:(p+1)*count], g[j*count:(j+1)*count])
		p++
	}
	if k < s.nint && s.zetaAt(k) >= 0 {
		clear(v[p*count : (p+s.n)*count])
		p += s.n
	}
	return p
}
