package problemfile

import (
	"fmt"
	"math"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"costate/internal/expr"
)

// columns evaluates formulas of the columns of a table. They have a graph of
// their own: a column may have the name of a state.
type columns struct {
	l     *loader
	t     *table
	g     *expr.Graph
	scope *expr.Scope
	vars  map[*expr.Expr]int // column of a symbol
}

var familyColumn = regexp.MustCompile(`^([\pL_][\pL\pN_]*)\[(\d+)\]$`)

// newColumns makes the scope of a table: column names, places c0, c1, .. or
// c[0], c[1], .., families x[1], x[2], .., and constants by their values.
func (l *loader) newColumns(t *table) *columns {
	c := &columns{l: l, t: t, g: expr.NewGraph(), vars: map[*expr.Expr]int{}}
	c.scope = &expr.Scope{Names: map[string]*expr.Expr{}, Families: map[string]expr.Family{}}
	for name, e := range l.scope.Names {
		if v, ok := l.constantValue(e); ok {
			c.scope.Names[name] = c.g.Num(v)
		}
	}
	families := map[string]map[int]*expr.Expr{}
	add := func(name string, i int) {
		v := c.g.Var(name)
		c.vars[v] = i
		c.scope.Names[name] = v
	}
	for i := range t.names {
		add("c"+strconv.Itoa(i), i)
	}
	for i, name := range t.names {
		add(name, i)
		if m := familyColumn.FindStringSubmatch(name); m != nil {
			k, err := strconv.Atoi(m[2])
			if err != nil || k > maxFamily {
				continue
			}
			if families[m[1]] == nil {
				families[m[1]] = map[int]*expr.Expr{}
			}
			families[m[1]][k] = c.scope.Names[name]
		}
	}
	if families["c"] == nil { // by place: c[0], c[1], ..
		families["c"] = map[int]*expr.Expr{}
		for i := range t.names {
			v := c.g.Var(elementName("c", i)) // c1 may be the name of another column
			c.vars[v] = i
			families["c"][i] = v
		}
	}
	for base, elems := range families {
		lo, hi := maxFamily, 0
		for k := range elems {
			lo, hi = min(lo, k), max(hi, k)
		}
		c.scope.Families[base] = expr.Family{Lo: lo, Hi: hi, Elem: func(i int) *expr.Expr {
			if e := elems[i]; e != nil {
				return e
			}
			return c.g.Var(elementName(base, i)) // a gap, reported as unknown
		}}
	}
	return c
}

// constantValue returns the value of a constant or of a formula of constants.
func (l *loader) constantValue(e *expr.Expr) (float64, bool) {
	vals := map[*expr.Expr]float64{}
	for _, v := range expr.FreeVars(e) {
		x, ok := l.values[v]
		if !ok {
			return 0, false
		}
		vals[v] = x
	}
	return expr.Eval(e, vals), true
}

// eval evaluates a formula of columns, or a number, for every row. varies tells
// whether it depends on a column. Missing cells give NaN; a value that is not
// finite though its cells are there is an error.
func (c *columns) eval(n *node, at map[string]int) (values []float64, varies, ok bool) {
	l := c.l
	rows := c.t.rows()
	if n.kind == numberNode {
		if math.IsNaN(n.num) || math.IsInf(n.num, 0) {
			l.errorf(n.pos, "%s, expected a finite number or a formula of columns", n.text)
			return nil, false, false
		}
		return constantColumn(n.num, rows), false, true
	}
	if n.kind != stringNode {
		l.errorf(n.pos, "%s, expected a formula of columns", n.kind)
		return nil, false, false
	}
	scope := *c.scope
	scope.Indices = at
	e, err := c.g.Parse(n.text, &scope)
	if err != nil {
		l.formulaError(c.explain(err), n, 0)
		return nil, false, false
	}
	c.freeze(n.text)
	free := expr.FreeVars(e)
	for _, v := range free {
		if _, ok := c.vars[v]; !ok {
			l.errorf(n.pos, "no column '%s' in %s, which has the columns %s", v.Name(), c.t.file, c.list())
			return nil, false, false
		}
	}
	tape, err := expr.Compile(free, []*expr.Expr{e})
	if err != nil {
		l.errorf(n.pos, "%s", err)
		return nil, false, false
	}
	if len(free) == 0 {
		var out [1]float64
		tape.Eval(out[:], nil)
		if math.IsNaN(out[0]) || math.IsInf(out[0], 0) {
			l.errorf(n.pos, "the formula gives %g, expected a finite number", out[0])
			return nil, false, false
		}
		return constantColumn(out[0], rows), false, true
	}
	in := make([]float64, 0, len(free)*rows)
	for _, v := range free {
		in = append(in, c.t.columns[c.vars[v]]...)
	}
	values = make([]float64, rows)
	tape.Batch(values, in, rows)
	for i, v := range values {
		missing := false
		for _, f := range free {
			missing = missing || math.IsNaN(c.t.columns[c.vars[f]][i])
		}
		if missing {
			values[i] = math.NaN()
		} else if math.IsNaN(v) || math.IsInf(v, 0) {
			l.errorf(n.pos, "the formula gives %g at %s, expected a finite number", v, c.t.place(i, c.vars[free[0]]))
			return nil, true, false
		}
	}
	return values, true, true
}

func constantColumn(v float64, rows int) []float64 {
	col := make([]float64, rows)
	for i := range col {
		col[i] = v
	}
	return col
}

// explain adds to an unknown name which columns there are.
func (c *columns) explain(err error) error {
	if fe, ok := err.(*expr.Error); ok && strings.HasPrefix(fe.Msg, "unknown") {
		out := *fe
		out.Msg += " among the columns of " + c.t.file
		if fe.Hint == "" {
			out.Hint = "expected " + c.list()
		}
		return &out
	}
	return err
}

// list names the columns, for messages.
func (c *columns) list() string {
	names := c.t.names
	if len(names) > 12 {
		return strings.Join(names[:11], ", ") + fmt.Sprintf(" and %d more", len(names)-11)
	}
	return strings.Join(names, ", ")
}

// freeze remembers that the constants in a formula of columns are used as numbers.
func (c *columns) freeze(text string) {
	for name, e := range c.l.scope.Names {
		if _, ok := c.l.constantValue(e); !ok {
			continue
		}
		if _, used := findName(text, name); used {
			c.l.value(e)
		}
	}
}

// sole returns the only column a formula depends on, for places of errors.
func (c *columns) sole(n *node) int {
	scope := *c.scope
	if e, err := c.g.Parse(n.text, &scope); err == nil {
		for _, v := range expr.FreeVars(e) {
			if i, ok := c.vars[v]; ok {
				return i
			}
		}
	}
	return 0
}

// usesColumns tells whether a formula depends on a column.
func (c *columns) usesColumns(n *node) bool {
	scope := *c.scope
	e, err := c.g.Parse(n.text, &scope)
	return err == nil && len(expr.FreeVars(e)) > 0
}

// dataTable reads the data of an observation or input: a file, or columns
// written out in the problem file.
func (l *loader) dataTable(n *node) *table {
	e := n.get("data")
	if e == nil {
		return nil
	}
	if e.val.kind == tableNode {
		return l.inlineTable(e)
	}
	t, seen := l.tables[e.val.text]
	if !seen {
		t = l.readFile(e.val)
		l.tables[e.val.text] = t
	}
	if t == nil {
		return nil
	}
	if k := n.get("columns"); k != nil {
		return l.renamed(t, k)
	}
	return t
}

func (l *loader) readFile(n *node) *table {
	data, err := l.open(n.text)
	if err != nil {
		l.errorf(n.pos, "cannot read '%s': %s", n.text, fileTrouble(err))
		return nil
	}
	l.p.DataFiles = append(l.p.DataFiles, n.text)
	l.files++
	file := n.text
	if !filepath.IsAbs(file) { // as seen from where the problem file is named
		file = path.Join(path.Dir(filepath.ToSlash(l.file)), file)
	}
	t, errs := readTable(file, data)
	for _, e := range errs {
		e.seq = l.files
		l.add(e)
	}
	return t
}

// renamed gives the columns of a table the names of the key columns.
func (l *loader) renamed(t *table, k *entry) *table {
	if len(k.val.items) != len(t.names) {
		l.errorf(k.val.pos, "columns names %d, expected %s as in %s", len(k.val.items), count(len(t.names), "column"), t.file)
		return nil
	}
	u := *t
	u.names = nil
	for _, item := range k.val.items {
		if item.kind != stringNode || item.text == "" {
			l.errorf(item.pos, "columns holds %s, expected names in quotes", item.quoted())
			return nil
		}
		for _, old := range u.names {
			if old == item.text {
				l.errorf(item.pos, "duplicate column name '%s'", item.text)
				return nil
			}
		}
		u.names = append(u.names, item.text)
	}
	return &u
}

// inlineTable makes a table of data = { t = [..], y = [..] }.
func (l *loader) inlineTable(e *entry) *table {
	t := &table{file: "the data"}
	var nodes []*node
	for _, k := range e.val.keys {
		col, ok := l.numbers(k.val, k.key)
		if !ok {
			return nil
		}
		if len(t.columns) > 0 && len(col) != t.rows() {
			l.errorf(k.val.pos, "'%s' has %s, expected %d as in '%s'", k.key, count(len(col), "number"), t.rows(), t.names[0])
			return nil
		}
		t.names = append(t.names, k.key)
		t.columns = append(t.columns, col)
		nodes = append(nodes, k.val)
	}
	if t.rows() == 0 {
		l.errorf(e.val.pos, "no data, expected columns such as { t = [0, 1], y = [1.5, 2.5] }")
		return nil
	}
	t.cell = func(i, c int) (int, int) { return l.position(nodes[c].items[i].pos) }
	t.inline = true
	return t
}

// numbers reads a list of finite numbers, nan for missing ones.
func (l *loader) numbers(n *node, what string) ([]float64, bool) {
	if n.kind != listNode {
		l.errorf(n.pos, "'%s' is %s, expected a list of numbers", what, n.kind)
		return nil, false
	}
	list := make([]float64, 0, len(n.items))
	for _, item := range n.items {
		if item.kind != numberNode || math.IsInf(item.num, 0) {
			l.errorf(item.pos, "'%s' holds %s, expected finite numbers, nan for a missing one", what, item.quoted())
			return nil, false
		}
		list = append(list, item.num)
	}
	return list, true
}
