package hamiltonian

import (
	"fmt"
	"strings"

	"costate/internal/expr"
)

// Section is one group of derived equations under a heading.
type Section struct {
	Title string
	Note  string
	Lines []Line
}

// Line is the equation Left = Right. Left is a name, with primes for
// derivatives, or a value at a place; an empty Left is the condition Right = 0. Kick marks
// Left(t+) = Left(t-) + Right.
type Line struct {
	Left  string
	Right *expr.Expr
	Kick  bool
}

// Sections lists what was derived, in the order of a derivation by hand.
func (e *Equations) Sections() []Section {
	var out []Section
	add := func(title, note string, lines ...Line) {
		out = append(out, Section{title, note, lines})
	}
	if len(e.Constants) > 0 {
		var lines []Line
		for _, c := range e.Constants {
			lines = append(lines, Line{Left: c.Symbol.Name(), Right: e.Graph.Num(c.Value)})
		}
		add("Constants", "", lines...)
	}
	if e.Lagrangian != nil {
		note := ""
		if e.Kind == KindAction && e.NoEuler != "" {
			note = "plus the measurement terms at single places; exact equations enter with their multipliers"
		} else if e.Kind == KindAction && len(e.cost.discrete) > 0 {
			note = "plus the measurement terms at single places"
		}
		add("Lagrangian", note, Line{Left: "L", Right: e.Lagrangian})
	}
	if e.EulerLagrange != nil {
		add("Euler-Lagrange equations", "", pairs(e.States, "''", e.EulerLagrange)...)
	} else if e.NoEuler != "" {
		add("Euler-Lagrange equations", e.NoEuler)
	}
	if e.Momenta != nil {
		var lines []Line
		for i, m := range e.Momenta {
			if m != e.Costates[i] { // else it is a multiplier, not a momentum
				lines = append(lines, Line{Left: e.Costates[i].Name(), Right: m})
			}
		}
		if len(lines) > 0 {
			add("Momenta", "", lines...)
		}
	}
	if e.ControlLaw != nil {
		add("Controls, from dH/du = 0", "", pairs(e.Controls, "", e.ControlLaw)...)
	}
	if e.Hamiltonian != nil {
		add("Hamiltonian", "", Line{Left: "H", Right: e.Hamiltonian})
	}
	title := "Canonical equations"
	if e.Kind == KindBoundary || e.Kind == KindLagrangian && e.Components[len(e.States)] != e.Costates[0] {
		title = "First-order equations"
	}
	differential := len(e.Components) - e.Algebraic
	lines := pairs(e.Components[:differential], "'", e.Right[:differential])
	for _, r := range e.Right[differential:] {
		lines = append(lines, Line{Right: r})
	}
	add(title, "", lines...)
	for _, k := range e.Kicks {
		lines := pairs(k.Symbols, "", k.Increment)
		for i := range lines {
			lines[i].Kick = true
		}
		place := fmt.Sprintf("at %s = %g", e.Layer.Name(), k.Times[0])
		if n := len(k.Times); n > 1 {
			place = fmt.Sprintf("at %d places from %s = %g to %g", n, e.Layer.Name(), k.Times[0], k.Times[n-1])
		}
		if len(k.Data) > 0 {
			place += "; y the data, Rm their precisions"
		}
		add("Jumps", place, lines...)
	}
	lines = nil
	for _, c := range e.Conditions.G {
		lines = append(lines, Line{Right: c})
	}
	for _, n := range e.Natural {
		lines[n.Row] = Line{Left: expr.Text(n.Left), Right: n.Right}
	}
	note := ""
	if n := len(e.Natural); n > 0 {
		note = fmt.Sprintf("%d of %d are natural conditions", n, len(e.Conditions.G))
	}
	add("Conditions", note, lines...)
	return out
}

func pairs(symbols []*expr.Expr, primes string, right []*expr.Expr) []Line {
	out := make([]Line, len(right))
	for i, r := range right {
		out[i] = Line{Left: symbols[i].Name() + primes, Right: r}
	}
	return out
}

// Text prints the sections as plain text.
func (e *Equations) Text() string {
	var b strings.Builder
	for i, s := range e.Sections() {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s.Title)
		if s.Note != "" {
			b.WriteString(" (" + s.Note + ")")
		}
		b.WriteByte('\n')
		width := 0
		for _, l := range s.Lines {
			width = max(width, len([]rune(l.Left)))
		}
		for _, l := range s.Lines {
			right := expr.Text(l.Right)
			switch {
			case l.Left == "":
				fmt.Fprintf(&b, "  %s = 0\n", right)
			case l.Kick:
				fmt.Fprintf(&b, "  %-*s += %s\n", width, l.Left, right)
			default:
				fmt.Fprintf(&b, "  %-*s = %s\n", width, l.Left, right)
			}
		}
	}
	return b.String()
}

// LaTeX prints the sections as a LaTeX fragment that needs amsmath.
func (e *Equations) LaTeX() string {
	var b strings.Builder
	for _, s := range e.Sections() {
		fmt.Fprintf(&b, "\\paragraph{%s.}", s.Title)
		if s.Note != "" {
			b.WriteString(" " + latexText(s.Note) + ".")
		}
		b.WriteByte('\n')
		if len(s.Lines) == 0 {
			continue
		}
		b.WriteString("\\begin{align*}\n")
		for i, l := range s.Lines {
			right := expr.LaTeX(l.Right, nil)
			left := ""
			if l.Left != "" {
				left = expr.LaTeX(e.Graph.Var(l.Left), nil)
			}
			switch {
			case l.Left == "":
				fmt.Fprintf(&b, "  %s &= 0", right)
			case l.Kick:
				fmt.Fprintf(&b, "  %s(t^+) - %s(t^-) &= %s", left, left, right)
			default:
				fmt.Fprintf(&b, "  %s &= %s", left, right)
			}
			if i < len(s.Lines)-1 {
				b.WriteString(" \\\\")
			}
			b.WriteByte('\n')
		}
		b.WriteString("\\end{align*}\n")
	}
	return b.String()
}

// latexText escapes what plain text may contain.
func latexText(s string) string {
	return strings.NewReplacer("_", "\\_", "^", "\\^{}", "&", "\\&", "%", "\\%").Replace(s)
}
