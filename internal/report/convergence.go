package report

import (
	"fmt"
	"math"
)

// ConvergencePicture shows errors against the number of layers, both
// logarithmic, with the slopes that theory expects.
type ConvergencePicture struct {
	Title  string
	X, Y   string // names of the axes ["layers N", "error"]
	Curves []ErrorCurve
}

// ErrorCurve is the error of one method.
type ErrorCurve struct {
	Name  string
	N     []float64 // ascending
	Err   []float64 // an error of exactly 0 is not shown
	Order float64   // expected; 0: no reference
}

// Figure draws the picture.
func (c ConvergencePicture) Figure() Figure {
	p := Panel{X: c.X, Y: c.Y, LogX: true, LogY: true}
	if p.X == "" {
		p.X = "layers N"
	}
	if p.Y == "" {
		p.Y = "error"
	}
	least := math.Inf(1)
	for _, k := range c.Curves {
		for _, e := range k.Err {
			if e > 0 {
				least = min(least, e)
			}
		}
	}
	style := Reference
	seen := map[string]Style{}
	for _, k := range c.Curves {
		if k.Order <= 0 {
			continue
		}
		name := fmt.Sprintf("slope −%g", k.Order)
		s, ok := seen[name]
		if !ok {
			s = style
			seen[name] = s
			style--
		}
		if x, y := k.slope(least); len(x) > 1 {
			p.Layers = append(p.Layers, Layer{Kind: Line, Name: name, X: x, Y: y, Style: s})
		}
	}
	for i, k := range c.Curves {
		p.Layers = append(p.Layers, Layer{Kind: LinePoints, Name: k.Name, X: k.N, Y: k.Err, Style: Style(i), Solid: true})
	}
	return Figure{Name: "convergence", Title: c.Title, Panels: []Panel{p}}
}

// slope is a line of the expected slope beside the curve: through 1.6 times
// the geometric mean of the errors, so that it runs close above where the
// slopes agree. It ends where it falls below the least error of all.
func (k ErrorCurve) slope(least float64) (x, y []float64) {
	n, logC := 0, 0.0
	for i, e := range k.Err {
		if e > 0 {
			// Only while the error falls: the rounding floor has no slope.
			if i > 0 && !(e < k.Err[i-1]) {
				break
			}
			logC += math.Log(e) + k.Order*math.Log(k.N[i])
			n++
		}
	}
	if n == 0 {
		return nil, nil
	}
	c := 1.6 * math.Exp(logC/float64(n))
	first, last := k.N[0], k.N[len(k.N)-1]
	if end := math.Pow(c/least, 1/k.Order); end < last {
		last = end
	}
	if !(last > first) {
		return nil, nil
	}
	x = []float64{first, last}
	return x, []float64{c * math.Pow(first, -k.Order), c * math.Pow(last, -k.Order)}
}
