// Package expr is the formula language: it parses formulas, differentiates
// them, prints them as text, LaTeX, MathML and Go source, and compiles them to
// a register tape that is evaluated at many points at once. It knows nothing
// of the meaning of a formula.
//
// Formulas live in a [Graph], a directed acyclic graph in which equal
// subexpressions are the same node: within one Graph, equality of pointers is
// equality of formulas (up to the order of the terms of a sum and of the
// factors of a product; the order in which a sum or product was first written
// is the one in which it is printed and evaluated).
//
// # Language
//
//	numbers       1  .5  1e-3
//	operators     + - * / ^        ^ (or **) is right associative and binds
//	                               above a minus to its left: -x^2 = -(x^2)
//	comparisons   < <= > >= == !=  and or not, in conditions only
//	if(c, a, b)                    both sides are evaluated, one is selected
//	functions     sin cos tan asin acos atan atan2 sinh cosh tanh exp log
//	              log10 sqrt abs sign min max pow erf erfc erfi dawson
//	              sigmoid softplus relu heaviside
//	              airyai airybi airyaiprime airybiprime
//	constant      pi
//	families      x[i-1]           integer index arithmetic, cyclic families
//	sums          sum(j = 1..n, body)  prod(j = 1..n, body)
//
// A name is letters, digits and underscores, not beginning with a digit, with
// trailing primes. There is no implicit multiplication.
//
// # Simplification
//
// Nodes are simplified as they are built, and only as far as keeps derivatives
// readable without rewriting what the user wrote: nested sums and products are
// flattened, terms with equal rests and factors with equal bases and integer
// exponents are collected, numbers are folded as fractions where they are
// fractions. A sum keeps its terms, a product its factors, in the order of
// first appearance. Equalities used hold wherever the original formula has a
// finite value; x/x becomes 1, but sqrt(x)^2 does not become x. A constant
// that is not finite (1/0) is never folded; [Graph.Parse] reports it.
//
// # Limits
//
// [Graph.Parse] refuses formulas nested more than 500 levels deep (2000 with
// the definitions behind their names), sums of more than half a million
// operands and products over more than 4096 indices, each by an error at the
// place, so that no input exhausts memory or stack.
package expr
