package report

import (
	"fmt"
	"slices"
)

// BundlePicture shows many curves of one kind, such as the paths of all
// training pairs through a network: one panel for each component, coloured by
// group.
type BundlePicture struct {
	Name   string // of the picture
	Title  string
	Label  string // of the x axis
	T      []float64
	Names  []string      // of the panels
	Curves [][][]float64 // by panel and member, over T

	Group     []int  // of the members, 0, 1, ..; nil: one group
	GroupName string // in the legend, before the number
}

// Figure draws the picture.
func (b BundlePicture) Figure() Figure {
	f := Figure{Name: b.Name, Title: b.Title}
	for j, name := range b.Names {
		p := Panel{X: b.Label, Y: name}
		order := make([]int, len(b.Curves[j]))
		for k := range order {
			order[k] = k
		}
		if b.Group != nil { // for the legend
			slices.SortStableFunc(order, func(k, l int) int { return b.Group[k] - b.Group[l] })
		}
		last := -1
		for _, k := range order {
			l := Layer{Kind: Line, X: b.T, Y: b.Curves[j][k], Solid: true, Thin: true}
			if b.Group != nil {
				g := b.Group[k]
				l.Style = Style(g)
				if g != last {
					l.Name = fmt.Sprintf("%s %d", b.GroupName, g)
				}
				last = g
			}
			p.Layers = append(p.Layers, l)
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}
