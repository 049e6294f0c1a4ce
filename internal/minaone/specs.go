package minaone

import (
	"fmt"
	"math"
	"strings"
)

// interval is a line low,high,third.
type interval struct {
	at         line
	low, high  float64
	third      float64 // Rf0 of a state, first value of a control
	thirdGiven bool
}

// specs is the content of specs.txt.
type specs struct {
	layers, skip int
	step         float64 // of a layer
	stepAt       line
	format       int
	sets         int // runs per data set, 0: there is one set (formats 2 and 3)
	extension    string
	initial      line   // file of the first path; "": none
	data         []line // one file, or one for each
	stimuli      []line
	states       []interval
	controls     []interval
	params       []interval
	alpha        float64
	betaStep     int
	betas        int // beta < betas
}

func readSpecs(l *lines, e *equations) *specs {
	s := &specs{}
	integer := func(what string, least int) (int, bool) {
		at, ok := l.take("the " + what)
		if !ok {
			return 0, false
		}
		return l.integer(at, at.text, what, least)
	}
	var ok bool
	if s.layers, ok = integer("number of layers", 1); !ok {
		return s
	}
	if s.skip, ok = integer("number of data to skip", 0); !ok {
		return s
	}
	if s.stepAt, ok = l.take("the step of a layer"); !ok {
		return s
	}
	if s.step, ok = l.number(s.stepAt, s.stepAt.text, "step of a layer"); !ok {
		return s
	}
	if !(s.step > 0) {
		l.wrong(s.stepAt, "the step of a layer is %g, expected a number greater than 0", s.step)
		return s
	}
	if !s.files(l, len(e.data), len(e.stimuli)) {
		return s
	}
	s.states = s.intervals(l, e.states, "state", "Rf0")
	s.controls = s.intervals(l, e.control, "control", "first value")
	s.params = s.intervals(l, e.params, "parameter", "")
	for _, b := range s.states {
		if b.thirdGiven && !(b.third > 0) {
			l.wrong(b.at, "Rf0 is %g, expected a number greater than 0", b.third)
		}
	}
	s.ladder(l)
	return s
}

// files reads the format and the names of the files. Formats 0 and 1 have a
// file for every datum and stimulus; 2 and 3 have one for all data, with a
// column for each state, and one for all stimuli, and may have many such sets.
// Formats 1 and 3 have a file with a first path.
func (s *specs) files(l *lines, data, stimuli int) bool {
	at, ok := l.take("the input format, 0 .. 3,")
	if !ok {
		return false
	}
	if leadingInteger.FindStringSubmatch(at.text) == nil {
		l.wrong(at, "'%s', expected the input format, 0 .. 3; files of minAzero, which have none, are not read", strings.TrimSpace(at.text))
		return false
	}
	if s.format, ok = l.integer(at, at.text, "input format", 0); !ok {
		return false
	}
	if s.format > 3 {
		l.wrong(at, "the input format is %d, expected 0 .. 3", s.format)
		return false
	}
	name := func(what string) (line, bool) {
		at, ok := l.take(what)
		at.text = strings.TrimSpace(at.text)
		return at, ok
	}
	if s.format >= 2 {
		at, ok := l.take("the number of runs for each set of data")
		if !ok {
			return false
		}
		if s.sets, ok = l.integer(at, at.text, "number of runs for each set of data", 0); !ok {
			return false
		}
		ext, ok := name("the extension of data files")
		if !ok {
			return false
		}
		s.extension = ext.text
		data, stimuli = min(data, 1), min(stimuli, 1)
	}
	if s.format%2 == 1 {
		if s.initial, ok = name("the file of the first path"); !ok {
			return false
		}
	}
	for i := range data {
		at, ok := name(fmt.Sprintf("data file %d of %d", i+1, data))
		if !ok {
			return false
		}
		s.data = append(s.data, at)
	}
	for i := range stimuli {
		at, ok := name(fmt.Sprintf("stimulus file %d of %d", i+1, stimuli))
		if !ok {
			return false
		}
		s.stimuli = append(s.stimuli, at)
	}
	return true
}

// path is the name of a file as the format has it: formats 2 and 3 add the
// number of the set and the extension.
func (s *specs) path(name string, set int) string {
	if s.format < 2 {
		return name
	}
	if s.sets > 0 {
		name += fmt.Sprint(set)
	}
	return name + "." + s.extension
}

// unbounded is from where on Ipopt takes a bound for none.
const unbounded = 1e19

// intervals reads bounds; third names the third number of a line, "": there is
// none.
func (s *specs) intervals(l *lines, names []line, kind, third string) []interval {
	out := make([]interval, 0, len(names))
	for _, n := range names {
		what := fmt.Sprintf("the bounds of %s '%s'", kind, n.text)
		at, ok := l.take(what)
		if !ok {
			return out
		}
		b := interval{at: at, low: math.Inf(-1), high: math.Inf(1)}
		words := strings.Split(at.text, ",")
		want := 2
		if third != "" {
			want = 3
		}
		if len(words) < want {
			l.wrong(at, "'%s' for %s, expected %d numbers with commas", at.text, what, want)
			out = append(out, b)
			continue
		}
		lo, ok1 := l.number(at, words[0], "lower bound of '"+n.text+"'")
		hi, ok2 := l.number(at, words[1], "upper bound of '"+n.text+"'")
		if third != "" {
			b.third, b.thirdGiven = l.number(at, words[2], third+" of '"+n.text+"'")
		}
		if ok1 && ok2 && lo > hi {
			l.wrong(at, "the bounds of %s '%s' are %g and %g, expected the lower one first", kind, n.text, lo, hi)
		}
		if lo > -unbounded {
			b.low = lo
		}
		if hi < unbounded {
			b.high = hi
		}
		out = append(out, b)
	}
	return out
}

func (s *specs) ladder(l *lines) {
	at, ok := l.take("alpha, the step of beta and the number of betas")
	if !ok {
		return
	}
	words := strings.Split(at.text, ",")
	if len(words) < 3 {
		l.wrong(at, "'%s', expected alpha, the step of beta and the number of betas", at.text)
		return
	}
	if s.alpha, ok = l.number(at, words[0], "alpha"); ok && !(s.alpha > 1) {
		l.wrong(at, "alpha is %g, expected a number greater than 1", s.alpha)
	}
	s.betaStep, _ = l.integer(at, words[1], "step of beta", 1)
	s.betas, _ = l.integer(at, words[2], "number of betas", 1)
}

// rungs is how many betas there are: 0, step, .. below betas.
func (s *specs) rungs() int { return (s.betas-1)/s.betaStep + 1 }
