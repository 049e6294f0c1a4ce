package report

import "fmt"

// MeshPicture shows how densely meshes cover the interval: mesh points per
// unit of the layer label.
type MeshPicture struct {
	Title  string
	Label  string
	Meshes [][]float64 // successive, each ascending or descending
}

// shownMeshes is the number of meshes in the picture: the first and the last
// ones.
const shownMeshes = 4

// Figure draws the picture.
func (m MeshPicture) Figure() Figure {
	p := Panel{X: m.Label, Y: "mesh points per unit of " + symbol(m.Label)}
	var all interval
	for i, mesh := range m.Meshes {
		if i > 0 && i <= len(m.Meshes)-shownMeshes {
			continue
		}
		l := Layer{Kind: Steps, Name: fmt.Sprintf("mesh %d: %d points", i+1, distinct(mesh)), Style: Style(len(p.Layers)), Solid: len(mesh) > 200}
		if len(m.Meshes) == 1 {
			l.Name = fmt.Sprintf("%d points", distinct(mesh))
		}
		for k := 0; k+1 < len(mesh); k++ {
			h := mesh[k+1] - mesh[k]
			if h == 0 {
				continue // the two sides of a jump
			}
			if h < 0 {
				h = -h
			}
			l.X, l.Y = append(l.X, mesh[k]), append(l.Y, 1/h)
			all.add(1 / h)
		}
		if len(mesh) > 0 {
			l.X = append(l.X, mesh[len(mesh)-1])
		}
		p.Layers = append(p.Layers, l)
	}
	if p.LogY = all.some && all.hi > 10*all.lo; !p.LogY {
		p.YRange = [2]float64{0, all.hi} // densities compare by their ratio
	}
	return Figure{Name: "mesh", Title: m.Title, Panels: []Panel{p}}
}

func distinct(mesh []float64) int {
	n := 0
	for i, t := range mesh {
		if i == 0 || t != mesh[i-1] {
			n++
		}
	}
	return n
}

// symbol is the name of an axis without its unit.
func symbol(label string) string {
	for i, r := range label {
		if r == '(' && i > 0 && label[i-1] == ' ' {
			return label[:i-1]
		}
	}
	return label
}
