package problemfile

import (
	"bytes"
	"io/fs"
	"maps"
	"math"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// Loader reads problem files. The zero value reads from the file system of the
// machine.
type Loader struct {
	// FS is where the problem file and its data are. [the machine's files]
	FS fs.FS

	// Set replaces the values of constants and fixed parameters. [none]
	Set map[string]float64

	// ModelOnly leaves out the observations whose files do not exist or are empty, of
	// which Problem.NoData tells: the model can be integrated before
	// anything has been measured.
	ModelOnly bool
}

// Load reads a problem file and the data it names; see Loader.Load.
func Load(name string) (*Problem, error) { return (&Loader{}).Load(name) }

// LoadFS reads a problem file of a file system such as the built-in examples.
func LoadFS(fsys fs.FS, name string) (*Problem, error) { return (&Loader{FS: fsys}).Load(name) }

// Load reads a problem file and the data it names, relative to the file's
// folder. The error is an Errors with all that is wrong in the file, or that
// of opening it.
func (ld *Loader) Load(name string) (*Problem, error) {
	open := os.ReadFile
	if ld.FS != nil {
		open = func(name string) ([]byte, error) { return fs.ReadFile(ld.FS, name) }
	}
	src, err := open(name)
	if err != nil {
		return nil, err
	}
	data := func(file string) ([]byte, error) {
		if ld.FS != nil {
			return open(path.Join(path.Dir(name), file))
		}
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(name), filepath.FromSlash(file))
		}
		return open(file)
	}
	return load(name, src, data, ld.Set, ld.ModelOnly)
}

// loader holds what is known while a file is read.
type loader struct {
	*reporter
	open func(name string) ([]byte, error)
	set  map[string]float64

	modelOnly bool

	root *node
	kind Kind
	p    *Problem
	dom  *hamiltonian.Domain
	g    *expr.Graph

	names   map[string]*symbol     // every name of the file
	symbols map[*expr.Expr]*symbol // by its symbol
	order   []*symbol              // in the order of declaration
	scope   *expr.Scope            // of formulas in all names
	funcs   map[string]*function
	values  map[*expr.Expr]float64 // of constants

	definitions []*definition
	settable    []*expr.Expr // constants with a name of their own
	functions   []*function  // in the order of the file
	calling     []string     // functions being parsed
	unknowns    []*unknown
	families    []*family
	controls    []*expr.Expr
	inputs      []*entry
	integrals   []*component
	byName      map[string]*component     // states
	comps       []*component              // states or coordinates
	velocities  map[*expr.Expr]*expr.Expr // of coordinates and second-order states
	params      []hamiltonian.Param
	varying     []hamiltonian.State
	points      *pointValues
	size        float64           // operations of all formulas
	tables      map[string]*table // data by file name
	files       int               // data files read, for the order of their errors
}

// load reads a problem from its text.
func load(name string, src []byte, open func(string) ([]byte, error), set map[string]float64, modelOnly bool) (*Problem, error) {
	src = bytes.TrimPrefix(src, byteOrderMark)
	base := path.Base(filepath.ToSlash(name))
	l := &loader{
		reporter:   newReporter(name, src),
		open:       open,
		set:        set,
		modelOnly:  modelOnly,
		g:          expr.NewGraph(),
		names:      map[string]*symbol{},
		symbols:    map[*expr.Expr]*symbol{},
		funcs:      map[string]*function{},
		values:     map[*expr.Expr]float64{},
		tables:     map[string]*table{},
		velocities: map[*expr.Expr]*expr.Expr{},
		p: &Problem{
			Name:   strings.TrimSuffix(base, path.Ext(base)),
			Path:   name,
			Source: string(src),
			Units:  map[string]string{},
			ranges: map[string][2]float64{},
			frozen: map[string]bool{},
		},
	}
	l.p.reload = func(other map[string]float64) (*Problem, error) {
		all := maps.Clone(set)
		if all == nil {
			all = map[string]float64{}
		}
		maps.Copy(all, other)
		return load(name, src, open, all, modelOnly)
	}
	l.scope = &expr.Scope{Names: map[string]*expr.Expr{}, Families: map[string]expr.Family{}, Call: l.call}
	var ok bool
	if l.root, ok = parseTree(l.reporter); !ok {
		return nil, l.err() // the rest of the file is not known
	}
	l.findKind()
	l.p.Kind = l.kind
	l.checkKeys(l.root, "")
	l.p.Title = l.text(l.root, "title")
	l.p.Description = l.text(l.root, "description")
	l.p.Reference = l.text(l.root, "reference")

	switch l.kind {
	case KindAction:
		l.p.Action = &hamiltonian.Action{}
	case KindBoundary:
		l.p.Boundary = &hamiltonian.Boundary{}
	case KindLagrangian:
		l.p.Lagrangian = &hamiltonian.Lagrangian{}
	case KindHamiltonian:
		l.p.Hamiltonian = &hamiltonian.Hamiltonian{}
	}
	l.dom = l.p.Domain()
	l.dom.Graph = l.g

	if l.kind == KindNetwork {
		l.declareConstants()
		l.resolveDefinitions()
		l.checkSet()
		l.readNetwork()
		return l.finish()
	}
	l.declareLayer()
	l.declareConstants()
	l.declareParameters()
	l.declareInputs()
	l.declareStates()
	l.declareDefinitions()
	l.resolveDefinitions()
	l.checkSet()
	l.readLayer()
	l.readParameters()
	l.readInputs()
	l.readStates()
	switch l.kind {
	case KindAction:
		l.readAction()
	case KindBoundary:
		l.readBoundary()
	case KindLagrangian:
		l.readLagrangian()
	case KindHamiltonian:
		l.readHamiltonian()
	}
	l.readSettings()
	return l.finish()
}

// finish returns the problem with its warnings, or all errors.
func (l *loader) finish() (*Problem, error) {
	l.checkCostates()
	if err := l.err(); err != nil {
		return nil, err
	}
	l.warnUnused()
	l.warnIdle()
	l.warnCover()
	l.p.Settable = l.settableConstants()
	l.warnings.sort()
	for _, w := range l.warnings {
		l.p.Warnings = append(l.p.Warnings, w)
	}
	return l.p, nil
}

// findKind decides the kind by the keys that are present.
func (l *loader) findKind() {
	has := func(key string) *entry { return l.root.get(key) }
	lag, ham := has("lagrangian"), has("hamiltonian")
	switch {
	case has("network") != nil:
		l.kind = KindNetwork
	case lag != nil && ham != nil:
		later := ham
		if lag.pos > ham.pos {
			later = lag
		}
		l.errorf(later.pos, "both 'lagrangian' and 'hamiltonian' are given, expected one of them")
		l.kind = KindLagrangian
		if later == lag {
			l.kind = KindHamiltonian
		}
		l.root.drop(later)
	case lag != nil:
		l.kind = KindLagrangian
	case ham != nil:
		l.kind = KindHamiltonian
	case has("model") != nil || has("observations") != nil:
		l.kind = KindAction
	case has("coordinates") != nil:
		l.kind = KindLagrangian
		l.errorf(has("coordinates").pos, "[coordinates] without a Lagrangian, expected the key lagrangian = \"..\" before the first table")
	default:
		l.kind = KindBoundary
	}
}

// drop takes an entry out of a table; missing does not report it.
func (n *node) drop(e *entry) {
	n.index[e.key] = nil
	for i, k := range n.keys {
		if k == e {
			n.keys = append(n.keys[:i:i], n.keys[i+1:]...)
			return
		}
	}
}

// text returns a string value, or "".
func (l *loader) text(n *node, key string) string {
	if e := n.get(key); e != nil {
		return e.val.text
	}
	return ""
}

// tableOf returns a table of the file and where it is; nil when it is absent.
func (l *loader) tableOf(key string) (*node, int) {
	if e := l.root.get(key); e != nil {
		return e.val, e.pos
	}
	return nil, 0
}

// integer reads a whole number of at least lo; 0 when absent or wrong.
func (l *loader) integer(n *node, key string, lo float64) int {
	e := n.get(key)
	if e == nil {
		return 0
	}
	v := e.val.num
	if v != math.Trunc(v) || v < lo || v > math.MaxInt32 {
		l.errorf(e.val.pos, "'%s' is %s, expected a whole number, at least %g", key, e.val.text, lo)
		return 0
	}
	return int(v)
}

// choice reads one of several words; "" when absent or wrong.
func (l *loader) choice(n *node, key string, words ...string) string {
	e := n.get(key)
	if e == nil {
		return ""
	}
	for _, w := range words {
		if e.val.text == w {
			return w
		}
	}
	l.errorf(e.val.pos, "unknown %s '%s'%s", key, e.val.text, hint(e.val.text, words))
	return ""
}

func (l *loader) checkSet() {
	names := make([]string, 0, len(l.set))
	for name := range l.set {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		s := l.names[name]
		switch {
		case s == nil:
			l.add(&Error{File: l.file, Msg: "no constant '" + name + "' to set" + suggest(name, l.namesOf(classConstant))})
		case s.class != classConstant:
			l.add(&Error{File: l.file, Msg: "'" + name + "' is " + s.class.words() + ", only constants and fixed parameters can be set"})
		}
	}
}
