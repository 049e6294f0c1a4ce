package linalg

// Solve stores the solution y ((N+1)×n) and q (m) for the right-hand sides r
// (N×n) and g (one per condition), after Factor. y may not overlap r. It is
// not safe for concurrent use.
func (s *ABD) Solve(y, q, r, g []float64) {
	n, w := s.n, s.w
	ld := 2*n + w
	v := s.rhs
	p := s.enterRHS(v[:0], g, 0)
	for k := range s.nint {
		rows := p + n
		m := s.work[s.off[k] : s.off[k]+rows*ld]
		for i, t := range r[k*n : k*n+n] {
			v[p+i] = t
		}
		x := v[:rows]
		for i, f := range s.scale[s.roff[k]:][:rows] {
			x[i] *= f
		}
		for j, t := range s.piv[k*n : k*n+n] {
			x[j], x[t] = x[t], x[j]
		}
		u, to := x[:n], y[k*n:k*n+n]
		for i, t := range u {
			for c, f := range m[i*ld : i*ld+i] {
				t -= f * u[c]
			}
			u[i], to[i] = t, t
		}
		for i := range p {
			t, row := x[n+i], m[(n+i)*ld:][:n]
			for c, f := range row {
				t -= f * u[c]
			}
			x[n+i] = t
		}
		copy(v, x[n:])
		if s.first[k+2] > s.first[k+1] || len(s.zeta) > 0 {
			p = s.enterRHS(v[:p], g, k+1)
		}
	}
	fin := s.fin[:max(s.size, n+w)]
	for i, f := range s.scale[s.roff[s.nint] : s.roff[s.nint]+s.size] {
		fin[i] = v[i] * f
	}
	luSolve1(s.last, s.size, s.lastPiv, fin[:s.size])
	copy(y[s.nint*n:], fin[:n])
	copy(q[:s.m], fin[n:n+s.m])
	if s.zetaAt(s.nint) >= 0 {
		copy(fin[s.size:], fin[:n]) // the border columns of node N
	}
	border := fin[n : n+w]
	for k := s.nint - 1; k >= 0; k-- {
		m := s.work[s.off[k]:]
		u, next := y[k*n:k*n+n], y[k*n+n:k*n+2*n]
		for i := n - 1; i >= 0; i-- {
			row := m[i*ld : i*ld+ld]
			t, inv := u[i], 1/row[i]
			for c, f := range row[2*n:] {
				t -= f * border[c]
			}
			for c, f := range row[n : 2*n] {
				t -= f * next[c]
			}
			for c, f := range row[i+1 : n] {
				t -= f * u[i+1+c]
			}
			u[i] = t * inv
		}
	}
}

// enterRHS appends the right-hand sides of the rows that start at node k.
func (s *ABD) enterRHS(v, g []float64, k int) int {
	for _, j := range s.order[s.first[k]:s.first[k+1]] {
		v = append(v, g[j])
	}
	if k < s.nint && s.zetaAt(k) >= 0 {
		for range s.n {
			v = append(v, 0)
		}
	}
	return len(v)
}
