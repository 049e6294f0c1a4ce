package route

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"costate/discrete"
	"costate/internal/report"
	"costate/ode"
)

// networkCheckpoint keeps finished starts of an annealing in a folder. A nil
// one keeps nothing.
type networkCheckpoint struct {
	dir string
	key string
}

// storedStart is a start as it is written; errors are their texts.
type storedStart struct {
	Key      string
	Index    int
	Rungs    []discrete.NetworkRung
	Status   ode.Status
	Rf       float64
	Weights  []float64
	Paths    []float64
	Action   discrete.NetworkAction
	Gradient float64
	Counts   [2]int
	Damping  float64
	Method   discrete.NetworkMethod
	FitErr   string
	Err      string
	Warnings []string
}

// checkpoint opens the folder of an annealing. It is an error wrapping
// discrete.ErrCheckpointMismatch if the folder holds starts of another one.
func (n *Network) checkpoint(dir string, a discrete.NetworkAnnealing, restart bool) (*networkCheckpoint, error) {
	h := sha256.New()
	fmt.Fprintln(h, n.File.Source, a.Seed, a.Rf0, a.Alpha, a.Betas, a.Plateau, a.Strong, a.Normalisation, a.OwnPaths, a.Low, a.High, a.Redraws, a.LBFGS != nil, a.Solver.Tol, a.Solver.MaxIter)
	fmt.Fprintln(h, n.Train.In, n.Train.Out, n.Spec.RmIn, n.Spec.RmOut, n.Spec.Weights, n.Net.Widths)
	c := &networkCheckpoint{dir: dir, key: fmt.Sprintf("%x", h.Sum(nil))}
	files, err := filepath.Glob(filepath.Join(dir, "start-*.gob"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if restart {
			if err := os.Remove(f); err != nil {
				return nil, err
			}
			continue
		}
		s, err := readStart(f)
		if err != nil {
			return nil, err
		}
		if s.Key != c.key {
			return nil, fmt.Errorf("%w: %s is of another problem or of other settings", discrete.ErrCheckpointMismatch, f)
		}
	}
	return c, nil
}

func (c *networkCheckpoint) file(i int) string {
	return filepath.Join(c.dir, fmt.Sprintf("start-%04d.gob", i+1))
}

func readStart(file string) (*storedStart, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var s storedStart
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&s); err != nil {
		return nil, fmt.Errorf("%s is not a start of an annealing: %w", file, err)
	}
	return &s, nil
}

func (c *networkCheckpoint) load(i int) (discrete.NetworkStart, bool) {
	if c == nil {
		return discrete.NetworkStart{}, false
	}
	s, err := readStart(c.file(i))
	if err != nil { // not there: checkpoint has read those that are
		return discrete.NetworkStart{}, false
	}
	fit := &discrete.NetworkFit{Status: s.Status, Err: textError(s.FitErr), Rf: s.Rf, Weights: s.Weights, Paths: s.Paths, Action: s.Action,
		Gradient: s.Gradient, Iterations: s.Counts[0], Evaluations: s.Counts[1], Damping: s.Damping, Method: s.Method}
	st := discrete.NetworkStart{Index: s.Index, Rungs: s.Rungs, Fit: fit, Err: textError(s.Err)}
	for _, w := range s.Warnings {
		st.Warnings = append(st.Warnings, errors.New(w))
	}
	return st, true
}

func (c *networkCheckpoint) save(i int, st *discrete.NetworkStart) error {
	if c == nil {
		return nil
	}
	f := st.Fit
	s := storedStart{Key: c.key, Index: st.Index, Rungs: st.Rungs, Status: f.Status, Rf: f.Rf, Weights: f.Weights, Paths: f.Paths, Action: f.Action,
		Gradient: f.Gradient, Counts: [2]int{f.Iterations, f.Evaluations}, Damping: f.Damping, Method: f.Method, FitErr: errorText(f.Err), Err: errorText(st.Err)}
	for _, w := range st.Warnings {
		s.Warnings = append(s.Warnings, w.Error())
	}
	err := report.WriteFile(c.file(i), func(w io.Writer) error { return gob.NewEncoder(w).Encode(s) })
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder for checkpoints is gone: %w", err)
	}
	return err
}

func textError(s string) error {
	if s == "" {
		return nil
	}
	return errors.New(s)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
