package expr

import "math"

// evalNode returns the value of e given those of its arguments; conditions are
// 1 or 0. It is meant for constants and as the reference of the tape, which
// lowers powers and orders operations otherwise and may differ by rounding.
func evalNode(e *Expr, val func(*Expr) float64) float64 {
	switch e.op {
	case OpNum:
		return e.num.val()
	case OpConst:
		return math.Pi
	case OpAdd:
		s := val(e.args[0])
		for _, a := range e.args[1:] {
			s += val(a)
		}
		return s
	case OpMul:
		n, d := 1.0, 1.0
		for _, a := range e.args {
			// A quotient is one division, as it was written.
			if isReciprocal(a) {
				d *= math.Pow(val(a.args[0]), -a.args[1].val)
			} else {
				n *= val(a)
			}
		}
		return n / d
	case OpPow:
		return math.Pow(val(e.args[0]), val(e.args[1]))
	case OpCall:
		x := make([]float64, len(e.args))
		for i, a := range e.args {
			x[i] = val(a)
		}
		return e.fn.eval(x)
	case OpIf:
		if val(e.args[0]) != 0 {
			return val(e.args[1])
		}
		return val(e.args[2])
	case OpCompare:
		return truth(compare(e.name, val(e.args[0]), val(e.args[1])))
	case OpAnd:
		for _, a := range e.args {
			if val(a) == 0 {
				return 0
			}
		}
		return 1
	case OpOr:
		for _, a := range e.args {
			if val(a) != 0 {
				return 1
			}
		}
		return 0
	case OpNot:
		return truth(val(e.args[0]) == 0)
	}
	return math.NaN()
}

func compare(op string, a, b float64) bool {
	switch op {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	case ">=":
		return a >= b
	case "==":
		return a == b
	}
	return a != b
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Eval returns the value of e by walking the graph; vars gives the values of
// the variables, a missing one is NaN. For more than one evaluation use
// [Compile].
func Eval(e *Expr, vars map[*Expr]float64) float64 {
	memo := make(map[*Expr]float64)
	var val func(*Expr) float64
	val = func(e *Expr) float64 {
		if e.konst {
			return e.val
		}
		if v, ok := memo[e]; ok {
			return v
		}
		var v float64
		if e.op == OpVar {
			var ok bool
			if v, ok = vars[e]; !ok {
				v = math.NaN()
			}
		} else {
			v = evalNode(e, val)
		}
		memo[e] = v
		return v
	}
	return val(e)
}
