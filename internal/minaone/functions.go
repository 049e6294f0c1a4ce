package minaone

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"costate/internal/expr"
)

// functionFiles are where the examples of minAone define functions.
var functionFiles = []string{"myfunctions.hpp", "myfunctions.cpp", "myfunctions.h"}

var (
	comment    = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	parameter  = regexp.MustCompile(`^(?:const\s+)?(?:double|float|Number)\s+&?\s*([A-Za-z_]\w*)$`)
	assignment = regexp.MustCompile(`^(?:(?:const\s+)?(?:double|float|Number)\s+)?([A-Za-z_]\w*)\s*=([^=].*)$`)
	returns    = regexp.MustCompile(`^return\b(.*)$`)
)

// readFunctions gives the functions that equations.txt announces their meaning:
// that of define, 'name(a, b) = formula', or that of a C++ file when its body
// consists of assignments and a return. Derivatives in that file are not
// needed.
func (f *formulas) readFunctions(in folder, e *equations, file string, define map[string]function) {
	var source, from string
	for _, name := range functionFiles {
		if b, err := os.ReadFile(in.path(name)); err == nil {
			source, from = comment.ReplaceAllString(string(b), ""), name
			break
		}
	}
	for _, c := range e.calls {
		fn, ok := define[c.name]
		var why error
		if !ok {
			fn, why = f.translate(source, from, c)
		}
		if ok && len(fn.args) != c.args {
			why = fmt.Errorf("has %d arguments in its definition, %d here", len(fn.args), c.args)
		}
		if why != nil {
			f.errorf(file, c.at.number, 0, "the function '%s' %s; --define '%s(..) = formula' gives its meaning", c.name, why, c.name)
		}
		f.functions[c.name] = fn
		if taken(c.name) {
			f.names[c.name] = c.name + "_"
		}
	}
}

// translate reads the body of a C++ function.
func (f *formulas) translate(source, file string, c call) (function, error) {
	fn := function{args: make([]string, c.args)}
	if source == "" {
		return fn, fmt.Errorf("is defined in C++, and there is no %s", functionFiles[0])
	}
	head := regexp.MustCompile(`(?s)\bdouble\s+` + c.name + `\s*\(([^)]*)\)\s*\{`)
	m := head.FindStringSubmatchIndex(source)
	if m == nil {
		return fn, fmt.Errorf("is not defined in %s", file)
	}
	values := map[string]*expr.Expr{}
	words := strings.Split(source[m[2]:m[3]], ",")
	if len(words) != c.args {
		return fn, fmt.Errorf("has %d arguments in %s, %d here", len(words), file, c.args)
	}
	for i, w := range words {
		p := parameter.FindStringSubmatch(strings.TrimSpace(w))
		if p == nil {
			return fn, fmt.Errorf("has the argument '%s' in %s, expected a double", strings.TrimSpace(w), file)
		}
		to := p[1]
		for taken(to) || f.used(to) {
			to += "_"
		}
		fn.args[i], values[p[1]] = to, f.g.Var(to)
	}
	body, _, _ := strings.Cut(source[m[1]:], "}")
	for statement := range strings.SplitSeq(body, ";") {
		statement = strings.Join(strings.Fields(statement), " ")
		formula, to := "", ""
		if r := returns.FindStringSubmatch(statement); r != nil {
			formula = r[1]
		} else if a := assignment.FindStringSubmatch(statement); a != nil {
			to, formula = a[1], a[2]
		} else if statement == "" {
			continue
		} else {
			return fn, fmt.Errorf("has more than assignments in %s: '%s'", file, statement)
		}
		if m := integerQuotient.FindString(formula); m != "" {
			f.notef("%s: '%s' in '%s' is a quotient of whole numbers, which C rounds; this program does not", file, strings.TrimSpace(m), c.name)
		}
		scope := f.scope()
		scope.Names = values
		e, err := f.g.Parse(formula, scope)
		if err != nil {
			return fn, fmt.Errorf("is in %s '%s', where %s", file, strings.TrimSpace(formula), err)
		}
		if to == "" {
			fn.body = expr.Text(e)
			return fn, nil
		}
		values[to] = e
	}
	return fn, fmt.Errorf("returns nothing in %s", file)
}

var definition = regexp.MustCompile(`^\s*([A-Za-z_]\w*)\s*\(([^)]*)\)\s*=(.*)$`)

// parseDefinitions reads 'name(a, b) = formula'.
func parseDefinitions(list []string) (map[string]function, error) {
	out := map[string]function{}
	for _, s := range list {
		m := definition.FindStringSubmatch(s)
		if m == nil {
			return nil, fmt.Errorf("'%s', expected 'name(a, b) = formula'", s)
		}
		fn := function{body: strings.TrimSpace(m[3])}
		scope := &expr.Scope{Names: map[string]*expr.Expr{}}
		g := expr.NewGraph()
		for a := range strings.SplitSeq(m[2], ",") {
			a = strings.TrimSpace(a)
			if !identifier.MatchString(a) || taken(a) {
				return nil, fmt.Errorf("'%s': '%s' cannot be the name of an argument", s, a)
			}
			fn.args = append(fn.args, a)
			scope.Names[a] = g.Var(a)
		}
		if _, err := g.Parse(fn.body, scope); err != nil {
			return nil, fmt.Errorf("'%s': %w", s, err)
		}
		out[m[1]] = fn
	}
	return out, nil
}
