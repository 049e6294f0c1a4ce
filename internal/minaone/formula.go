package minaone

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"costate/internal/expr"
)

// aliases are functions of SymPy and C under the names of the formula language.
var aliases = map[string]string{
	"ln": "log", "Abs": "abs", "fabs": "abs", "Max": "max", "Min": "min", "fmax": "max", "fmin": "min",
	"Heaviside": "heaviside", "Pow": "pow", "arctan": "atan", "arcsin": "asin", "arccos": "acos",
}

// composed are functions that the formula language lacks, by one argument.
var composed = map[string]string{
	"sech": "1/cosh(x)", "csch": "1/sinh(x)", "coth": "1/tanh(x)", "sec": "1/cos(x)", "csc": "1/sin(x)", "cot": "1/tan(x)",
}

// formulas translates formulas written in Python or C.
type formulas struct {
	*reporter
	g         *expr.Graph
	names     map[string]string     // names as written to those of the problem file
	vars      map[string]*expr.Expr // by the name as written
	functions map[string]function   // those of the C++ file, by name
	composed  map[string]bool       // of the composed functions, those in use
}

// function is a function of the C++ file.
type function struct {
	args []string
	body string // in the formula language; "": not translated
}

func newFormulas(r *reporter) *formulas {
	return &formulas{reporter: r, g: expr.NewGraph(), names: map[string]string{}, vars: map[string]*expr.Expr{},
		functions: map[string]function{}, composed: map[string]bool{}}
}

// declare gives a name its variable. Names that the formula language needs
// itself get an underscore.
func (f *formulas) declare(file string, at line) {
	name := at.text
	if _, twice := f.names[name]; twice {
		f.errorf(file, at.number, 0, "the name '%s' stands twice", name)
		return
	}
	to := name
	for taken(to) || f.used(to) {
		to += "_"
	}
	if to != name {
		f.notef("%s:%d: '%s' is a word of the formula language, and is called '%s'", file, at.number, name, to)
	}
	f.names[name], f.vars[name] = to, f.g.Var(to)
}

func (f *formulas) used(to string) bool {
	for _, n := range f.names {
		if n == to {
			return true
		}
	}
	return false
}

// taken tells whether the formula language or a problem file uses a name.
func taken(name string) bool {
	switch name {
	case "pi", "start", "end", "if", "sum", "prod", "integral", "dot", "inf", "nan", "and", "or", "not", "t", "true", "false":
		return true
	}
	for _, fn := range expr.Functions() {
		if fn == name {
			return true
		}
	}
	return false
}

func (f *formulas) scope() *expr.Scope {
	s := &expr.Scope{Names: map[string]*expr.Expr{}}
	for name, v := range f.vars {
		s.Names[name] = v
	}
	if s.Names["E"] == nil {
		s.Names["E"] = f.g.Call("exp", f.g.Num(1))
	}
	for name := range f.functions {
		s.Functions = append(s.Functions, name)
	}
	s.Call = func(name string, args []*expr.Expr) (*expr.Expr, bool, error) {
		if fn, ok := f.functions[name]; ok {
			if len(args) != len(fn.args) {
				return nil, true, fmt.Errorf("%s takes %d arguments, not %d", name, len(fn.args), len(args))
			}
			if fn.body == "" {
				return nil, true, fmt.Errorf("%s could not be translated", name)
			}
			inner := &expr.Scope{Names: map[string]*expr.Expr{}, Call: s.Call}
			for i, a := range fn.args {
				inner.Names[a] = args[i]
			}
			e, err := f.g.Parse(fn.body, inner)
			return e, true, err
		}
		if body, ok := composed[name]; ok {
			if len(args) != 1 {
				return nil, true, fmt.Errorf("%s takes 1 argument, not %d", name, len(args))
			}
			f.composed[name] = true
			e, err := f.g.Parse(body, &expr.Scope{Names: map[string]*expr.Expr{"x": args[0]}})
			return e, true, err
		}
		if to, ok := aliases[name]; ok {
			e, err := f.call(to, args)
			return e, true, err
		}
		return nil, false, nil
	}
	return s
}

func (f *formulas) call(name string, args []*expr.Expr) (e *expr.Expr, err error) {
	defer func() {
		if r := recover(); r != nil { // a wrong number of arguments
			err = fmt.Errorf("%v", r)
		}
	}()
	return f.g.Call(name, args...), nil
}

// parse reads a formula as it is written; a mistake is reported at its place.
func (f *formulas) parse(file string, at line) *expr.Expr {
	if m := integerQuotient.FindString(at.text); m != "" {
		f.notef("%s:%d: '%s' is a quotient of whole numbers: Python 2 and C round it, Python 3 and this program do not",
			file, at.number, strings.Trim(m, "(+-*, "))
	}
	e, err := f.g.Parse(at.text, f.scope())
	if err != nil {
		var place *expr.Error
		if errors.As(err, &place) {
			msg := place.Msg
			if place.Hint != "" {
				msg += " (" + place.Hint + ")"
			}
			f.errorf(file, at.number, place.Column, "%s", msg)
		} else {
			f.errorf(file, at.number, 0, "%s", err)
		}
		return nil
	}
	return e
}

var (
	integerQuotient = regexp.MustCompile(`(?:^|[(+\-*/,\s])\d+\s*/\s*\d+(?:$|[)+\-*/,\s])`)
	word            = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|\*\*`)
)

// text is the formula with its names and operators in the formula language;
// otherwise it stays as it was written.
func (f *formulas) text(formula string) string {
	return word.ReplaceAllStringFunc(strings.TrimSpace(formula), func(w string) string {
		switch to, known := f.names[w]; {
		case known:
			return to
		case w == "**":
			return "^"
		case w == "E":
			return "exp(1)"
		case aliases[w] != "":
			if _, own := f.functions[w]; !own {
				return aliases[w]
			}
		}
		return w
	})
}
