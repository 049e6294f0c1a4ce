package varanneal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRead reads columns of text with a stimulus, and a part of the rows.
func TestRead(t *testing.T) {
	data := file(t, "data.txt", "# t y1 y2\n0.0 9 9\n0.1 1 -4\n0.2 2 -5\n0.3 3 -6\n0.4 9 9\n")
	stimulus := file(t, "stim.txt", "0.0 0\n0.1 5\n0.2 6\n0.3 7\n0.4 0\n")
	p, err := Read(data, Options{Skip: 1, Rows: 3, Observe: []int{1}, Stimulus: stimulus})
	if err != nil {
		t.Fatal(err)
	}
	if p.Dim != 2 || p.Layers != 1 || !slices.Equal(p.Names, []string{"x1", "x2", "s1"}) {
		t.Errorf("%d components, %d layers, columns %v", p.Dim, p.Layers, p.Names)
	}
	for c, want := range [][]float64{{1, 2, 3}, {-4, -5, -6}, {5, 6, 7}} {
		if !slices.Equal(p.Columns[c], want) {
			t.Errorf("column %s: %v, expected %v", p.Names[c], p.Columns[c], want)
		}
	}
	text := string(p.File("title", "data.csv"))
	for _, want := range []string{Unwritten, "{ 'x[2]' = 'x2' }", "s1 = { data = \"data.csv\"", "start = 0.1\nend = 0.3\n", "range = [-6, 3]"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestMistakes(t *testing.T) {
	data := "0 1\n1 2\n2 3\n3 4\n4 5\n"
	for _, c := range []struct {
		text string
		o    Options
		want string
	}{
		{"0\n1\n2\n", Options{}, "1 column, expected the time"},
		{"0 1\n1 x\n2 3\n", Options{}, "'x' in column"},
		{"0 1\n2 2\n1 3\n", Options{}, "the first column holds times at equal steps"},
		{"0 1\n0 2\n0 3\n", Options{}, "the first column holds times at equal steps"},
		{data, Options{Observe: []int{1}}, "component 1 is observed, expected 0 .. 0"},
		{data, Options{Observe: []int{0, 0}}, "component 0 is observed twice"},
		{data, Options{Skip: 3}, "2 rows after 3 that are left out, expected at least 3"},
		{data, Options{Stimulus: file(t, "s.txt", "0 1\n1 2\n2.5 3\n4 4\n5.5 5\n")}, "equal steps"},
		{data, Options{Stimulus: file(t, "s.txt", "1 1\n2 2\n3 3\n4 4\n5 5\n")}, "row 0 has t = 1, expected 0"},
		{data, Options{Stimulus: file(t, "s.txt", "0 1\n1 2\n2 3\n")}, "expected 5 rows"},
	} {
		_, err := Read(file(t, "d.txt", c.text), c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q, %+v: %v, expected %q", c.text, c.o, err, c.want)
		}
	}
}
