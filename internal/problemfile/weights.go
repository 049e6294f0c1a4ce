package problemfile

import (
	"math"
	"strconv"
)

// weights are the precisions of measurements.
type weights struct {
	rm     []float64 // m, or rows×m
	perRow bool
	matrix []float64
}

func itoa(i int) string { return strconv.Itoa(i) }

func atoi(s string) int {
	i, _ := strconv.Atoi(s) // of names made by elementName
	return i
}

func format(v float64) string { return strconv.FormatFloat(v, 'g', 10, 64) }

// weights reads Rm or sd: a number, a formula of the columns, one per observed
// quantity by its name, or (Rm) a matrix. nil: an error was reported.
func (l *loader) weights(n *node, list []observed, cols *columns, rows int) *weights {
	rm, sd := n.get("Rm"), n.get("sd")
	switch {
	case rm != nil && sd != nil:
		later := rm
		if sd.pos > rm.pos {
			later = sd
		}
		l.errorf(later.pos, "both Rm and sd are given, expected one of them: Rm = 1/sd^2")
		return nil
	case rm == nil && sd == nil:
		if n.missing("Rm") && n.missing("sd") {
			l.errorf(n.pos, "the measurements have no precision, expected Rm = .. (inverse variance) or sd = .. (standard deviation)")
		}
		return nil
	}
	e, isSD := rm, false
	if rm == nil {
		e, isSD = sd, true
	}
	m := len(list)
	if e.val.kind == listNode {
		if isSD || len(e.val.items) > 0 && e.val.items[0].kind != listNode {
			l.errorf(e.val.pos, "'%s' is a list, expected a number, a formula, a table by observed quantity, or for Rm a matrix of rows", e.key)
			return nil
		}
		matrix := l.matrix(e.val, m, "observed quantity")
		if matrix == nil {
			return nil
		}
		return &weights{matrix: matrix}
	}
	w := &weights{rm: make([]float64, m)}
	all := make([][]float64, m)
	var one []float64
	if e.val.kind == tableNode && !l.checkWeightNames(e, list) {
		return nil
	}
	for j, o := range list {
		v := e.val
		if v.kind == tableNode {
			k := v.get(o.key.key)
			if k == nil {
				k = v.get(o.name)
			}
			if k == nil {
				l.errorf(v.pos, "%s names no precision for '%s'", e.key, o.key.key)
				return nil
			}
			v = k.val
		} else if one != nil && o.at == nil {
			all[j] = one
			continue
		}
		col, varies, ok := cols.eval(v, o.at)
		if !ok {
			return nil
		}
		if !l.toPrecision(col, isSD, v, e.key, cols) {
			return nil
		}
		w.perRow = w.perRow || varies
		all[j] = col
		if o.at == nil && e.val.kind != tableNode {
			one = col
		}
	}
	if !w.perRow {
		for j := range list {
			w.rm[j] = all[j][0]
		}
		return w
	}
	w.rm = make([]float64, rows*m)
	for j, col := range all {
		for i, v := range col {
			w.rm[i*m+j] = v
		}
	}
	return w
}

// checkWeightNames reports names that are not observed.
func (l *loader) checkWeightNames(e *entry, list []observed) bool {
	known := map[string]bool{}
	names := []string{}
	for _, o := range list {
		known[o.key.key], known[o.name] = true, true
		names = append(names, o.key.key)
	}
	for _, k := range e.val.keys {
		if !known[k.key] {
			l.errorf(k.pos, "%s of '%s', which is not observed%s", e.key, k.key, hint(k.key, names))
			return false
		}
	}
	return true
}

// toPrecision checks a column of Rm or sd and turns sd into precisions. A
// missing one stays NaN where the observation is missing as well.
func (l *loader) toPrecision(col []float64, isSD bool, n *node, key string, cols *columns) bool {
	for i, v := range col {
		if v <= 0 {
			where := ""
			if n.kind == stringNode {
				where = " at " + cols.t.place(i, cols.sole(n))
				if cols.t.rows() == 1 || !cols.usesColumns(n) {
					where = ""
				}
			}
			l.errorf(n.pos, "%s is %g%s, expected a number greater than 0", key, v, where)
			return false
		}
		if math.IsNaN(v) {
			l.errorf(n.pos, "%s is missing at %s, expected a number in every row", key, cols.t.place(i, cols.sole(n)))
			return false
		}
		if isSD {
			col[i] = 1 / (v * v)
		}
	}
	return true
}
