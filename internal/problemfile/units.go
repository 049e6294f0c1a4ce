package problemfile

import (
	"strconv"
	"strings"
)

// Unit returns the unit of a state, a parameter or the layer; an element x[3] has
// that of its family, a derivative x' that of x divided by that of the layer. "":
// the file does not give it.
func (p *Problem) Unit(name string) string {
	if u := p.Units[name]; u != "" {
		return u
	}
	base := name
	if i := strings.IndexAny(name, "['"); i >= 0 {
		base = name[:i]
	}
	unit := p.Units[base]
	order := strings.Count(name, "'")
	if unit == "" || order == 0 {
		return unit
	}
	layer := p.Domain().Layer
	if layer == nil || p.Units[layer.Name()] == "" {
		return ""
	}
	per := factor(p.Units[layer.Name()])
	if order > 1 {
		per += "^" + strconv.Itoa(order)
	}
	return factor(unit) + "/" + per
}

// factor puts a unit of several words or factors into parentheses.
func factor(unit string) string {
	if strings.ContainsAny(unit, "/* ") {
		return "(" + unit + ")"
	}
	return unit
}
