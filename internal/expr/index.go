package expr

import (
	"math"
)

// element reads the index of family t.
func (p *parser) element(t token) (*Expr, *Error) {
	f, ok := p.scope.Families[t.text]
	if !ok {
		if _, ok := p.scope.Names[t.text]; ok {
			return nil, p.errorAt(t, "", "%s is not a family and takes no index", t.text)
		}
		var families []string
		for name := range p.scope.Families {
			families = append(families, name)
		}
		return nil, p.unknown(t, "unknown family %s", families)
	}
	p.next() // the bracket
	at := p.peek()
	i, err := p.integer()
	if err != nil {
		return nil, err
	}
	if p.is(",") {
		return nil, p.errorAt(p.peek(), "", "%s takes one index", t.text)
	}
	if err := p.expect("]", "to close the index"); err != nil {
		return nil, err
	}
	if i < f.Lo || i > f.Hi {
		n := f.Hi - f.Lo + 1
		if !f.Cyclic || n <= 0 {
			return nil, p.errorAt(at, "", "index %d of %s is outside %d..%d", i, t.text, f.Lo, f.Hi)
		}
		i = f.Lo + ((i-f.Lo)%n+n)%n
	}
	e := f.Elem(i)
	if e == nil {
		return nil, p.errorAt(t, "", "%s[%d] is not defined", t.text, i)
	}
	return e, nil
}

// maxIndex bounds index arithmetic far below overflow.
const maxIndex = 1 << 30

// integer reads an index expression: + - * of integers, index names and names
// that stand for an integer.
func (p *parser) integer() (int, *Error) {
	at := p.peek()
	if err := p.enter(at); err != nil {
		return 0, err
	}
	defer func() { p.depth-- }()
	sum := 0
	sign := 1
	for first := true; ; first = false {
		switch {
		case p.accept("-"):
			sign = -1
		case p.accept("+"):
			sign = 1
		case !first:
			return sum, nil
		}
		prod := sign
		for {
			k, err := p.integerOperand()
			if err != nil {
				return 0, err
			}
			prod *= k
			if prod > maxIndex || prod < -maxIndex {
				return 0, p.errorAt(at, "", "the index is out of range")
			}
			if !p.accept("*") {
				break
			}
		}
		sum += prod
		if sum > maxIndex || sum < -maxIndex {
			return 0, p.errorAt(at, "", "the index is out of range")
		}
	}
}

func (p *parser) integerOperand() (int, *Error) {
	t := p.next()
	switch {
	case t.kind == tokNumber:
		if t.num != math.Trunc(t.num) || t.num > maxIndex {
			return 0, p.errorAt(t, "", "an index must be an integer, found %s", t.text)
		}
		return int(t.num), nil
	case t.kind == tokName:
		if i, ok := p.index(t.text); ok {
			if i > maxIndex || i < -maxIndex {
				return 0, p.errorAt(t, "", "the index is out of range")
			}
			return i, nil
		}
		if e, ok := p.scope.Names[t.text]; ok && e != nil {
			if v, ok := e.IsNum(); ok && v == math.Trunc(v) && math.Abs(v) <= maxIndex {
				return int(v), nil
			}
			return 0, p.errorAt(t, "", "%s is not an integer and cannot be an index", t.text)
		}
		var names []string
		for name := range p.scope.Indices {
			names = append(names, name)
		}
		for _, l := range p.local {
			names = append(names, l.name)
		}
		return 0, p.unknown(t, "unknown index %s", names)
	case t.kind == tokOp && t.text == "(":
		i, err := p.integer()
		if err != nil {
			return 0, err
		}
		return i, p.expect(")", `to close the "("`)
	case t.kind == tokOp && t.text == "-":
		if err := p.enter(t); err != nil {
			return 0, err
		}
		defer func() { p.depth-- }()
		i, err := p.integerOperand()
		return -i, err
	}
	return 0, p.errorAt(t, "", "expected an integer or an index, found %s", t.describe())
}

// bounds reads name = lo..hi.
func (p *parser) bounds() (Range, *Error) {
	t := p.next()
	if t.kind != tokName || reserved(t.text) {
		return Range{}, p.errorAt(t, "", "expected the name of an index, as in j = 1..n, found %s", t.describe())
	}
	if err := p.expect("=", "after the index, as in j = 1..n"); err != nil {
		return Range{}, err
	}
	lo, err := p.integer()
	if err != nil {
		return Range{}, err
	}
	if err := p.expect("..", "between the bounds, as in j = 1..n"); err != nil {
		return Range{}, err
	}
	hi, err := p.integer()
	return Range{Name: t.text, Lo: lo, Hi: hi}, err
}

// series reads sum(j = lo..hi, body) and prod(..). The body is read once per
// index.
func (p *parser) series(t token) (*Expr, *Error) {
	p.next() // the parenthesis
	r, err := p.bounds()
	if err != nil {
		return nil, err
	}
	if err := p.expect(",", "after the bounds"); err != nil {
		return nil, err
	}
	if r.Hi < r.Lo {
		return nil, p.errorAt(t, "", "the range %d..%d of %s is empty", r.Lo, r.Hi, r.Name)
	}
	if r.Hi-r.Lo >= maxSteps {
		return nil, p.errorAt(t, "", "the formula is too large: more than %d operands", maxSteps)
	}
	if n := r.Hi - r.Lo + 1; t.text == "prod" && n > maxFactors {
		return nil, p.errorAt(t, "", "a product of %d factors is too large, at most %d", n, maxFactors)
	}
	body := p.pos
	var parts []*Expr
	for i := r.Lo; i <= r.Hi; i++ {
		p.pos = body
		p.local = append(p.local, localIndex{r.Name, i})
		e, err := p.value()
		p.local = p.local[:len(p.local)-1]
		if err == nil {
			err = p.spend(e, t)
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	if err := p.expect(")", "to close the "+t.text); err != nil {
		return nil, err
	}
	if t.text == "sum" {
		return p.check(p.g.Add(parts...), t)
	}
	return p.check(p.g.Mul(parts...), t)
}

// Range is an index with its bounds, both included.
type Range struct {
	Name   string
	Lo, Hi int
	Cyclic bool
}

// ParseRange reads "i = 1..20" or "i = 1..20, cyclic". The error is an [*Error].
func ParseRange(src string) (Range, error) { return ParseRangeIn(src, nil) }

// ParseRangeIn is [ParseRange] with bounds that may use the indices and the
// integer constants of the scope.
func ParseRangeIn(src string, s *Scope) (Range, error) {
	p, err := newParser(nil, src, s)
	if err != nil {
		return Range{}, err
	}
	at := p.peek()
	r, perr := p.bounds()
	if perr == nil && p.accept(",") {
		r.Cyclic = p.acceptWord("cyclic")
		if !r.Cyclic {
			perr = p.errorAt(p.peek(), "", `expected "cyclic", found %s`, p.peek().describe())
		}
	}
	if perr == nil && p.peek().kind != tokEnd {
		perr = p.errorAt(p.peek(), "", "unexpected %s after the range", p.peek().describe())
	}
	if perr == nil && r.Hi < r.Lo {
		perr = p.errorAt(at, "", "the range %d..%d of %s is empty", r.Lo, r.Hi, r.Name)
	}
	if perr != nil {
		return Range{}, perr
	}
	return r, nil
}
