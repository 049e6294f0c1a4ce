// Package linalg holds the structured linear algebra of boundary value
// problems: small dense LU with partial pivoting, and the almost block
// diagonal LU with a border for parameters and coupled conditions.
//
// Matrices are row-major []float64.
package linalg
