package minaone

import (
	"fmt"
	"regexp"
	"strings"
)

// equations is the content of equations.txt, as written.
type equations struct {
	title   string
	rhs     []line
	cost    line
	states  []line
	control []line
	params  []line
	data    []line
	stimuli []line
	calls   []call
}

// call is a function that a C++ file defines.
type call struct {
	at   line
	name string
	args int
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// readEquations reads equations.txt. The order of the names is that of the
// program, controls before parameters; the guide of minAone has it the other
// way round.
func readEquations(l *lines) *equations {
	e := &equations{}
	first, ok := l.take("the name of the problem")
	if !ok {
		return e
	}
	e.title = strings.TrimSpace(first.text)
	at, ok := l.take("the numbers of states, parameters, controls, stimuli, functions and data")
	if !ok {
		return e
	}
	what := []string{"number of states", "number of parameters", "number of controls", "number of stimuli", "number of functions", "number of data"}
	words := strings.Split(at.text, ",")
	if len(words) != 4 && len(words) != 6 {
		l.wrong(at, "%d numbers, expected the 6 nY,nP,nU,nI,nF,nM, or the first 4", len(words))
		return e
	}
	var n [6]int
	for i, w := range words {
		least := 0
		if i == 0 {
			least = 1
		}
		if n[i], ok = l.integer(at, w, what[i], least); !ok {
			return e
		}
	}
	if len(words) == 4 {
		n[5] = n[2]
	}
	if content := len(l.list) - l.next; content < 2*n[0]+1 {
		l.wrong(at, "%d lines follow, expected at least %d: the equations of %d states, the cost, and the names", content, 2*n[0]+1, n[0])
		return e
	}
	take := func(count int, what string) []line {
		var out []line
		for i := range count {
			at, ok := l.take(fmt.Sprintf("%s %d of %d", what, i+1, count))
			if !ok {
				break
			}
			out = append(out, at)
		}
		return out
	}
	names := func(count int, what string) []line {
		out := take(count, what)
		for i := range out {
			out[i].text = strings.TrimSpace(out[i].text)
			if !identifier.MatchString(out[i].text) {
				l.wrong(out[i], "'%s', expected %s: letters, digits and _", out[i].text, what)
			}
		}
		return out
	}
	e.rhs = take(n[0], "the equation of state")
	e.cost, _ = l.take("the measurement term of the cost")
	e.states = names(n[0], "the name of state")
	e.control = names(n[2], "the name of control")
	e.params = names(n[1], "the name of parameter")
	e.data = names(n[5], "the name of data")
	e.stimuli = names(n[3], "the name of stimulus")
	for _, at := range take(n[4], "function") {
		name, args, ok := strings.Cut(at.text, ",")
		c := call{at: at, name: strings.TrimSpace(name)}
		if !ok || !identifier.MatchString(c.name) {
			l.wrong(at, "'%s', expected a function and its number of arguments, such as 'ghk, 1'", at.text)
			continue
		}
		if c.args, ok = l.integer(at, args, "number of arguments", 1); ok {
			e.calls = append(e.calls, c)
		}
	}
	if l.next < len(l.list) {
		l.notef("%s:%d: more lines than the second one announces; the rest is not read", l.file, l.list[l.next].number)
	}
	return e
}
