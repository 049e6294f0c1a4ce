package linalg

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func fill(x []float64, rnd *rand.Rand) {
	for i := range x {
		x[i] = rnd.NormFloat64()
	}
}

// random fills all coefficients of s.
func random(s *ABD, conditions [][]int, rnd *rand.Rand) {
	for i := range s.Intervals() {
		fill(s.A(i), rnd)
		fill(s.B(i), rnd)
		fill(s.C(i), rnd)
	}
	for j, nodes := range conditions {
		for k := range nodes {
			fill(s.Condition(j, k), rnd)
		}
		fill(s.ConditionBorder(j), rnd)
	}
}

// repeat makes count conditions at the given nodes.
func repeat(count int, nodes ...int) [][]int {
	c := make([][]int, count)
	for i := range c {
		c[i] = nodes
	}
	return c
}

func join(cs ...[][]int) [][]int {
	var all [][]int
	for _, c := range cs {
		all = append(all, c...)
	}
	return all
}

// The solution of a system with a known solution is found again: the factors
// multiply back, whatever the shape.
func TestABDSolves(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name       string
		n, m, nint int
		conditions [][]int
	}{
		{"separated", 4, 0, 13, join(repeat(2, 0), repeat(2, 13))},
		{"one interval", 2, 0, 1, join(repeat(1, 0), repeat(1, 1))},
		{"all left", 3, 0, 7, repeat(3, 0)},
		{"all right", 3, 0, 7, repeat(3, 7)},
		{"scalar periodic", 1, 0, 9, repeat(1, 0, 9)},
		{"periodic", 3, 0, 9, repeat(3, 0, 9)},
		{"periodic with parameters", 3, 2, 9, join(repeat(3, 0, 9), repeat(2, 0))},
		{"parameters", 2, 3, 9, join(repeat(3, 0), repeat(2, 9))},
		{"multipoint", 3, 0, 9, join(repeat(1, 2), repeat(2, 7))},
		{"coupled multipoint", 3, 1, 9, join(repeat(1, 0, 4, 9), repeat(1, 3, 6), repeat(1, 0), repeat(1, 9))},
		{"coupled interior only", 2, 0, 9, join(repeat(1, 3, 6), repeat(1, 0))},
		{"conditions out of order", 2, 1, 5, join(repeat(1, 5), repeat(1, 2), repeat(1, 0))},
		{"blocked", 20, 2, 6, join(repeat(10, 0), repeat(10, 6), repeat(2, 0, 6))},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s ABD
			for range 2 { // the second time in used storage
				s.Reset(c.n, c.m, c.nint, c.conditions)
				random(&s, c.conditions, rnd)
				y, q := make([]float64, (c.nint+1)*c.n), make([]float64, c.m)
				fill(y, rnd)
				fill(q, rnd)
				r, g := make([]float64, c.nint*c.n), make([]float64, len(c.conditions))
				s.MulVec(r, g, y, q)
				if err := s.Factor(); err != nil {
					t.Fatal(err)
				}
				z, p := make([]float64, len(y)), make([]float64, c.m)
				s.Solve(z, p, r, g)
				for i, v := range append(z, p...) {
					if want := append(y, q...)[i]; math.Abs(v-want) > 1e-8 {
						t.Fatalf("unknown %d = %v, want %v", i, v, want)
					}
				}
			}
		})
	}
}

// Growth and decay by e^200 on either side of a dichotomy leave the solution
// accurate: nothing is propagated.
func TestABDDichotomy(t *testing.T) {
	const nint, h = 100, 2.0
	var s ABD
	cond := join(repeat(1, 0), repeat(1, nint))
	s.Reset(2, 0, nint, cond)
	for i := range nint {
		copy(s.A(i), []float64{-math.Cosh(h), -math.Sinh(h), -math.Sinh(h), -math.Cosh(h)})
		copy(s.B(i), []float64{1, 0, 0, 1})
	}
	copy(s.Condition(0, 0), []float64{1, 0})
	copy(s.Condition(1, 0), []float64{1, 0})
	if err := s.Factor(); err != nil {
		t.Fatal(err)
	}
	y := make([]float64, 2*(nint+1))
	s.Solve(y, nil, make([]float64, 2*nint), []float64{1, 0})
	for i := range nint {
		want := math.Exp(-h * float64(i))
		if e := math.Abs(y[2*i]-want) / want; e > 1e-10 && i < nint/2 || math.Abs(y[2*i]-want) > 1e-14 {
			t.Fatalf("y[%d] = %v, want %v", i, y[2*i], want)
		}
	}
}

// Wright's example: partial pivoting without the scaling by the border loses
// all digits on it from length 60 on.
func TestABDWright(t *testing.T) {
	const nint, h = 200, 0.3
	e, a := math.Exp(-h/6), h
	ch, sh := e*math.Cosh(a), e*math.Sinh(a)
	var s ABD
	cond := repeat(2, 0, nint)
	s.Reset(2, 0, nint, cond)
	for i := range nint {
		copy(s.A(i), []float64{-ch, -sh, -sh, -ch})
		copy(s.B(i), []float64{1, 0, 0, 1})
	}
	for j := range 2 {
		s.Condition(j, 0)[j], s.Condition(j, 1)[j] = 1, 1
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	y := make([]float64, 2*(nint+1))
	fill(y, rnd)
	r, g := make([]float64, 2*nint), make([]float64, 2)
	s.MulVec(r, g, y, nil)
	if err := s.Factor(); err != nil {
		t.Fatal(err)
	}
	z := make([]float64, len(y))
	s.Solve(z, nil, r, g)
	for i := range z {
		if math.Abs(z[i]-y[i]) > 1e-11 {
			t.Fatalf("unknown %d off by %v", i, z[i]-y[i])
		}
	}
}

// Many right-hand sides at once give what they give one by one.
func TestABDSolveMany(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	const n, m, nint, count = 3, 2, 9, 4
	conditions := join(repeat(1, 0, 4, 9), repeat(1, 3, 6), repeat(2, 0), repeat(1, 9))
	var s ABD
	s.Reset(n, m, nint, conditions)
	random(&s, conditions, rnd)
	if err := s.Factor(); err != nil {
		t.Fatal(err)
	}
	var wide [4][]float64 // y, q, r, g
	var one [4][]float64
	for k, size := range []int{(nint + 1) * n, m, nint * n, n + m} {
		wide[k], one[k] = make([]float64, size*count), make([]float64, size)
	}
	fill(wide[2], rnd)
	fill(wide[3], rnd)
	for _, zero := range []bool{false, true} {
		r := wide[2]
		if zero {
			clear(r)
			r = nil
		}
		s.SolveMany(wide[0], wide[1], r, wide[3], count)
		for c := range count {
			for k := 2; k < 4; k++ {
				for i := range one[k] {
					one[k][i] = wide[k][i*count+c]
				}
			}
			s.Solve(one[0], one[1], one[2], one[3])
			for k := range 2 {
				for i, want := range one[k] {
					if got := wide[k][i*count+c]; !(math.Abs(got-want) <= 1e-12*(1+math.Abs(want))) {
						t.Errorf("r zero: %v, right-hand side %d, part %d, element %d: %g, want %g", zero, c, k, i, got, want)
					}
				}
			}
		}
	}
}

func TestABDSingular(t *testing.T) {
	var s ABD
	s.Reset(2, 0, 3, join(repeat(1, 0), repeat(1, 3)))
	for i := range 3 {
		copy(s.A(i), []float64{-1, 0, 0, -1})
		copy(s.B(i), []float64{1, 0, 0, 1})
	}
	s.Condition(0, 0)[0] = 1
	s.Condition(1, 0)[0] = 1 // the same condition again
	var e *SingularError
	if err := s.Factor(); !errors.As(err, &e) || e.Node != 3 {
		t.Fatalf("err = %v, want a SingularError at node 3", err)
	}
}

func TestABDAllocations(t *testing.T) {
	cond := join(repeat(2, 0), repeat(2, 50))
	var s ABD
	s.Reset(4, 0, 50, cond)
	random(&s, cond, rand.New(rand.NewPCG(5, 6)))
	y, r, g := make([]float64, 51*4), make([]float64, 50*4), make([]float64, 4)
	if a := testing.AllocsPerRun(10, func() {
		if err := s.Factor(); err != nil {
			t.Fatal(err)
		}
		s.Solve(y, nil, r, g)
	}); a != 0 {
		t.Errorf("Factor and Solve allocate %v times", a)
	}
}

func TestLU(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{1, 2, 5, 12, 39, 40, 70} {
		for _, m := range []int{1, 2, 3, 4, 7} {
			a, x := make([]float64, n*n), make([]float64, n*m)
			fill(a, rnd)
			fill(x, rnd)
			b := make([]float64, n*m)
			for i := range n {
				for j := range n {
					for c := range m {
						b[i*m+c] += a[i*n+j] * x[j*m+c]
					}
				}
			}
			piv := make([]int, n)
			if k := LU(a, n, piv); k >= 0 {
				t.Fatal("singular at", k)
			}
			LUSolve(a, n, piv, b, m)
			for i := range b {
				if math.Abs(b[i]-x[i]) > 1e-9 {
					t.Fatalf("n=%d m=%d: x[%d] off by %v", n, m, i, b[i]-x[i])
				}
			}
		}
	}
	if k := LU([]float64{1, 2, 2, 4}, 2, make([]int, 2)); k != 1 {
		t.Errorf("singular matrix: step %d, want 1", k)
	}
	if k := LU([]float64{math.NaN(), 2, 2, 4}, 2, make([]int, 2)); k < 0 {
		t.Error("NaN accepted")
	}
}

func BenchmarkABD(b *testing.B) {
	for _, n := range []int{2, 4, 6, 10, 20, 50} {
		const nint = 1000
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			cond := join(repeat(n/2, 0), repeat(n/2, nint))
			var s ABD
			s.Reset(n, 0, nint, cond)
			random(&s, cond, rand.New(rand.NewPCG(5, 6)))
			y, r, g := make([]float64, (nint+1)*n), make([]float64, nint*n), make([]float64, n)
			for b.Loop() {
				if err := s.Factor(); err != nil {
					b.Fatal(err)
				}
				s.Solve(y, nil, r, g)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/nint, "ns/interval")
		})
	}
}

// Sums of absolute values are those of MulVec where nothing is negative, and do
// not change when signs do.
func TestMulVecAbs(t *testing.T) {
	const n, m, nint = 3, 2, 4
	cond := [][]int{{0}, {0, 4}, {2}, {4}, {0, 2, 4}}
	var s ABD
	s.Reset(n, m, nint, cond)
	rnd := rand.New(rand.NewPCG(1, 2))
	random(&s, cond, rnd)
	y, q := make([]float64, (nint+1)*n), make([]float64, m)
	fill(y, rnd)
	fill(q, rnd)
	abs := func(x []float64) {
		for i, v := range x {
			x[i] = math.Abs(v)
		}
	}
	r, g := make([]float64, nint*n), make([]float64, n+m)
	s.MulVecAbs(r, g, y, q)
	for i := range nint {
		abs(s.A(i))
		abs(s.B(i))
		abs(s.C(i))
	}
	for j, nodes := range cond {
		for k := range nodes {
			abs(s.Condition(j, k))
		}
		abs(s.ConditionBorder(j))
	}
	abs(y)
	abs(q)
	r1, g1 := make([]float64, nint*n), make([]float64, n+m)
	s.MulVec(r1, g1, y, q)
	if !slices.Equal(r, r1) || !slices.Equal(g, g1) {
		t.Errorf("%v %v, want %v %v", r, g, r1, g1)
	}
}
