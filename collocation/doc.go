// Package collocation solves boundary value problems for ordinary differential
// equations, two-point or multipoint, with unknown parameters, jumps and
// algebraic components, by Gauss collocation on an adapted mesh:
//
//	var s collocation.Solver
//	sol, err := s.Solve(ctx, &problem)
//
// On every interval the solution is a polynomial whose slope equals the
// right-hand side at s Gauss points: continuous, of order s+1 everywhere and
// 2s at the mesh points (de Boor and Swartz 1973). The stages are eliminated
// interval by interval; an almost block diagonal system in the node values
// with a border for parameters and coupled conditions remains. The nonlinear
// equations are solved by an affine-invariant damped Newton iteration. The
// global error is estimated by one Newton step of the scheme with a stage
// more, on the factors of the present one; the mesh follows the estimate.
//
// Everything is independent of the units of the components, but for rounding,
// and of the number
// of goroutines, to the last bit.
package collocation
