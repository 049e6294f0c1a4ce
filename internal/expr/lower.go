package expr

import (
	"fmt"
	"math"
	"math/bits"
)

// value is an operation before registers are assigned; a, b, c are numbers of
// values, -1 if unused.
type value struct {
	op      opcode
	a, b, c int32
	k, k2   float64
	fn      *function
}

// lowerer turns formulas into a list of values, each computed once, in an
// order in which every value follows its operands.
type lowerer struct {
	values []value
	known  map[value]int32
	done   map[*Expr]int32
	both   map[*Expr]bool // arguments of both sin and cos
}

func (l *lowerer) emit(v value) int32 {
	if i, ok := l.known[v]; ok {
		return i
	}
	l.values = append(l.values, v)
	i := int32(len(l.values) - 1)
	l.known[v] = i
	return i
}

func (l *lowerer) unary(op opcode, a int32) int32 { return l.emit(value{op: op, a: a, b: -1, c: -1}) }

func (l *lowerer) binary(op opcode, a, b int32) int32 {
	if (op == opAdd || op == opMul) && a > b {
		a, b = b, a // commutative also in floating point
	}
	return l.emit(value{op: op, a: a, b: b, c: -1})
}

func (l *lowerer) immediate(op opcode, a int32, k float64) int32 {
	return l.emit(value{op: op, a: a, b: -1, c: -1, k: k})
}

func (l *lowerer) constant(k float64) int32 {
	if math.IsNaN(k) {
		// NaN is no map key that is found again.
		k = math.Inf(1)
		inf := l.emit(value{op: opNumber, a: -1, b: -1, c: -1, k: k})
		return l.binary(opSub, inf, inf)
	}
	return l.emit(value{op: opNumber, a: -1, b: -1, c: -1, k: k})
}

// findSincos notes the arguments of which two of sine, cosine and tangent are needed:
// both of the former then come together, and the tangent is their quotient.
func (l *lowerer) findSincos(es []*Expr) {
	l.both = make(map[*Expr]bool)
	seen := make(map[*Expr]uint8)
	walk(es, func(e *Expr) bool {
		if e.op == OpCall {
			var bit uint8
			switch e.name {
			case "sin":
				bit = 1
			case "cos":
				bit = 2
			case "tan":
				bit = 4
			}
			if bit != 0 {
				seen[e.args[0]] |= bit
				if bits.OnesCount8(seen[e.args[0]]) > 1 {
					l.both[e.args[0]] = true
				}
			}
		}
		return !e.konst
	})
}

// lower returns the number of the value of e.
func (l *lowerer) lower(e *Expr) int32 {
	if i, ok := l.done[e]; ok {
		return i
	}
	var i int32
	switch {
	case e.konst:
		i = l.constant(e.val)
	default:
		i = l.node(e)
	}
	l.done[e] = i
	return i
}

func (l *lowerer) node(e *Expr) int32 {
	switch e.op {
	case OpVar:
		panic(&missingInput{e})
	case OpAdd:
		return l.sum(e)
	case OpMul:
		return l.product(e)
	case OpPow:
		if k := e.args[1]; isReciprocal(e) {
			return l.immediate(opDivK, l.power(e.args[0], -k.val), 1)
		} else if k.op == OpNum {
			return l.power(e.args[0], k.val)
		}
		a := l.lower(e.args[0])
		return l.binary(opPow, a, l.lower(e.args[1]))
	case OpCall:
		return l.call(e)
	case OpIf:
		c := l.lower(e.args[0])
		a := l.lower(e.args[1])
		return l.emit(value{op: opSelect, a: c, b: a, c: l.lower(e.args[2])})
	case OpCompare:
		a := l.lower(e.args[0])
		b := l.lower(e.args[1])
		switch e.name {
		case "<":
			return l.binary(opLess, a, b)
		case "<=":
			return l.binary(opLessEq, a, b)
		case ">":
			return l.binary(opLess, b, a)
		case ">=":
			return l.binary(opLessEq, b, a)
		case "==":
			return l.binary(opEqual, a, b)
		}
		return l.binary(opUnequal, a, b)
	case OpAnd, OpOr:
		op := opAnd
		if e.op == OpOr {
			op = opOr
		}
		acc := l.lower(e.args[0])
		for _, a := range e.args[1:] {
			acc = l.binary(op, acc, l.lower(a))
		}
		return acc
	case OpNot:
		return l.unary(opNot, l.lower(e.args[0]))
	}
	panic("expr: cannot compile " + e.op.String())
}

// signed returns the rest and the coefficient of a term.
func signed(e *Expr) (*Expr, float64) {
	if e.op == OpMul && e.rest != nil {
		return e.rest, e.args[0].val
	}
	return e, 1
}

// sum adds the terms from left to right. The first two may be exchanged, which
// changes no bit, so that constants become immediate and no sign is spent.
func (l *lowerer) sum(e *Expr) int32 {
	acc := l.pair(e.args[0], e.args[1])
	for _, x := range e.args[2:] {
		rest, k := signed(x)
		switch {
		case x.konst:
			acc = l.immediate(opAddK, acc, x.val)
		case k == -1:
			acc = l.binary(opSub, acc, l.lower(rest))
		default:
			acc = l.binary(opAdd, acc, l.lower(x))
		}
	}
	return acc
}

func (l *lowerer) pair(x, y *Expr) int32 {
	if x.konst {
		x, y = y, x
	}
	xr, xk := signed(x)
	yr, yk := signed(y)
	switch {
	case x.konst:
		return l.constant(x.val + y.val)
	case y.konst && xk == -1:
		return l.immediate(opSubK, l.lower(xr), y.val)
	case y.konst:
		return l.immediate(opAddK, l.lower(x), y.val)
	case yk == -1:
		a := l.lower(x)
		return l.binary(opSub, a, l.lower(yr))
	case xk == -1:
		b := l.lower(y)
		return l.binary(opSub, b, l.lower(xr))
	}
	a := l.lower(x)
	return l.binary(opAdd, a, l.lower(y))
}

// product multiplies the numerator from left to right, divides by the product
// of the denominator and multiplies by the numbers, all of them folded into
// one. Products with a common beginning share it, since values do.
func (l *lowerer) product(e *Expr) int32 {
	k := 1.0
	num, den := int32(-1), int32(-1)
	into := func(acc *int32, x int32) {
		if *acc >= 0 {
			x = l.binary(opMul, *acc, x)
		}
		*acc = x
	}
	for _, a := range e.args {
		if c := k * a.val; a.konst && finite(c) && c != 0 {
			k = c
			continue
		}
		if isReciprocal(a) {
			into(&den, l.power(a.args[0], -a.args[1].val))
		} else {
			into(&num, l.lower(a))
		}
	}
	switch {
	case num < 0 && den < 0:
		return l.constant(k)
	case num < 0:
		return l.immediate(opDivK, den, k)
	case den >= 0:
		num = l.binary(opDiv, num, den)
	}
	switch k {
	case 1:
		return num
	case -1:
		return l.unary(opNeg, num)
	}
	return l.immediate(opMulK, num, k)
}

// maxChain is the largest exponent that is lowered to multiplications; the
// rounding errors of a chain grow with the exponent.
const maxChain = 64

// power returns base^k for a positive number k: by repeated squaring if k is a
// small integer, with a square root for a half.
func (l *lowerer) power(base *Expr, k float64) int32 {
	a := l.lower(base)
	n := math.Floor(k)
	switch {
	case n > maxChain || k != n && k != n+0.5:
		return l.binary(opPow, a, l.constant(k))
	case k == n:
		return l.chain(a, int(n))
	case n == 0:
		return l.unary(opSqrt, a)
	}
	return l.binary(opMul, l.chain(a, int(n)), l.unary(opSqrt, a))
}

func (l *lowerer) chain(a int32, n int) int32 {
	acc := int32(-1)
	for sq := a; ; sq = l.binary(opMul, sq, sq) {
		if n&1 != 0 {
			if acc < 0 {
				acc = sq
			} else {
				acc = l.binary(opMul, acc, sq)
			}
		}
		if n >>= 1; n == 0 {
			return acc
		}
	}
}

func (l *lowerer) call(e *Expr) int32 {
	a := l.lower(e.args[0])
	switch e.name {
	case "sin", "cos":
		if l.both[e.args[0]] {
			s := l.unary(opSincos, a)
			if e.name == "sin" {
				return s
			}
			return l.unary(opCosOf, s)
		}
		if e.name == "sin" {
			return l.unary(opSin, a)
		}
		return l.unary(opCos, a)
	case "tan":
		if l.both[e.args[0]] {
			s := l.unary(opSincos, a)
			return l.binary(opDiv, s, l.unary(opCosOf, s))
		}
	case "exp":
		return l.unary(opExp, a)
	case "log":
		return l.unary(opLog, a)
	case "tanh":
		return l.unary(opTanh, a)
	case "sqrt":
		return l.unary(opSqrt, a)
	case "abs":
		return l.unary(opAbs, a)
	case "min", "max":
		op := opMin
		if e.name == "max" {
			op = opMax
		}
		for _, x := range e.args[1:] {
			a = l.binary(op, a, l.lower(x))
		}
		return a
	}
	if e.fn.one != nil {
		return l.emit(value{op: opCall1, a: a, b: -1, c: -1, fn: e.fn})
	}
	return l.emit(value{op: opCall2, a: a, b: l.lower(e.args[1]), c: -1, fn: e.fn})
}

// missingInput is raised by the lowering of a variable that is no input.
type missingInput struct{ v *Expr }

func (m *missingInput) Error() string {
	return fmt.Sprintf("expr: the variable %s is no input of the tape", m.v.name)
}
