// Package linalg holds the factorisations that gonum lacks: small dense LU
// with partial pivoting; the almost block diagonal LU of boundary value
// problems, with a border for parameters and coupled conditions; and the fronts
// by which a chain of layers, coupled to its neighbours and to a border of
// parameters, is eliminated layer by layer.
//
// Matrices are row-major []float64.
package linalg
