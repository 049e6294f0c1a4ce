package discrete

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"costate/internal/linalg"
)

func repeat(x float64, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = x
	}
	return v
}

// twin is a window of Lorenz 96 with noise of standard deviation 1/2, seen in
// the components obs.
func twin(D, layers int, obs []int, seed uint64) (*Problem, *Annealing) {
	m := lorenz96(D)
	r := rand.New(rand.NewPCG(seed, 1))
	x := repeat(8.17, D)
	x[0] += 0.01
	rk4(&m, x, []float64{8.17}, 0, 0.01, 1000+int(seed)*50)
	h := 0.025
	pr := &Problem{Model: m, End: 2 * h * float64(layers), Layers: layers, Rf: []float64{1}}
	for n := range 2*layers + 1 {
		y := make([]float64, len(obs))
		for i, o := range obs {
			y[i] = x[o] + 0.5*r.NormFloat64()
		}
		pr.Observations = append(pr.Observations, Observation{Time: h * float64(n), Index: obs, Y: y, Rm: []float64{4}})
		rk4(&m, x, []float64{8.17}, 0, h/2, 2)
	}
	return pr, &Annealing{Seed: seed, Lower: repeat(-10, D), Upper: repeat(10, D), ParamLower: []float64{6}, ParamUpper: []float64{10}, Convention: Varanneal}
}

// same compares two ensembles bit by bit, NaN equal to NaN; the work that an
// interrupted run has done is not part of the result.
func same(t *testing.T, name string, a, b *Ensemble) {
	t.Helper()
	if len(a.Runs) != len(b.Runs) || len(a.Levels) != len(b.Levels) {
		t.Fatalf("%s: %d runs, %d levels against %d, %d", name, len(a.Runs), len(a.Levels), len(b.Runs), len(b.Levels))
	}
	for i := range a.Runs {
		x, y := a.Runs[i], b.Runs[i]
		if !reflect.DeepEqual(x.Rungs, y.Rungs) {
			t.Errorf("%s: rungs of start %d differ", name, i)
		}
		if !reflect.DeepEqual(x.Path.X, y.Path.X) || !reflect.DeepEqual(x.Path.Theta, y.Path.Theta) || !reflect.DeepEqual(x.Path.Lambda, y.Path.Lambda) {
			t.Errorf("%s: paths of start %d differ", name, i)
		}
		if math.Float64bits(x.Limit) != math.Float64bits(y.Limit) {
			t.Errorf("%s: limits of start %d: %g, %g", name, i, x.Limit, y.Limit)
		}
	}
}

// memory is a checkpoint without a disk, which cancels after some rungs.
type memory struct {
	FileCheckpoint
	left   int
	cancel func()
}

func (m *memory) Save(start int, s *State) error {
	if m.left--; m.left == 0 {
		m.cancel()
	}
	return m.FileCheckpoint.Save(start, s)
}

// The result is the same for any number of workers, and after an interrupt.
func TestReproducible(t *testing.T) {
	for _, adaptive := range []bool{false, true} {
		pr, a := twin(5, 10, []int{0, 2}, 3)
		a.Starts, a.Adaptive, a.Alpha, a.Betas, a.Rf0 = 4, adaptive, 4, 22, 1e-3
		a.Workers = 1
		one, err := a.Run(ctx, pr)
		if err != nil {
			t.Fatal(err)
		}
		a.Workers = 3
		three, err := a.Run(ctx, pr)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "3 workers", one, three)

		// Interrupted and resumed, several times, the last rungs in the
		// costate form.
		dir := t.TempDir()
		a.Workers = 1
		rounds := 0
		for ; ; rounds++ {
			c, cancel := context.WithCancel(ctx)
			a.Checkpoint = &memory{FileCheckpoint{dir}, 7, cancel}
			e, err := a.Run(c, pr)
			cancel()
			if err == nil {
				same(t, "resumed", one, e)
				break
			}
			if !errors.Is(err, context.Canceled) || e.Unfinished == 0 && rounds > 20 {
				t.Fatalf("%v, %d unfinished", err, e.Unfinished)
			}
		}
		if rounds < 3 {
			t.Errorf("interrupted %d times; the test wants more", rounds)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(left) > 0 {
			t.Errorf("temporary files left: %v", left)
		}
		// Another problem does not resume from these files, unless told to
		// start over.
		pr.Rf = []float64{2}
		a.Checkpoint = FileCheckpoint{dir}
		if _, err := a.Run(ctx, pr); !errors.Is(err, ErrCheckpointMismatch) {
			t.Errorf("error %v, want a mismatch", err)
		}
		a.Restart = true
		if _, err := a.Run(ctx, pr); err != nil {
			t.Error(err)
		}
	}
}

// A checkpoint that cannot be read is an error, not a fresh start.
func TestCheckpointDamaged(t *testing.T) {
	pr, a := twin(5, 6, []int{0, 2}, 3)
	a.Betas = 3
	dir := t.TempDir()
	a.Checkpoint = FileCheckpoint{dir}
	if _, err := a.Run(ctx, pr); err != nil {
		t.Fatal(err)
	}
	f := a.Checkpoint.(FileCheckpoint).name(0)
	b, err := os.ReadFile(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f, b[:len(b)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	var ce *CheckpointError
	if _, err := a.Run(ctx, pr); !errors.As(err, &ce) {
		t.Errorf("error %v, want a CheckpointError", err)
	}
}

// Along a branch of minima dA/d ln Rf is the model error, the action rises,
// and the model error falls like 1/Rf at the end: acceptance checks B 4, 5.
func TestEnvelope(t *testing.T) {
	pr, a := twin(5, 20, []int{0, 2, 3}, 2)
	a.Alpha, a.Betas = math.Pow(10, 0.05), 240
	a.Tolerance = 1e-13
	e, err := a.Run(ctx, pr)
	if err != nil {
		t.Fatal(err)
	}
	r := e.Runs[0]
	dl := math.Log(a.Alpha)
	checked := 0
	for i := 2; i+2 < len(r.Rungs); i++ {
		q := r.Rungs
		jump := false
		for k := i - 2; k <= i+2; k++ {
			jump = jump || q[k].Jump
		}
		if jump {
			continue
		}
		// Central difference of fourth order in ln Rf.
		d := (8*(q[i+1].Action-q[i-1].Action) - (q[i+2].Action - q[i-2].Action)) / (12 * dl)
		if math.Abs(d-q[i].Model) > 2e-4*q[i].Model+1e-11*q[i].Action {
			t.Errorf("Rf scale %.3g: dA/d ln Rf = %.8g, model error %.8g", q[i].RfScale, d, q[i].Model)
		}
		if q[i].Action < q[i-1].Action {
			t.Errorf("Rf scale %.3g: the action falls", q[i].RfScale)
		}
		checked++
	}
	if checked < 200 {
		t.Errorf("%d rungs checked; the branch jumps too often", checked)
	}
	if r.Suspect || math.Abs(r.Falling-1) > 1e-3 {
		t.Errorf("FE Rf changes by %g on the last rung", r.Falling)
	}
	last := r.Rungs[len(r.Rungs)-1]
	if d := math.Abs(r.Limit - last.Action - last.Model); d > 0.01*last.Model {
		t.Errorf("limit %.12g, action %.12g plus model error %.3g", r.Limit, last.Action, last.Model)
	}
}

// At Rf -> 0 the minimum is the data, with no measurement error: check A 1.
func TestSmallRf(t *testing.T) {
	pr, a := twin(5, 10, []int{0, 2}, 1)
	a.Rf0, a.Betas = 1e-12, 1
	e, err := a.Run(ctx, pr)
	if err != nil {
		t.Fatal(err)
	}
	p := e.Runs[0].Path
	for i, o := range pr.Observations {
		for j, c := range o.Index {
			if d := p.X[i*5+c] - o.Y[j]; math.Abs(d) > 1e-8 {
				t.Errorf("observed component %d at t = %g is off by %g", c, o.Time, d)
			}
		}
	}
	if p.Measurement > 1e-3*p.Model {
		t.Errorf("measurement error %g, model error %g", p.Measurement, p.Model)
	}
}

// With enough of the state seen all starts reach one level, whose measurement
// error is consistent with chi-square; both ladders reach it.
func TestLevels(t *testing.T) {
	for _, adaptive := range []bool{false, true} {
		pr, a := twin(5, 40, []int{0, 2, 3}, 4)
		a.Starts, a.Adaptive = 6, adaptive
		a.Solver.Covariance = true
		e, err := a.Run(ctx, pr)
		if err != nil {
			t.Fatal(err)
		}
		l := e.Levels[0]
		if l.Share < 0.5 || l.First < 0 || !l.Consistent || l.Suspect || l.Path.Negative != 0 {
			t.Errorf("adaptive %v: lowest level %+v", adaptive, l)
		}
		if l.Freedom != 3*81-6 || math.Abs(l.Reported-2*l.Action/243) > 1e-12 {
			t.Errorf("freedom %d, reported %g", l.Freedom, l.Reported)
		}
		if sd := l.Path.ThetaSD(0); !(math.Abs(l.Theta[0]-8.17) < 3*sd) || sd > 0.5 {
			t.Errorf("forcing %g +- %g, true 8.17", l.Theta[0], sd)
		}
		for _, r := range e.Runs {
			if !r.Plateau {
				t.Errorf("start %d did not reach a plateau", r.Start)
			}
		}
	}
}

// Twice the measurement error over noise draws is chi-square: its mean and
// standard deviation, fitted unknowns subtracted (check B 9).
func TestChiSquare(t *testing.T) {
	if testing.Short() {
		t.Skip("30 ensembles")
	}
	const draws = 30
	var sum, sum2, z2 float64
	free := 0
	for s := range uint64(draws) {
		pr, a := twin(5, 30, []int{0, 2, 3}, 100+s)
		a.Starts, a.Adaptive = 4, true
		e, err := a.Run(ctx, pr)
		if err != nil {
			t.Fatal(err)
		}
		l := e.Levels[0]
		free = l.Freedom
		c := 2 * l.Measurement
		sum += c
		sum2 += c * c
		z2 += l.Z * l.Z
	}
	mean := sum / draws
	sd := math.Sqrt(sum2/draws - mean*mean)
	f := float64(free)
	// The mean of 30 draws has the deviation sqrt(2 f/30); their standard
	// deviation is known to 13 %.
	if math.Abs(mean-f) > 3*math.Sqrt(2*f/draws) {
		t.Errorf("mean %.1f, want %.1f +- %.1f", mean, f, math.Sqrt(2*f/draws))
	}
	if want := math.Sqrt(2 * f); math.Abs(sd-want) > 3*0.13*want {
		t.Errorf("standard deviation %.1f, want %.1f", sd, want)
	}
}

// A start does not depend on how many others there are.
func TestStarts(t *testing.T) {
	pr, a := twin(5, 10, []int{0, 2}, 1)
	p, err := newPlan(pr)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []StartRule{StartUniform, StartIntegrate, StartSynchronise} {
		a.Start = rule
		u, v := make([]float64, p.nv), make([]float64, p.nv)
		a.start(p, u, 0)
		a.start(p, v, 1)
		if reflect.DeepEqual(u, v) {
			t.Errorf("%v: starts 0 and 1 are equal", rule)
		}
		a.start(p, v, 0)
		if !reflect.DeepEqual(u, v) || !linalg.Finite(u) {
			t.Errorf("%v: start 0 is not reproducible", rule)
		}
		if th := u[p.nx]; th < 6 || th > 10 {
			t.Errorf("%v: parameter %g outside its range", rule, th)
		}
		if rule != StartSynchronise && u[5*3+2] != pr.Observations[3].Y[1] {
			t.Errorf("%v: an observed component is not its datum", rule)
		}
	}
}

// Progress tells the action in the annealing's convention, also of rungs that
// were kept under another one.
func TestProgressConvention(t *testing.T) {
	pr, a := twin(5, 10, []int{0, 2}, 3)
	a.Betas, a.Alpha = 6, 10
	dir := t.TempDir()
	a.Checkpoint = FileCheckpoint{dir}
	for _, c := range []Convention{Varanneal, MinAone, Continuous} {
		a.Convention = c
		told := 0
		a.Progress = func(start int, r Rung) {
			want, err := c.Action(pr, r.Action)
			if err != nil || math.Abs(r.Reported-want) > 1e-14*want {
				t.Errorf("%v: action %g is reported as %g, want %g (%v)", c, r.Action, r.Reported, want, err)
			}
			told++
		}
		e, err := a.Run(ctx, pr)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range e.Runs[0].Rungs {
			a.Progress(0, r)
		}
		if told < 6 {
			t.Errorf("%d rungs told, want 6", told)
		}
	}
}
