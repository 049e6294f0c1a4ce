package discrete

import (
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"path/filepath"
)

// Checkpoint keeps the state of every run, so that an interrupted annealing
// goes on where it was. Calls for different starts may come at the same time.
type Checkpoint interface {
	// Load returns the last saved state of a start, or nil.
	Load(start int) (*State, error)
	Save(start int, s *State) error
}

// State is a run between two rungs: all that is needed to go on exactly as
// if it had not been interrupted.
type State struct {
	Fingerprint uint64
	Rungs       []Rung
	Unknowns    []float64
	Lambda      []float64 // nil in the state form
	Mu          float64
	MuLast      float64
	Exact       bool
	Beta, Step  float64
	Tangent     []float64
	Flat        int
	Failed      int
	Done        bool
	Plateau     bool
}

// ErrCheckpointMismatch: a saved state belongs to another problem or options.
var ErrCheckpointMismatch = errors.New("the saved state belongs to another problem, seed or ladder; restart, or use another folder")

// CheckpointError is a failure to load or save a start's state.
type CheckpointError struct {
	Start int
	Err   error
}

func (e *CheckpointError) Error() string {
	return fmt.Sprintf("discrete: checkpoint of start %d: %v", e.Start, e.Err)
}
func (e *CheckpointError) Unwrap() error { return e.Err }

// FileCheckpoint keeps one file per start in a folder. A file is written
// beside its place, synchronised and renamed, so that a kill at any moment
// leaves the last rung's or this one's, whole.
type FileCheckpoint struct{ Dir string }

func (f FileCheckpoint) name(start int) string {
	return filepath.Join(f.Dir, fmt.Sprintf("start-%05d.gob", start))
}

// Load implements Checkpoint.
func (f FileCheckpoint) Load(start int) (*State, error) {
	r, err := os.Open(f.name(start))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	s := new(State)
	if err := gob.NewDecoder(r).Decode(s); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = fmt.Errorf("%s is incomplete: %w", f.name(start), err)
		}
		return nil, err
	}
	return s, nil
}

// Save implements Checkpoint.
func (f FileCheckpoint) Save(start int, s *State) error {
	if err := os.MkdirAll(f.Dir, 0o777); err != nil {
		return err
	}
	t, err := os.CreateTemp(f.Dir, "start-*.tmp")
	if err != nil {
		return err
	}
	err = gob.NewEncoder(t).Encode(s)
	if err == nil {
		err = t.Sync()
	}
	if e := t.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(t.Name(), f.name(start))
	}
	if err != nil {
		os.Remove(t.Name())
	}
	return err
}

// state describes a run between rungs.
func (l *ladder) state(m *minimiser, run *Run) *State {
	s := &State{Rungs: run.Rungs, Unknowns: m.v, Mu: m.lm.mu, MuLast: m.lm.last, Exact: m.lm.exact, Beta: l.beta, Step: l.step,
		Tangent: l.tangent, Flat: l.flat, Failed: l.failed, Done: l.done, Plateau: run.Plateau}
	if m.dual {
		s.Lambda = m.c.lam
	}
	return s
}

func (l *ladder) restore(s *State, m *minimiser, run *Run) {
	run.Rungs, run.Plateau = s.Rungs, s.Plateau
	for i := range run.Rungs {
		run.Rungs[i].Reported = l.reported * run.Rungs[i].Action // the convention may be another one
	}
	copy(m.v, s.Unknowns)
	if n := len(s.Rungs); n > 0 {
		m.scale = s.Rungs[n-1].RfScale
	}
	m.lm = damping{mu: s.Mu, nu: 2, last: s.MuLast, exact: s.Exact}
	if s.Lambda != nil {
		m.c = newCostateForm(m.p)
		copy(m.c.lam, s.Lambda)
		m.dual = true
	}
	l.beta, l.step, l.flat, l.failed, l.done = s.Beta, s.Step, s.Flat, s.Failed, s.Done
	l.tangent = s.Tangent
}

// fingerprint is a hash of the problem's numbers and of the options that the
// result depends on. The model enters through its value at one point.
func (a *Annealing) fingerprint(p *plan) uint64 {
	h := fnv.New64a()
	put := func(v ...float64) { binary.Write(h, binary.LittleEndian, v) }
	pr := p.pr
	put(float64(p.D), float64(p.P), float64(p.N), float64(pr.Rule), float64(pr.Stages), pr.Kappa)
	put(p.t...)
	put(p.rf...)
	put(p.rfMat...)
	put(p.vary...)
	put(p.lo...)
	put(p.hi...)
	put(p.fixVal...)
	for i := range p.attach {
		q := &p.attach[i]
		put(float64(q.layer), q.t, float64(q.kind))
		put(q.coef...)
		put(q.y...)
		put(q.rm...)
		for _, c := range q.idx {
			put(float64(c))
		}
	}
	if q := pr.ParamPrior; q != nil {
		put(q.Mean...)
		put(q.Precision...)
	}
	rf0, alpha, betas, plateau := a.defaults(p)
	adaptive := 0.0
	if a.Adaptive {
		adaptive = 1
	}
	put(rf0, alpha, float64(betas), plateau, adaptive, float64(a.Start), a.Tolerance, a.Gain)
	put(float64(a.Solver.Method), float64(a.Solver.Form), float64(a.Solver.Curvature), a.Solver.Tolerance, float64(a.Solver.MaxSteps))
	put(a.Lower...)
	put(a.Upper...)
	put(a.ParamLower...)
	put(a.ParamUpper...)
	binary.Write(h, binary.LittleEndian, a.Seed)
	x, f, th := make([]float64, p.D), make([]float64, p.D), make([]float64, p.P)
	for i := range x {
		x[i] = 0.3 + 0.1*math.Sin(float64(i))
	}
	for i := range th {
		th[i] = 0.7 + 0.1*math.Cos(float64(i))
	}
	p.field(f, p.t[0], x, th)
	put(f...)
	return h.Sum64()
}
