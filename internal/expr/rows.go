package expr

import (
	"math"
)

// runRows executes the tape on rows of w points.
func (t *Tape) runRows(rows [][]float64, w int) {
	for i := range t.code {
		in := &t.code[i]
		d := rows[in.d][:w]
		a := rows[in.a][:len(d)]
		b := rows[in.b][:len(d)]
		switch in.op {
		case opCopy:
			copy(d, a)
		case opNeg:
			for j := range d {
				d[j] = -a[j]
			}
		case opAdd:
			for j := range d {
				d[j] = a[j] + b[j]
			}
		case opSub:
			for j := range d {
				d[j] = a[j] - b[j]
			}
		case opMul:
			for j := range d {
				d[j] = a[j] * b[j]
			}
		case opDiv:
			for j := range d {
				d[j] = a[j] / b[j]
			}
		case opAddK:
			k := in.k
			for j := range d {
				d[j] = a[j] + k
			}
		case opSubK:
			k := in.k
			for j := range d {
				d[j] = k - a[j]
			}
		case opMulK:
			k := in.k
			for j := range d {
				d[j] = k * a[j]
			}
		case opDivK:
			k := in.k
			for j := range d {
				d[j] = k / a[j]
			}
		case opMulAdd:
			c := rows[in.c][:len(d)]
			for j := range d {
				d[j] = float64(a[j]*b[j]) + c[j]
			}
		case opMulSub:
			c := rows[in.c][:len(d)]
			for j := range d {
				d[j] = float64(a[j]*b[j]) - c[j]
			}
		case opNegMul:
			c := rows[in.c][:len(d)]
			for j := range d {
				d[j] = c[j] - float64(a[j]*b[j])
			}
		case opMulKAdd:
			k := in.k
			for j := range d {
				d[j] = float64(k*a[j]) + b[j]
			}
		case opMulAddK:
			k := in.k
			for j := range d {
				d[j] = float64(a[j]*b[j]) + k
			}
		case opNegMulK:
			k := in.k
			for j := range d {
				d[j] = k - float64(a[j]*b[j])
			}
		case opMulKAddK:
			k, k2 := in.k, in.k2
			for j := range d {
				d[j] = float64(k*a[j]) + k2
			}
		case opMulMulK:
			k := in.k
			for j := range d {
				d[j] = k * (a[j] * b[j])
			}
		case opMul3:
			c := rows[in.c][:len(d)]
			for j := range d {
				d[j] = a[j] * b[j] * c[j]
			}
		case opAdd3:
			c := rows[in.c][:len(d)]
			for j := range d {
				d[j] = a[j] + b[j] + c[j]
			}
		case opSubAdd:
			c := rows[in.c][:len(d)]
			for j := range d {
				d[j] = a[j] - b[j] + c[j]
			}
		case opAddMul:
			c := rows[in.c][:len(d)]
			for j := range d {
				d[j] = (a[j] + b[j]) * c[j]
			}
		case opSubMul:
			c := rows[in.c][:len(d)]
			for j := range d {
				d[j] = (a[j] - b[j]) * c[j]
			}
		case opDivAddK:
			k := in.k
			for j := range d {
				d[j] = a[j] / (b[j] + k)
			}
		case opSubKDiv:
			k := in.k
			for j := range d {
				d[j] = k - a[j]/b[j]
			}
		case opSqrt:
			for j := range d {
				d[j] = math.Sqrt(a[j])
			}
		case opSin:
			for j := range d {
				d[j] = math.Sin(a[j])
			}
		case opCos:
			for j := range d {
				d[j] = math.Cos(a[j])
			}
		case opSincos:
			c := rows[in.d2][:len(d)]
			for j := range d {
				d[j], c[j] = math.Sincos(a[j])
			}
		case opExp:
			for j := range d {
				d[j] = math.Exp(a[j])
			}
		case opLog:
			for j := range d {
				d[j] = math.Log(a[j])
			}
		case opTanh:
			for j := range d {
				d[j] = math.Tanh(a[j])
			}
		case opAbs:
			for j := range d {
				d[j] = math.Abs(a[j])
			}
		case opMin:
			for j := range d {
				d[j] = min(a[j], b[j])
			}
		case opMax:
			for j := range d {
				d[j] = max(a[j], b[j])
			}
		case opPow:
			for j := range d {
				d[j] = math.Pow(a[j], b[j])
			}
		case opCall1:
			f := in.fn.one
			for j := range d {
				d[j] = f(a[j])
			}
		case opCall2:
			f := in.fn.two
			for j := range d {
				d[j] = f(a[j], b[j])
			}
		case opLess:
			for j := range d {
				d[j] = truth(a[j] < b[j])
			}
		case opLessEq:
			for j := range d {
				d[j] = truth(a[j] <= b[j])
			}
		case opEqual:
			for j := range d {
				d[j] = truth(a[j] == b[j])
			}
		case opUnequal:
			for j := range d {
				d[j] = truth(a[j] != b[j])
			}
		case opAnd:
			for j := range d {
				d[j] = truth(a[j] != 0 && b[j] != 0)
			}
		case opOr:
			for j := range d {
				d[j] = truth(a[j] != 0 || b[j] != 0)
			}
		case opNot:
			for j := range d {
				d[j] = truth(a[j] == 0)
			}
		case opSelect:
			c := rows[in.c][:len(d)]
			for j := range d {
				x := c[j]
				if a[j] != 0 {
					x = b[j]
				}
				d[j] = x
			}
		}
	}
}
