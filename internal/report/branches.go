package report

import (
	"math"
	"slices"
)

// BranchPicture shows branches of solutions from a continuation: a measure of
// the solution against the parameter, full where it is stable (or a minimum),
// dashed where it is not, with its folds and branch points.
type BranchPicture struct {
	Title    string
	X, Y     string // names of the axes with their units
	Branches []Branch
}

// Branch is one curve of solutions in the order in which it was followed.
type Branch struct {
	Name    string
	X, Y    []float64
	Stable  []bool // of each point; nil: not known, drawn full
	Special []Special
}

// Special is a marked point of a branch.
type Special struct {
	Index int    // into X and Y
	Kind  string // such as "fold"
}

// Figure draws the picture.
func (b BranchPicture) Figure() Figure {
	p := Panel{X: b.X, Y: b.Y}
	marks := map[string]int{}
	for i, k := range b.Branches {
		for _, run := range k.runs() {
			name := k.Name
			if !run.stable {
				name += ", unstable"
			}
			p.Layers = append(p.Layers, Layer{Kind: Line, Name: name, X: k.X[run.from:run.to], Y: k.Y[run.from:run.to],
				Style: Style(i), Solid: run.stable, Dashed: !run.stable})
		}
	}
	for _, k := range b.Branches {
		for _, s := range k.Special {
			j, ok := marks[s.Kind]
			if !ok {
				j = len(p.Layers)
				marks[s.Kind] = j
				// The open markers, in colours other than the first branches'.
				p.Layers = append(p.Layers, Layer{Kind: Points, Name: s.Kind, Style: Style(len(marks) - 1 + 4)})
			}
			l := &p.Layers[j]
			l.X, l.Y = append(l.X, k.X[s.Index]), append(l.Y, k.Y[s.Index])
		}
	}
	p.spread()
	return Figure{Name: "branches", Title: b.Title, Panels: []Panel{p}}
}

// spread takes a logarithmic axis for values of one sign that differ by more
// than a factor of 100: a branch over decades is a corner on linear axes. What
// is negative is drawn by its size.
func (p *Panel) spread() {
	axis := func(of func(l *Layer) *[]float64, name *string) bool {
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range p.Layers {
			for _, v := range *of(&p.Layers[i]) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		switch {
		case lo > 0 && hi > 100*lo:
			return true
		case hi < 0 && lo < 100*hi:
			*name = "−" + *name
			for i := range p.Layers {
				v := slices.Clone(*of(&p.Layers[i]))
				for k := range v {
					v[k] = -v[k]
				}
				*of(&p.Layers[i]) = v
			}
			return true
		}
		return false
	}
	p.LogX = axis(func(l *Layer) *[]float64 { return &l.X }, &p.X)
	p.LogY = axis(func(l *Layer) *[]float64 { return &l.Y }, &p.Y)
}

type branchRun struct {
	from, to int // points from to to-1
	stable   bool
}

// runs splits the branch where its stability changes; neighbours share the
// point of the change, so that there is no gap.
func (k Branch) runs() []branchRun {
	if k.Stable == nil {
		return []branchRun{{0, len(k.X), true}}
	}
	var runs []branchRun
	from := 0
	for i := 1; i < len(k.X); i++ {
		if k.Stable[i] != k.Stable[i-1] {
			runs = append(runs, branchRun{from, i + 1, k.Stable[i-1]})
			from = i
		}
	}
	if len(k.X) > 0 {
		runs = append(runs, branchRun{from, len(k.X), k.Stable[from]})
	}
	return runs
}
