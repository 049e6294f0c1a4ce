package linalg

// LUPanel factors the first k columns of the rows×ld matrix a, rows >= k, by
// Gaussian elimination with row pivoting and updates the others: what is left in
// the last rows-k rows of the last ld-k columns has the k unknowns eliminated.
// It returns the first column without a pivot, or -1.
func LUPanel(a []float64, rows, k, ld int, piv []int) int { return eliminate(a, rows, k, ld, piv) }
