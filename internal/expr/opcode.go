package expr

// opcode is an operation of the tape: d = f(a, b, c), k an immediate constant.
type opcode uint8

const (
	opInput    opcode = iota // a is the number of the input; not executed
	opNumber                 // k; not executed, filled once
	opCopy                   // a
	opNeg                    // -a
	opAdd                    // a + b
	opSub                    // a - b
	opMul                    // a * b
	opDiv                    // a / b
	opAddK                   // a + k
	opSubK                   // k - a
	opMulK                   // k * a
	opDivK                   // k / a
	opMulAdd                 // a*b + c
	opMulSub                 // a*b - c
	opNegMul                 // c - a*b
	opMulKAdd                // k*a + b
	opMulAddK                // a*b + k
	opNegMulK                // k - a*b
	opMulKAddK               // k*a + k2
	opMulMulK                // k*(a*b)
	opMul3                   // a*b*c
	opAdd3                   // a + b + c
	opSubAdd                 // a - b + c
	opAddMul                 // (a + b)*c
	opSubMul                 // (a - b)*c
	opDivAddK                // a/(b + k)
	opSubKDiv                // k - a/b
	opSqrt                   // sqrt(a)
	opSin                    // sin(a)
	opCos                    // cos(a)
	opSincos                 // d, d2 = sin(a), cos(a)
	opCosOf                  // second result of the opSincos a; not executed
	opExp                    // exp(a)
	opLog                    // log(a)
	opTanh                   // tanh(a)
	opAbs                    // |a|
	opMin                    // min(a, b)
	opMax                    // max(a, b)
	opPow                    // a^b
	opCall1                  // fn(a)
	opCall2                  // fn(a, b)
	opLess                   // 1 if a < b, otherwise 0
	opLessEq                 // a <= b
	opEqual                  // a == b
	opUnequal                // a != b
	opAnd                    // a != 0 and b != 0, of 1 and 0
	opOr                     // a != 0 or b != 0
	opNot                    // a == 0
	opSelect                 // b if a != 0, otherwise c
)
