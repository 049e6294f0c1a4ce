package discrete

import "gonum.org/v1/gonum/floats"

// conjugate solves by conjugate gradients, from zero, to the relative
// residual cgTol.
func (s *netReduced) conjugate(dw []float64, Lambda float64) {
	p := s.lin.p
	s.precondition(Lambda)
	r, z, d, h := s.cg[0], s.cg[1], s.cg[2], s.cg[3]
	clear(dw)
	copy(r, s.rhs)
	s.solveBlocks(z, r)
	copy(d, z)
	rz := floats.Dot(r, z)
	stop := s.cgTol * s.cgTol * rz
	for range 2 * p.params {
		if !(rz > stop) {
			break
		}
		s.forward(s.t, d)
		s.transpose(h, s.t)
		floats.AddScaled(h, Lambda, d)
		dh := floats.Dot(d, h)
		if !(dh > 0) {
			break // rounding: what is reached is a descent direction
		}
		a := rz / dh
		floats.AddScaled(dw, a, d)
		floats.AddScaled(r, -a, h)
		s.solveBlocks(z, r)
		next := floats.Dot(r, z)
		floats.Scale(next/rz, d)
		floats.Add(d, z)
		rz = next
		s.cgIter++
	}
}

// precondition factors the diagonal blocks of single neurons.
func (s *netReduced) precondition(Lambda float64) {
	lin, p := s.lin, s.lin.p
	n, q := p.states, lin.q
	for si := range p.sets {
		set := &p.sets[si]
		b := set.cols
		netFor(set.rows, s.workers, func(_, a int) {
			m := s.mat[s.off[si]+a*b*b : s.off[si]+(a+1)*b*b]
			clear(m)
			if lin.g != nil {
				for i := range p.m * q {
					o := i*p.params + set.off + a*b
					g := lin.g[o : o+b]
					for j, v := range g {
						floats.AddScaled(m[j*b:j*b+j+1], v, g[:j+1])
					}
				}
			} else {
				c := &p.cells[set.cells[0]]
				for k := range p.m {
					u := lin.u[k*p.ulen+c.u : k*p.ulen+c.u+b]
					var ww float64
					for i := range q {
						v := lin.kw[(k*q+i)*n+c.off+a]
						ww += v * v
					}
					for j, v := range u {
						if v != 0 {
							floats.AddScaled(m[j*b:j*b+j+1], ww*v, u[:j+1])
						}
					}
				}
			}
			for j := range b {
				m[j*b+j] += Lambda
			}
			if !netCholesky(m, b) { // Lambda lost in rounding: the identity instead
				clear(m)
				for j := range b {
					m[j*b+j] = 1
				}
			}
		})
	}
}

func (s *netReduced) solveBlocks(z, r []float64) {
	p := s.lin.p
	copy(z, r)
	for si := range p.sets {
		set := &p.sets[si]
		b := set.cols
		netFor(set.rows, s.workers, func(_, a int) {
			m := s.mat[s.off[si]+a*b*b : s.off[si]+(a+1)*b*b]
			v := z[set.off+a*b : set.off+(a+1)*b]
			netLowerSolve(m, b, v)
			netUpperSolve(m, b, v)
		})
	}
}
