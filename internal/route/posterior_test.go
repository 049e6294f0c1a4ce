package route

import (
	"context"
	"math"
	"testing"
	"testing/fstest"

	"costate/internal/problemfile"
)

// TestPosteriorOfFastStart: b falls onto a at once. Equal
// layers do not resolve that, which is no sign that the solution is no minimum;
// the width of k is that of the problem without b.
func TestPosteriorOfFastStart(t *testing.T) {
	const head = "[layer]\nstart = 0\nend = 4\n[parameters]\nk = { estimate = true, guess = 0.5, min = 0.01, max = 5 }\n[states]\n" +
		"a = { equation = '-k*a', start = 1, guess = 'exp(-0.5*t)' }\n"
	const tail = "[model]\nRf = inf\n[[observations]]\nat = [1, 2, 3, 4]\nobserve = { a = [0.61, 0.36, 0.23, 0.13] }\nsd = 0.02\n"
	posterior := func(src string) (*Posterior, float64) {
		file, err := (&problemfile.Loader{FS: fstest.MapFS{"d.toml": {Data: []byte(src)}}}).Load("d.toml")
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(file)
		if err != nil {
			t.Fatal(err)
		}
		sol, err := p.Collocate(context.Background(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return p.Posterior(context.Background(), sol), sol.P[0]
	}
	plain, k0 := posterior(head + tail)
	for _, c := range []struct {
		rate string
		off  float64 // of the width: the Hessian of an exact model loses digits with the stiffness
	}{{"1e3", 1e-4}, {"1e5", 1e-2}} {
		fast, k1 := posterior(head + "b = { equation = '" + c.rate + "*(a - b)', start = 3, guess = 'exp(-0.5*t)' }\n" + tail)
		if plain == nil || fast == nil || fast.Left || fast.Negative != 0 || len(fast.Widths) != 1 {
			t.Fatalf("rate %s: the minimum k = %v is judged %+v", c.rate, k1, fast)
		}
		if math.Abs(k1-k0) > 1e-6 || math.Abs(fast.Widths[0]/plain.Widths[0]-1) > c.off {
			t.Errorf("rate %s: k = %.8g, width %.6g; without b %.8g, %.6g", c.rate, k1, fast.Widths[0], k0, plain.Widths[0])
		}
	}
}
