package expr

import (
	"fmt"
	"slices"
	"sync"
)

// instr is an operation of a tape on rows of the frame.
type instr struct {
	op      opcode
	d, d2   int32 // destinations; d2 of opSincos, or -1
	a, b, c int32
	k, k2   float64
	fn      *function
}

// Tape is a list of operations that computes formulas at one point or at many.
// It is immutable and safe for concurrent use.
//
// Its values live in rows: first the inputs, then the constants, the outputs
// and the registers, which are used again as soon as their value is dead.
type Tape struct {
	code                       []instr
	inputs, outputs, registers int
	constants                  []float64
	pool                       sync.Pool // of *frame
}

// Compile returns a tape that computes the outputs from the inputs, which are
// variables. The error names a variable of the outputs that is no input.
//
// Common subexpressions are computed once, integer and half-integer powers by
// multiplication and square root, sine and cosine of the same argument
// together. Both sides of an if are computed and one is selected.
func Compile(inputs, outputs []*Expr) (t *Tape, err error) {
	l := &lowerer{known: make(map[value]int32), done: make(map[*Expr]int32)}
	for i, v := range inputs {
		if v.op != OpVar {
			return nil, fmt.Errorf("expr: input %d of the tape is a %v, not a variable", i, v.op)
		}
		if _, ok := l.done[v]; ok {
			return nil, fmt.Errorf("expr: the variable %s is an input twice", v.name)
		}
		l.done[v] = l.emit(value{op: opInput, a: int32(i), b: -1, c: -1})
	}
	for i, e := range outputs {
		if e.isCondition() {
			return nil, fmt.Errorf("expr: output %d of the tape is a condition", i)
		}
	}
	for _, v := range FreeVars(outputs...) {
		if _, ok := l.done[v]; !ok {
			return nil, &missingInput{v}
		}
	}
	l.findSincos(outputs)
	outs := make([]int32, len(outputs))
	for i, e := range outputs {
		outs[i] = l.lower(e)
	}
	fuse(l.values, outs)
	return assemble(l.values, len(inputs), outs), nil
}

// uses counts how often each value is an operand or an output.
func uses(values []value, outs []int32) []int {
	n := make([]int, len(values))
	for _, v := range values {
		if v.op == opInput {
			continue
		}
		for _, x := range [...]int32{v.a, v.b, v.c} {
			if x >= 0 {
				n[x]++
			}
		}
	}
	for _, o := range outs {
		n[o]++
	}
	return n
}

// assemble drops dead values and assigns rows by linear scan.
func assemble(values []value, inputs int, outs []int32) *Tape {
	t := &Tape{inputs: inputs, outputs: len(outs)}
	live := make([]bool, len(values))
	last := make([]int, len(values)) // last use
	for _, o := range outs {
		live[o] = true
		last[o] = len(values)
	}
	for i := len(values) - 1; i >= 0; i-- {
		v := values[i]
		if !live[i] || v.op == opInput {
			continue
		}
		for _, x := range [...]int32{v.a, v.b, v.c} {
			if x >= 0 {
				live[x] = true
				last[x] = max(last[x], i)
			}
		}
	}
	row := make([]int32, len(values))
	for i, v := range values {
		switch {
		case v.op == opInput:
			row[i] = v.a
		case live[i] && v.op == opNumber:
			row[i] = int32(inputs + len(t.constants))
			t.constants = append(t.constants, v.k)
		default:
			row[i] = -1
		}
	}
	firstOut := int32(inputs + len(t.constants))
	for j, o := range outs {
		if row[o] < 0 {
			row[o] = firstOut + int32(j)
		}
	}
	firstReg := firstOut + int32(len(outs))
	var free []int32
	alloc := func(i int) int32 {
		if row[i] >= 0 {
			return row[i]
		}
		if len(free) > 0 {
			row[i] = free[len(free)-1]
			free = free[:len(free)-1]
		} else {
			row[i] = firstReg + int32(t.registers)
			t.registers++
		}
		return row[i]
	}
	cosOf := make(map[int32]int)
	for i, v := range values {
		if v.op == opCosOf && live[i] {
			cosOf[v.a] = i
		}
	}
	operand := func(x int32) int32 {
		if x < 0 {
			return 0
		}
		return row[x]
	}
	for i, v := range values {
		if !live[i] || v.op == opInput || v.op == opNumber {
			continue
		}
		in := instr{op: v.op, d2: -1, k: v.k, k2: v.k2, fn: v.fn, a: operand(v.a), b: operand(v.b), c: operand(v.c)}
		// The operands that die here give their registers to the result: every
		// operation reads a point before it writes it.
		dead := make([]int32, 0, 3)
		for _, x := range [...]int32{v.a, v.b, v.c} {
			if x >= 0 && last[x] == i && row[x] >= firstReg && !slices.Contains(dead, row[x]) {
				dead = append(dead, row[x])
			}
		}
		free = append(free, dead...)
		if v.op == opCosOf {
			continue // stored by its opSincos
		}
		in.d = alloc(i)
		if c, ok := cosOf[int32(i)]; ok {
			in.d2 = alloc(c)
		}
		t.code = append(t.code, in)
	}
	// Outputs that are inputs, constants or other outputs are copies.
	for j, o := range outs {
		if d := firstOut + int32(j); row[o] != d {
			t.code = append(t.code, instr{op: opCopy, d: d, d2: -1, a: row[o]})
		}
	}
	t.pool.New = func() any { return t.newFrame() }
	return t
}

// Inputs returns the number of inputs.
func (t *Tape) Inputs() int { return t.inputs }

// Outputs returns the number of outputs.
func (t *Tape) Outputs() int { return t.outputs }

// Len returns the number of operations and of registers, for statistics.
func (t *Tape) Len() (operations, registers int) { return len(t.code), t.registers }
