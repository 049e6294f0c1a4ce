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
// more; the mesh follows the estimate.
//
// When the iteration fails, Solve goes other ways before it gives up: along a
// family of problems, if one is named; from the midpoint rule; uphill; by
// deforming a problem that the guess solves. When the linearised problem cannot
// be told from a singular one, by the errors of discretisation and rounding or
// by that of the solution itself, the answer is not determined: it says so and
// refuses.
//
// Continue follows a branch of solutions around its folds, AllSolutions looks
// for further ones, Sensitivity differentiates one by fixed parameters.
//
// Everything is independent of the units of the components, but for rounding,
// and of the number of goroutines, to the last bit.
package collocation
