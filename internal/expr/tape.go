package expr

import "math"

// chunk is the number of points that pass through the tape together: rows of
// 512 bytes, so that 64 registers stay in the first-level cache.
const chunk = 64

// frame is the storage of one evaluation.
type frame struct {
	point []float64   // one value per row, for Eval
	rows  [][]float64 // the rows of a chunk, for Batch
	store []float64   // of constants and registers
}

func (t *Tape) newFrame() *frame {
	k := len(t.constants)
	n := t.inputs + k + t.outputs + t.registers
	f := &frame{point: make([]float64, n), rows: make([][]float64, n)}
	copy(f.point[t.inputs:], t.constants)
	f.store = make([]float64, (k+t.registers)*chunk)
	for i, c := range t.constants {
		row := f.store[i*chunk : (i+1)*chunk]
		for j := range row {
			row[j] = c
		}
		f.rows[t.inputs+i] = row
	}
	for i := range t.registers {
		f.rows[t.inputs+k+t.outputs+i] = f.store[(k+i)*chunk : (k+i+1)*chunk]
	}
	return f
}

// Eval stores the outputs at the point in (Inputs) into dst (Outputs).
func (t *Tape) Eval(dst, in []float64) {
	if len(in) != t.inputs || len(dst) != t.outputs {
		panic("expr: Eval with slices of wrong length")
	}
	f := t.pool.Get().(*frame)
	copy(f.point, in)
	t.runPoint(f.point)
	out := t.inputs + len(t.constants)
	copy(dst, f.point[out:out+t.outputs])
	t.pool.Put(f)
}

// Batch stores the outputs at m points into dst (Outputs×m) from in (Inputs×m):
// input i of point j is in[i*m+j], output i of point j is dst[i*m+j]. dst and
// in must not overlap. The values are those of [Tape.Eval], bit for bit.
func (t *Tape) Batch(dst, in []float64, m int) {
	if len(in) != t.inputs*m || len(dst) != t.outputs*m {
		panic("expr: Batch with slices of wrong length")
	}
	if m == 1 {
		t.Eval(dst, in)
		return
	}
	f := t.pool.Get().(*frame)
	rows := f.rows
	out := t.inputs + len(t.constants)
	for lo := 0; lo < m; lo += chunk {
		w := min(chunk, m-lo)
		for i := range t.inputs {
			rows[i] = in[i*m+lo : i*m+lo+w]
		}
		for i := range t.outputs {
			rows[out+i] = dst[i*m+lo : i*m+lo+w]
		}
		t.runRows(rows, w)
	}
	// The frame must not keep the caller's memory alive.
	clear(rows[:t.inputs])
	clear(rows[out : out+t.outputs])
	t.pool.Put(f)
}

// runPoint executes the tape at one point. Products are rounded before they
// are added, so that no machine fuses them differently here and in runRows.
func (t *Tape) runPoint(r []float64) {
	for i := range t.code {
		in := &t.code[i]
		a := r[in.a]
		var x float64
		switch in.op {
		case opCopy:
			x = a
		case opNeg:
			x = -a
		case opAdd:
			x = a + r[in.b]
		case opSub:
			x = a - r[in.b]
		case opMul:
			x = a * r[in.b]
		case opDiv:
			x = a / r[in.b]
		case opAddK:
			x = a + in.k
		case opSubK:
			x = in.k - a
		case opMulK:
			x = in.k * a
		case opDivK:
			x = in.k / a
		case opMulAdd:
			x = float64(a*r[in.b]) + r[in.c]
		case opMulSub:
			x = float64(a*r[in.b]) - r[in.c]
		case opNegMul:
			x = r[in.c] - float64(a*r[in.b])
		case opMulKAdd:
			x = float64(in.k*a) + r[in.b]
		case opMulAddK:
			x = float64(a*r[in.b]) + in.k
		case opNegMulK:
			x = in.k - float64(a*r[in.b])
		case opMulKAddK:
			x = float64(in.k*a) + in.k2
		case opMulMulK:
			x = in.k * (a * r[in.b])
		case opMul3:
			x = a * r[in.b] * r[in.c]
		case opAdd3:
			x = a + r[in.b] + r[in.c]
		case opSubAdd:
			x = a - r[in.b] + r[in.c]
		case opAddMul:
			x = (a + r[in.b]) * r[in.c]
		case opSubMul:
			x = (a - r[in.b]) * r[in.c]
		case opDivAddK:
			x = a / (r[in.b] + in.k)
		case opSubKDiv:
			x = in.k - a/r[in.b]
		case opSqrt:
			x = math.Sqrt(a)
		case opSin:
			x = math.Sin(a)
		case opCos:
			x = math.Cos(a)
		case opSincos:
			var c float64
			x, c = math.Sincos(a)
			r[in.d2] = c
		case opExp:
			x = math.Exp(a)
		case opLog:
			x = math.Log(a)
		case opTanh:
			x = math.Tanh(a)
		case opAbs:
			x = math.Abs(a)
		case opMin:
			x = min(a, r[in.b])
		case opMax:
			x = max(a, r[in.b])
		case opPow:
			x = math.Pow(a, r[in.b])
		case opCall1:
			x = in.fn.one(a)
		case opCall2:
			x = in.fn.two(a, r[in.b])
		case opLess:
			x = truth(a < r[in.b])
		case opLessEq:
			x = truth(a <= r[in.b])
		case opEqual:
			x = truth(a == r[in.b])
		case opUnequal:
			x = truth(a != r[in.b])
		case opAnd:
			x = truth(a != 0 && r[in.b] != 0)
		case opOr:
			x = truth(a != 0 || r[in.b] != 0)
		case opNot:
			x = truth(a == 0)
		case opSelect:
			x = r[in.c]
			if a != 0 {
				x = r[in.b]
			}
		}
		r[in.d] = x
	}
}
