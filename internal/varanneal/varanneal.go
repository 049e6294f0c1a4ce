// Package varanneal reads the data of varanneal, the annealing program of the
// Abarbanel group, and writes them as those of a problem file. Its models are
// Python functions, which are not read: the equation is an option.
//
// A data file is an array of rows t, y_1, y_2, .. in numpy's format, or the same
// in columns of text. The action of varanneal is
//
//	Rm/(L N) sum (x - y)^2 + Rf/(D (N-1)) sum (s^2 + q^2),
//
// with L observed components of D at N times and the Simpson and Hermite
// residuals s and q of layers of two steps of the data.
package varanneal

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"costate/internal/problemfile"
)

// Options are what a data file does not say.
type Options struct {
	Observe  []int  // columns after the time, from 0, that are measured [all]
	Skip     int    // rows left out at the beginning
	Rows     int    // rows used [all that follow]
	Equation string // of x[i], indices in a ring ["": to be written]
	Params   []Param
	Deviance float64 // standard deviation of the noise [1]
	Stimulus string  // file of rows t, s_1, s_2, .. ["": none]
}

// Param is a parameter to be found.
type Param struct {
	Name      string
	Low, High float64
}

// Problem is a data file in the terms of a problem file.
type Problem struct {
	Names   []string // x1, x2, .. and the stimuli s1, s2, ..
	T       []float64
	Columns [][]float64
	Dim     int
	Layers  int
	Observe []int

	// Notes say what may be otherwise than was meant.
	Notes []string

	opt Options
}

// Read reads a data file. Errors of its content begin with its name.
func Read(file string, o Options) (*Problem, error) {
	p := &Problem{opt: o}
	t, columns, err := p.rows(file)
	if err != nil {
		return nil, err
	}
	p.T, p.Columns, p.Dim = t, columns, len(columns)
	for c := range columns {
		p.Names = append(p.Names, fmt.Sprintf("x%d", c+1))
	}
	if o.Stimulus != "" {
		at, stimuli, err := p.rows(o.Stimulus)
		if err != nil {
			return nil, err
		}
		for i := range at {
			if math.Abs(at[i]-t[i]) > 1e-6*(t[1]-t[0]) {
				return nil, fmt.Errorf("%s: row %d has t = %g, expected %g as in %s", o.Stimulus, o.Skip+i, at[i], t[i], file)
			}
		}
		for c := range stimuli {
			p.Names = append(p.Names, fmt.Sprintf("s%d", c+1))
		}
		p.Columns = append(p.Columns, stimuli...)
	}
	if p.Observe = slices.Clone(o.Observe); p.Observe == nil {
		for c := range p.Dim {
			p.Observe = append(p.Observe, c)
		}
	}
	slices.Sort(p.Observe)
	for i, c := range p.Observe {
		if c < 0 || c >= p.Dim {
			return nil, fmt.Errorf("%s: component %d is observed, expected 0 .. %d: the columns after the time are counted from 0, as in varanneal", file, c, p.Dim-1)
		}
		if i > 0 && c == p.Observe[i-1] {
			return nil, fmt.Errorf("%s: component %d is observed twice", file, c)
		}
	}
	if len(p.T)%2 == 0 {
		p.T = p.T[:len(p.T)-1]
		for c := range p.Columns {
			p.Columns[c] = p.Columns[c][:len(p.T)]
		}
		p.Notes = append(p.Notes, fmt.Sprintf("%s: the last of %d rows is left out: layers of two steps need an odd number", file, len(p.T)+1))
	}
	p.Layers = (len(p.T) - 1) / 2
	return p, nil
}

// rows reads the rows that are used: times, which must be evenly spaced, and
// the columns after them.
func (p *Problem) rows(file string) (t []float64, columns [][]float64, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	if !strings.EqualFold(filepath.Ext(file), ".npy") && !strings.ContainsAny(string(b), ",;") {
		b = commas(b)
	}
	_, all, err := problemfile.ReadColumns(file, b)
	if err != nil {
		return nil, nil, err
	}
	if len(all) < 2 {
		return nil, nil, fmt.Errorf("%s: %d column, expected the time and at least one more", file, len(all))
	}
	first, last := p.opt.Skip, len(all[0])
	if p.opt.Rows > 0 {
		last = min(last, first+p.opt.Rows)
	}
	if want := max(p.opt.Rows, 3); last-first < want {
		return nil, nil, fmt.Errorf("%s: %d rows after %d that are left out, expected at least %d", file, max(len(all[0])-first, 0), first, want)
	}
	for c := range all {
		all[c] = all[c][first:last]
	}
	t = all[0]
	step := (t[len(t)-1] - t[0]) / float64(len(t)-1)
	for i := range t {
		if d := math.Abs(t[i] - t[0] - float64(i)*step); !(d <= 1e-3*step) {
			return nil, nil, fmt.Errorf("%s: row %d has t = %g, expected %.6g: the first column holds times at equal steps", file, first+i, t[i], t[0]+float64(i)*step)
		}
	}
	if told, ok := problemfile.NamedStep(filepath.Base(file)); ok && math.Abs(told-step) > 0.01*told {
		p.Notes = append(p.Notes, fmt.Sprintf("%s: the name tells the time step %g, the times the step %.6g, which is used", file, told, step))
	}
	return t, all[1:], nil
}

// commas puts commas between columns that white space separates.
func commas(b []byte) []byte {
	var out strings.Builder
	for l := range strings.Lines(string(b)) {
		if strings.HasPrefix(strings.TrimSpace(l), "#") {
			continue
		}
		out.WriteString(strings.Join(strings.Fields(l), ","))
		out.WriteByte('\n')
	}
	return []byte(out.String())
}

// ParseParam reads NAME=LOW:HIGH.
func ParseParam(s string, number func(string) (float64, error)) (Param, error) {
	name, interval, ok := strings.Cut(s, "=")
	lo, hi, ok2 := strings.Cut(interval, ":")
	if !ok || !ok2 || strings.TrimSpace(name) == "" {
		return Param{}, errors.New("want NAME=LOW:HIGH, such as k=6:10")
	}
	p := Param{Name: strings.TrimSpace(name)}
	var err error
	if p.Low, err = number(strings.TrimSpace(lo)); err != nil {
		return p, err
	}
	if p.High, err = number(strings.TrimSpace(hi)); err != nil {
		return p, err
	}
	if !(p.Low < p.High) {
		return p, errors.New("want the lower end first")
	}
	return p, nil
}
