package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/sbinet/npyio/npy"
	"github.com/sbinet/npyio/npz"
	"gonum.org/v1/gonum/mat"

	"costate/ode"
)

// linear is x' = 1, p' = -2 with a jump of p at t = 1.
type linear struct{ s *ode.Solution }

func (l linear) Value(dst []float64, i int, theta float64) {
	a, b := l.s.Node(i), l.s.Node(i+1)
	for j := range dst {
		dst[j] = a[j] + theta*(b[j]-a[j])
	}
}

func (l linear) Deriv(dst []float64, i int, theta float64) { dst[0], dst[1] = 1, -2 }

func jumping() *ode.Solution {
	s := &ode.Solution{
		Status: ode.Solved,
		Dim:    2,
		T:      []float64{0, 1, 1, 2},
		Y:      []float64{0, 0, 1, -2, 1, 5, 2, 3},
		P:      []float64{0.25},
		Error:  []float64{1e-9, math.Inf(1)},
	}
	s.Warnings = []error{errors.New("a < b")}
	s.Inner = linear{s}
	return s
}

func TestSampleKeepsBothSidesOfAJump(t *testing.T) {
	s := Sample(jumping(), "t", []string{"x"}, 2)
	if want := []float64{0, 0.5, 1, 1, 1.5, 2}; !slices.Equal(s.T, want) {
		t.Errorf("places %v, want %v", s.T, want)
	}
	if want := []float64{0, -1, -2, 5, 4, 3}; !slices.Equal(s.Column(1), want) {
		t.Errorf("p is %v, want %v", s.Column(1), want)
	}
	if want := []string{"x", "y2"}; !slices.Equal(s.Names, want) {
		t.Errorf("names %v, want %v", s.Names, want)
	}
	if got := Sample(jumping(), "t", nil, 0).T; !slices.Equal(got, []float64{0, 1, 1, 2}) {
		t.Errorf("mesh points only: %v", got)
	}
}

func TestSeriesCSVReadsBack(t *testing.T) {
	s := Series{Label: "t", Names: []string{"x", "a,b"}, T: []float64{0, 1.0 / 3}, Y: []float64{math.Pi, math.NaN(), 5e-324, math.Inf(-1)}}
	var b bytes.Buffer
	if err := s.CSV(&b); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"t", "x", "a,b"}; !slices.Equal(records[0], want) {
		t.Errorf("header %q", records[0])
	}
	for i, record := range records[1:] {
		for j, want := range append([]float64{s.T[i]}, s.Row(i)...) {
			got, err := strconv.ParseFloat(record[j], 64)
			if err != nil || got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("row %d, column %d: %q is not %v", i, j, record[j], want)
			}
		}
	}
}

func TestSeriesNumPyReadsBack(t *testing.T) {
	s := Sample(jumping(), "t", []string{"x", "p"}, 3)
	var b bytes.Buffer
	if err := s.NPY(&b); err != nil {
		t.Fatal(err)
	}
	var m mat.Dense
	if err := npy.Read(&b, &m); err != nil {
		t.Fatal(err)
	}
	if r, c := m.Dims(); r != len(s.T) || c != 3 {
		t.Fatalf("shape %d×%d", r, c)
	}
	for i := range s.T {
		if got, want := m.RawRowView(i), append([]float64{s.T[i]}, s.Row(i)...); !slices.Equal(got, want) {
			t.Errorf("row %d is %v, want %v", i, got, want)
		}
	}

	b.Reset()
	if err := s.NPZ(&b); err != nil {
		t.Fatal(err)
	}
	z, err := npz.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float64{"t.npy": s.T, "x.npy": s.Column(0), "p.npy": s.Column(1)} {
		var got []float64
		if err := z.Read(name, &got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", name, err, got, want)
		}
	}
}

func TestFullSolutionReadsBack(t *testing.T) {
	var b bytes.Buffer
	s := jumping()
	unit := func(name string) string { return map[string]string{"t": "s", "x": "m"}[name] }
	if err := NewFull(s, Sample(s, "t", []string{"x", "p"}, 0), s.Error, []string{"k"}, unit).JSON(&b); err != nil {
		t.Fatal(err)
	}
	var f Full
	if err := json.Unmarshal(b.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if f.Status != "solved" || f.Label != "t" || !slices.Equal(f.T, Numbers(s.T)) || f.Warnings[0] != "a < b" {
		t.Errorf("read back %+v", f)
	}
	if f.Unit != "s" || f.Values[0].Unit != "m" || f.Values[1].Unit != "" {
		t.Errorf("units %q, %q, %q", f.Unit, f.Values[0].Unit, f.Values[1].Unit)
	}
	if p := f.Values[1]; p.Name != "p" || !slices.Equal(p.Y, Numbers{0, -2, 5, 3}) || !math.IsInf(float64(*p.Error), 1) {
		t.Errorf("p is %+v", p)
	}
	if k := f.Params[0]; k.Name != "k" || k.Value != 0.25 || k.Error != nil {
		t.Errorf("k is %+v", k)
	}
}

func TestWriteFileIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run.json")
	write := func(text string, err error) error {
		return WriteFile(path, func(w io.Writer) error {
			io.WriteString(w, text)
			return err
		})
	}
	if err := write("first", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("disk full")
	if err := write("second", broken); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "first" {
		t.Errorf("a failed run left %q", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	// The permissions are those of a file made in the ordinary way.
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	a, _ := os.Stat(path)
	b, _ := os.Stat(plain)
	if a.Mode() != b.Mode() {
		t.Errorf("mode %v, want %v", a.Mode(), b.Mode())
	}
}

func TestFolderMakesItself(t *testing.T) {
	f, err := OpenFolder(filepath.Join(t.TempDir(), "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Write("solution.csv", Sample(jumping(), "t", nil, 0).CSV); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(f.Path, "solution.csv")); err != nil || !slices.Equal(f.Files, []string{"solution.csv"}) {
		t.Errorf("%v, files %q", err, f.Files)
	}
}
