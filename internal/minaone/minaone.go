package minaone

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"costate/internal/expr"
)

// Options are what the files do not say.
type Options struct {
	// Set is the number of the data set, where specs.txt has several. [0]
	Set int

	// Define gives functions that a C++ file defines and that are not
	// translated, as 'name(a, b) = formula'. [none]
	Define []string
}

// Problem is a problem of minAone in the terms of a problem file.
type Problem struct {
	Title  string
	Layers int
	Step   float64 // of a layer
	Rungs  int

	States, Controls, Params, Observed int // counts

	// Columns are the data from the first row that is used: data, then
	// stimuli, 2 Layers + 1 values each, Step/2 apart.
	Names   []string
	Columns [][]float64

	// Notes say what is not translated, or is read in another way than may
	// have been meant.
	Notes []string

	in    folder
	opt   Options
	eq    *equations
	specs *specs
	f     *formulas
	terms []term
	known map[string]bool // data and stimuli that equations name
	first []float64       // first values of parameters, nil: not given
}

// Read reads equations.txt, specs.txt and the data in the folder dir. The error
// is an Errors with all mistakes of the files, or that of opening them.
func Read(dir string, o Options) (*Problem, error) {
	in := folder(dir)
	r := &reporter{}
	p := &Problem{in: in, opt: o, f: newFormulas(r), known: map[string]bool{}}
	define, err := parseDefinitions(o.Define)
	if err != nil {
		return nil, err
	}
	open := func(name string) (*lines, error) {
		file := in.path(name)
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		return newLines(r, file, b), nil
	}
	el, err := open("equations.txt")
	if err != nil {
		return nil, err
	}
	sl, err := open("specs.txt")
	if err != nil {
		return nil, err
	}
	if p.eq = readEquations(el); len(r.errs) > 0 {
		return nil, r.err()
	}
	p.specs = readSpecs(sl, p.eq)
	p.model(el.file, define)
	if len(r.errs) > 0 {
		return nil, r.err()
	}
	p.readData(sl.file)
	if len(r.errs) > 0 {
		return nil, r.err()
	}
	p.Title, p.Layers, p.Step, p.Rungs = p.eq.title, p.specs.layers, p.specs.step, p.specs.rungs()
	p.States, p.Controls, p.Params, p.Observed = len(p.eq.states), len(p.eq.control), len(p.eq.params), len(p.terms)
	p.Notes = r.all()
	return p, nil
}

// model parses equations and cost.
func (p *Problem) model(file string, define map[string]function) {
	f, e := p.f, p.eq
	vars := func(list []line) []*expr.Expr {
		out := make([]*expr.Expr, len(list))
		for i, at := range list {
			f.declare(file, at)
			out[i] = f.vars[at.text]
		}
		return out
	}
	unknowns := vars(slices.Concat(e.states, e.control, e.params))
	known := vars(slices.Concat(e.data, e.stimuli))
	f.readFunctions(p.in, e, file, define)
	for _, at := range e.rhs {
		rhs := f.parse(file, at)
		if rhs == nil {
			continue
		}
		for i, at := range slices.Concat(e.data, e.stimuli) {
			if rhs.DependsOn(known[i]) {
				p.known[at.text] = true
			}
		}
	}
	p.terms = f.readCost(file, e.cost, unknowns, known)
	for i, at := range e.control {
		penalised := false
		for _, t := range p.terms {
			penalised = penalised || t.h.DependsOn(f.vars[at.text])
		}
		if !penalised {
			f.notef("%s:%d: nothing in the cost holds the control '%s': it is free within its bounds, and may fit the noise", file, e.control[i].number, at.text)
		}
	}
}

// readData reads the data, and what a file of the first path says of parameters.
func (p *Problem) readData(file string) {
	s, e, r := p.specs, p.eq, p.f.reporter
	rows := 2*s.layers + 1
	column := func(at line) { p.Names = append(p.Names, p.f.names[at.text]) }
	read := func(names, files []line, width int) {
		if s.format < 2 {
			for i, at := range files {
				column(names[i])
				p.Columns = append(p.Columns, r.numbers(p.in, file, at, at.text, s.skip, rows, "one for each row that is skipped and 2T+1 more"))
			}
			return
		}
		if len(files) == 0 {
			return
		}
		name := s.path(files[0].text, p.opt.Set)
		if _, err := os.Stat(p.in.path(name)); errors.Is(err, fs.ErrNotExist) && s.sets > 0 {
			r.errorf(file, files[0].number, 0, "%s: file not found; --dataset chooses among the data sets, which are numbered", name)
			return
		}
		all := r.numbers(p.in, file, files[0], name, s.skip*width, rows*width, "the rows that are skipped and 2T+1 more, of a column for each state or stimulus")
		if all == nil {
			return
		}
		for i, at := range names {
			column(at)
			c := make([]float64, rows)
			for k := range c {
				c[k] = all[k*width+i]
			}
			p.Columns = append(p.Columns, c)
		}
	}
	if s.format >= 2 && len(e.data) > len(e.states) {
		r.errorf(file, s.data[0].number, 0, "%d data of %d states: a file of format %d has one column for each state", len(e.data), len(e.states), s.format)
		return
	}
	read(e.data, s.data, len(e.states))
	read(e.stimuli, s.stimuli, len(e.stimuli))
	if s.initial.text == "" {
		return
	}
	name := s.path(s.initial.text, p.opt.Set)
	n := len(e.states)
	all := r.numbers(p.in, file, s.initial, name, (s.skip+rows)*n, len(e.params), "a path of all states, and the parameters after it")
	if all == nil {
		return
	}
	p.first = all
	r.notef("%s:%d: of the first path in %s the parameters are taken, as first guesses; the path itself is not", file, s.initial.number, name)
}
