package route

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// TestCheckWorkers: routes that run side by side find to the last bit what they find
// one after the other, also where formulas are built on the way: of pulses, whose
// places are looked for.
func TestCheckWorkers(t *testing.T) {
	const pulses = `[layer]
start = 0
end = 4
[parameters]
k = { estimate = true, guess = 1, min = 0.1, max = 1.2 }
[states]
x = { equation = '-k*x + exp(-abs(t - 1)/0.3) + max(0, sin(2*t))', guess = 0.5 }
[model]
Rf = 10
[[observations]]
at = [0.5, 1, 2, 3, 4]
observe = { x = [0.6, 0.9, 0.8, 0.4, 0.5] }
Rm = 4
`
	run := func(p *Problem, processors int) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		c, err := p.Check(t.Context(), CheckOptions{Last: 64})
		if err != nil {
			t.Fatal(err)
		}
		out := fmt.Sprintf("%x %x %x\n", c.Collocation.Y, c.Shooting.Y, c.Agreement)
		for _, k := range c.Certificates {
			out += fmt.Sprintf("%s %x %v %s\n", k.Name, k.Value, k.Verdict, k.Note)
		}
		for _, s := range c.Studies {
			for _, r := range s.Rows {
				out += fmt.Sprintf("%v %d %x %x %x %d\n", s.Scheme, r.Layers, r.Path.X, r.Errors, r.Noise, r.NewtonSteps)
			}
		}
		return out
	}
	for name, load := range map[string]func() *Problem{
		"lynx-hare-weak": func() *Problem { return load(t, "lynx-hare-weak", nil) },
		"pulses":         func() *Problem { return problem(t, pulses) },
	} {
		one := run(load(), 1)
		for range 2 {
			if four := run(load(), 4); four != one {
				t.Errorf("%s: with four processors\n%.2000s\nwith one\n%.2000s", name, four, one)
			}
		}
	}
}

// TestCheckInterrupted: what was finished is kept, and is no pass.
func TestCheckInterrupted(t *testing.T) {
	p := problem(t, "[layer]\nstart = 0\nend = 2\n[states]\nx = { equation = '-x', guess = 1 }\n[model]\nRf = 10\n"+
		"[[observations]]\nat = [0.5, 1, 2]\nobserve = { x = [0.6, 0.4, 0.1] }\nsd = 0.1\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := p.Check(ctx, CheckOptions{Step: func(what string) {
		if strings.HasPrefix(what, "layers") {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	last := r.Certificates[len(r.Certificates)-1]
	if len(r.Studies) == 0 || r.Passed() || last.Name != "interrupted" {
		t.Errorf("%d studies, passed %v, last certificate %q", len(r.Studies), r.Passed(), last.Name)
	}
	for _, s := range r.Studies {
		if len(s.Rows) == 0 {
			t.Errorf("%s: a study without rows", s.Scheme)
		}
	}
}
