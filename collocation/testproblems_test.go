package collocation

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"costate/internal/problemfile"
	"costate/ode"
	"costate/testdata"
)

// testProblem is a family of problems of the test set, testdata/problems/bvp.
type testProblem struct {
	id, param string
	file      *problemfile.Problem     // of the first case
	make      func(v float64) *ode.BVP // safe for concurrent calls
}

// reference holds values of a solution, from a source other than this package.
type reference struct {
	ID string
	V  float64 // of the parameter
	testdata.Case
}

// references returns those of the whole test set, in a fixed order.
func references(t testing.TB) []reference {
	t.Helper()
	var all []reference
	refs := testdata.References()
	for _, id := range slices.Sorted(maps.Keys(refs)) {
		param := parameter(refs[id].Cases)
		for _, c := range refs[id].Cases {
			all = append(all, reference{id, c.Set[param], c})
		}
	}
	return all
}

// parameter is the constant that distinguishes the cases; "" if there is one.
func parameter(cases []testdata.Case) string {
	for _, c := range cases {
		for k, v := range c.Set {
			if v != cases[0].Set[k] {
				return k
			}
		}
	}
	return ""
}

// find returns a family of the test set by name.
func find(id string) *testProblem {
	cases := testdata.References()[id].Cases
	tp := &testProblem{id: id, param: parameter(cases), file: load(id, cases[0].Set)}
	var mu sync.Mutex
	known := map[float64]*ode.BVP{}
	tp.make = func(v float64) *ode.BVP {
		mu.Lock()
		defer mu.Unlock()
		if known[v] == nil {
			set := maps.Clone(cases[0].Set)
			if tp.param != "" {
				set[tp.param] = v
			}
			e, err := load(id, set).Boundary.Derive()
			if err != nil {
				panic(fmt.Sprint(id, ": ", err))
			}
			if known[v], err = e.BVP(); err != nil {
				panic(fmt.Sprint(id, ": ", err))
			}
		}
		p := *known[v] // what a test changes stays its own
		return &p
	}
	return tp
}

// load reads a problem of the test set.
func load(id string, set map[string]float64) *problemfile.Problem {
	l := problemfile.Loader{FS: testdata.Problems(), Set: set}
	file, err := l.Load("bvp/" + id + ".toml")
	if err != nil {
		panic(fmt.Sprint(id, ": ", err))
	}
	return file
}

// family is the continuation that the file of a test problem declares.
func family(tp *testProblem, v float64) *Continuation {
	if tp.file.Continuation == nil {
		return nil
	}
	return &Continuation{From: tp.file.Continuation.From, To: v, Problem: tp.make}
}

// column returns the component of p that the references call number k.
func column(p *ode.BVP, k int) int {
	if c := slices.Index(p.Names, fmt.Sprintf("y%d", k+1)); c >= 0 {
		return c
	}
	return k
}
