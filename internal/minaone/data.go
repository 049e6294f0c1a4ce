package minaone

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// folder is where the input files are.
type folder string

// path is the place of a file that specs.txt names.
func (d folder) path(name string) string {
	name = filepath.FromSlash(strings.ReplaceAll(name, `\`, "/"))
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(string(d), name)
}

// numbers reads count numbers that stand in a file of an input folder after the
// first skip, separated by white space, as C's fscanf does. at is the line that
// names the file.
func (r *reporter) numbers(in folder, specs string, at line, name string, skip, count int, each string) []float64 {
	file := in.path(name)
	b, err := os.ReadFile(file)
	if err != nil {
		why := err
		var p *fs.PathError
		if errors.As(err, &p) {
			why = p.Err
		}
		r.errorf(specs, at.number, 0, "%s: %s", name, why)
		return nil
	}
	out := make([]float64, 0, count)
	seen, number := 0, 0
	for l := range strings.Lines(string(b)) {
		number++
		for w := range strings.FieldsSeq(l) {
			if len(out) == count {
				return out
			}
			v, err := strconv.ParseFloat(w, 64)
			if err != nil || strings.ContainsAny(w, "_xXpPiI") {
				col := strings.Index(l, w) + 1
				r.errorf(file, number, col, "'%s' is not a number, expected numbers separated by white space", w)
				return nil
			}
			if seen++; seen > skip {
				out = append(out, v)
			}
		}
	}
	if len(out) < count {
		r.errorf(specs, at.number, 0, "%s holds %d numbers, expected at least %d: %s", name, seen, skip+count, each)
		return nil
	}
	return out
}
