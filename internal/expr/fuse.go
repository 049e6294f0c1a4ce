package expr

// fuse merges operations whose result is used once into the operation that
// uses it. A row operation costs about as much as the storing of its result,
// so that the fewer there are the better. Every product and sum is rounded as
// by the separate operations.
func fuse(values []value, outs []int32) {
	f := fuser{values, uses(values, outs)}
	for i := range values {
		v := &values[i]
		switch v.op {
		case opAdd:
			_ = f.addTo(v, v.b, v.a) || f.addTo(v, v.a, v.b)
		case opSub:
			f.subtract(v)
		case opMul:
			_ = f.multiply(v, v.a, v.b) || f.multiply(v, v.b, v.a)
		case opDiv:
			if v.a == v.b {
				break
			}
			if m, ok := f.take(v.b, opAddK); ok {
				*v = value{op: opDivAddK, a: v.a, b: m.a, c: -1, k: m.k}
			}
		case opMulK:
			if m, ok := f.take(v.a, opMul); ok {
				*v = value{op: opMulMulK, a: m.a, b: m.b, c: -1, k: v.k}
			}
		case opAddK:
			if m, ok := f.take(v.a, opMul); ok {
				*v = value{op: opMulAddK, a: m.a, b: m.b, c: -1, k: v.k}
			} else if m, ok := f.take(v.a, opMulK); ok {
				*v = value{op: opMulKAddK, a: m.a, b: -1, c: -1, k: m.k, k2: v.k}
			}
		case opSubK:
			if m, ok := f.take(v.a, opMul); ok {
				*v = value{op: opNegMulK, a: m.a, b: m.b, c: -1, k: v.k}
			} else if m, ok := f.take(v.a, opMulK); ok {
				*v = value{op: opMulKAddK, a: m.a, b: -1, c: -1, k: -m.k, k2: v.k}
			} else if m, ok := f.take(v.a, opDiv); ok {
				*v = value{op: opSubKDiv, a: m.a, b: m.b, c: -1, k: v.k}
			}
		}
	}
}

type fuser struct {
	values []value
	uses   []int
}

// take returns value x if it is used once and of that operation; it is then
// computed no more by itself.
func (f fuser) take(x int32, op opcode) (value, bool) {
	if f.uses[x] != 1 || f.values[x].op != op {
		return value{}, false
	}
	f.uses[x] = 0
	return f.values[x], true
}

// addTo merges x into the sum v = x + y.
func (f fuser) addTo(v *value, x, y int32) bool {
	if x == y {
		return false
	}
	if m, ok := f.take(x, opMul); ok {
		*v = value{op: opMulAdd, a: m.a, b: m.b, c: y}
		return true
	}
	if m, ok := f.take(x, opMulK); ok {
		*v = value{op: opMulKAdd, a: m.a, b: y, c: -1, k: m.k}
		return true
	}
	if m, ok := f.take(x, opAdd); ok {
		*v = value{op: opAdd3, a: m.a, b: m.b, c: y}
		return true
	}
	if m, ok := f.take(x, opSub); ok {
		*v = value{op: opSubAdd, a: m.a, b: m.b, c: y}
		return true
	}
	return false
}

func (f fuser) subtract(v *value) {
	if v.a == v.b {
		return
	}
	if m, ok := f.take(v.b, opMul); ok {
		*v = value{op: opNegMul, a: m.a, b: m.b, c: v.a}
	} else if m, ok := f.take(v.b, opMulK); ok {
		*v = value{op: opMulKAdd, a: m.a, b: v.a, c: -1, k: -m.k}
	} else if m, ok := f.take(v.a, opMul); ok {
		*v = value{op: opMulSub, a: m.a, b: m.b, c: v.b}
	}
}

// multiply merges x into the product v = x*y.
func (f fuser) multiply(v *value, x, y int32) bool {
	if x == y {
		return false
	}
	for _, p := range [...]struct{ part, whole opcode }{{opMul, opMul3}, {opSub, opSubMul}, {opAdd, opAddMul}} {
		if m, ok := f.take(x, p.part); ok {
			*v = value{op: p.whole, a: m.a, b: m.b, c: y}
			return true
		}
	}
	return false
}
