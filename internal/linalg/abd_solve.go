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
		m := s.work[s.off[k]:]
		rows := p + n
		copy(v[p:rows], r[k*n:k*n+n])
		for i, f := range s.scale[s.roff[k] : s.roff[k]+rows] {
			v[i] *= f
		}
		for j, t := range s.piv[k*n : k*n+n] {
			if t != j {
				v[j], v[t] = v[t], v[j]
			}
		}
		for i := 1; i < rows; i++ {
			row := m[i*ld : i*ld+min(i, n)]
			t := v[i]
			for c, f := range row {
				t -= f * v[c]
			}
			v[i] = t
		}
		copy(y[k*n:k*n+n], v[:n])
		copy(v, v[n:rows])
		p = s.enterRHS(v[:p], g, k+1)
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
			t := u[i]
			for c := i + 1; c < n; c++ {
				t -= row[c] * u[c]
			}
			for c, f := range next {
				t -= row[n+c] * f
			}
			for c, f := range border {
				t -= row[2*n+c] * f
			}
			u[i] = t / row[i]
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
