package route

import (
	"math"
	"slices"

	"costate/discrete"
)

// layerMesh returns about n layers whose boundaries contain all measurements and
// all places where a signal is not smooth, the pieces between them divided evenly.
func layerMesh(pr *discrete.Problem, n int, breaks []float64) []float64 {
	marks := append([]float64{pr.Start, pr.End}, breaks...)
	for _, o := range pr.Observations {
		marks = append(marks, o.Time)
	}
	slices.Sort(marks)
	length := pr.End - pr.Start
	marks = slices.CompactFunc(marks, func(a, b float64) bool { return math.Abs(a-b) < 1e-12*length })
	mesh := marks[:1:1]
	for i, b := range marks[1:] {
		a := marks[i]
		m := max(1, int(math.Round(float64(n)*(b-a)/length)))
		for k := 1; k < m; k++ {
			mesh = append(mesh, a+(b-a)*float64(k)/float64(m))
		}
		mesh = append(mesh, b)
	}
	return mesh
}
