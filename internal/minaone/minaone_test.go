package minaone

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"costate/internal/problemfile"
)

// write writes files into a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// pendulum is a small problem with everything that the format has.
func pendulum() map[string]string {
	column := func(f func(i int) float64) string {
		var b strings.Builder
		for i := range 12 {
			fmt.Fprintln(&b, f(i))
		}
		return b.String()
	}
	return map[string]string{
		"equations.txt": strings.Join([]string{
			"# a pendulum with friction, pushed", "pendulum",
			"2,1,1,1,1,2",
			"omega",
			"-gain(ang, 9.81) - k1*omega + Itorque + ln(1+u1**2)*(dang-ang) + sech(ang)*0.",
			"2*(dang-ang)*(dang-ang) + (omega*3-dom)**2/4. + (dang-ang)*(dang-ang)*Itorque**2 + u1*u1",
			"# names", "ang", "omega", "u1", "k1", "dang", "dom", "Itorque",
			"gain, 2", "",
		}, "\n"),
		"myfunctions.hpp": "#include <cmath>\n// the pull\ndouble gain(double x, double g) {\n double v = 0;\n v = g*sin(x); /* pull */\n return v*1.0;\n}\n",
		"specs.txt": strings.Join([]string{
			"# layers", "4", "2", "0.2", "1", "first.dat", "ang.dat", "om.dat", "torque.dat",
			"-3, 3, 1e-2", "-9, 9, 1e1", "-1,1,0.5", "0, 2e19, 0.3, k1", "1.5, 3, 30", "",
		}, "\n"),
		"ang.dat":    column(func(i int) float64 { return math.Cos(0.1 * float64(i)) }),
		"om.dat":     column(func(i int) float64 { return -3 * math.Sin(0.1*float64(i)) }),
		"torque.dat": column(func(i int) float64 { return 0.01 * float64(i) }),
		"first.dat":  strings.Repeat("0 0\n", 11) + "0.25\n",
	}
}

func TestRead(t *testing.T) {
	dir := write(t, pendulum())
	p, err := Read(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Names, []string{"dang", "dom", "Itorque"}; !slices.Equal(got, want) {
		t.Errorf("columns %v, expected %v", got, want)
	}
	if got := p.Columns[2]; len(got) != 9 || got[0] != 0.02 || got[8] != 0.1 {
		t.Errorf("stimulus %v, expected 9 values from the third on", got)
	}
	file := filepath.Join(dir, "p.toml")
	if err := os.WriteFile(file, p.File("p.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	var csv strings.Builder
	fmt.Fprintln(&csv, "t,dang,dom,Itorque")
	for i := range 9 {
		fmt.Fprintf(&csv, "%v,%v,%v,%v\n", p.Time(i), p.Columns[0][i], p.Columns[1][i], p.Columns[2][i])
	}
	if err := os.WriteFile(filepath.Join(dir, "p.csv"), []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	q, err := problemfile.Load(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, p.File("p.csv"))
	}
	a := q.Action
	if a.Start != 0 || a.End != 0.8 || len(a.States) != 3 || len(a.Params) != 1 || a.Params[0].Guess != 0.25 {
		t.Errorf("layer [%g, %g], %d states, parameters %v", a.Start, a.End, len(a.States), a.Params)
	}
	// minAone reads step 3 of beta as that of the exponent: 0, 3, .., 27.
	if n := q.Anneal; n.Beta != 9 || math.Abs(n.Alpha-3.375) > 1e-15 || n.Layers != 4 || n.Kappa != 1 || n.OffGrid != "interpolate" || n.Convention != "minaone" {
		t.Errorf("anneal %+v", n)
	}
	if rf := q.Anneal.Rf0; rf[0] != 0.01 || rf[1] != 10 || rf[2] != freeRf {
		t.Errorf("Rf0 %v", rf)
	}
	if _, hi := a.Params[0].Bounds(); !math.IsInf(hi, 1) {
		t.Errorf("upper bound %g, expected none: Ipopt has none from 1e19 on", hi)
	}
	// The action at a path of zeros by the cost itself: u1 and both states 0.
	want, got := 0.0, 0.0
	for i := range 9 {
		d, o, s := p.Columns[0][i], p.Columns[1][i], p.Columns[2][i]
		want += 2*d*d + o*o/4 + d*d*s*s
	}
	for _, o := range a.Observations {
		m := len(o.H)
		for i := range o.Times {
			for j := range m {
				rm := o.Rm[min(j, len(o.Rm)-1)]
				if len(o.Rm) == m*len(o.Times) {
					rm = o.Rm[i*m+j]
				}
				got += rm * o.Y[i*m+j] * o.Y[i*m+j]
			}
		}
	}
	if math.Abs(got-want) > 1e-14*want {
		t.Errorf("the cost of zeros is %.15g, expected %.15g", got, want)
	}
	// The right-hand side against C's meaning of the formula.
	field, err := a.Field()
	if err != nil {
		t.Fatal(err)
	}
	dy, y := make([]float64, 3), []float64{0.7, -0.4, 0.3}
	i := 3 // t = 0.3
	field.Func(dy, p.Time(i), y, []float64{0.2})
	rhs := -9.81*math.Sin(0.7) + 0.2*0.4 + p.Columns[2][i] + math.Log(1.09)*(p.Columns[0][i]-0.7)
	if dy[0] != -0.4 || math.Abs(dy[1]-rhs) > 1e-13 || dy[2] != 0 {
		t.Errorf("right-hand side %v, expected -0.4, %.15g, 0", dy, rhs)
	}
	if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "first path") {
		t.Errorf("notes %q, expected that the first path is not taken", p.Notes)
	}
}

// TestMistakes: every mistake is named with its file and line.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		file, old, new string
		want           string
	}{
		{"equations.txt", "omega\n-gain", "omga\n-gain", "equations.txt:4:1: unknown name omga"},
		{"equations.txt", "2,1,1,1,1,2", "2,1,1", "equations.txt:3: 3 numbers, expected the 6"},
		{"equations.txt", "2,1,1,1,1,2", "x,1,1,1,1,2", "equations.txt:3: number of states is 'x', expected a whole number"},
		{"equations.txt", "gain, 2", "gain", "equations.txt:15: 'gain', expected a function"},
		{"equations.txt", "+ u1*u1", "+ u1", "equations.txt:6: the term 'u1' of the cost is no square"},
		{"equations.txt", "+ u1*u1", "+ dang*ang", "of the cost is no square"},
		{"equations.txt", "+ u1*u1", "+ (ang*dang-1)**2", "multiplies data and states"},
		{"equations.txt", "+ u1*u1", "- u1*u1", "has a weight that is not positive"},
		{"equations.txt", "\nomega\nu1", "\nang\nu1", "equations.txt:9: the name 'ang' stands twice"},
		{"equations.txt", "Itorque\ngain, 2\n", "", "the file ends where the name of stimulus 1 of 1 was expected"},
		{"myfunctions.hpp", "v = g*sin(x);", "if (x > 0) v = g;", "equations.txt:15: the function 'gain' has more than assignments"},
		{"specs.txt", "\n0.2\n", "\n-0.2\n", "specs.txt:4: the step of a layer is -0.2"},
		{"specs.txt", "\n1\nfirst", "\n7\nfirst", "specs.txt:5: the input format is 7, expected 0 .. 3"},
		{"specs.txt", "\n1\nfirst.dat", "", "specs.txt:5: 'ang.dat', expected the input format"},
		{"specs.txt", "-3, 3, 1e-2", "-3; 3; 1e-2", "specs.txt:10: '-3; 3; 1e-2' for the bounds of state 'ang', expected 3 numbers"},
		{"specs.txt", "-3, 3, 1e-2", "3, -3, 1e-2", "specs.txt:10: the bounds of state 'ang' are 3 and -3"},
		{"specs.txt", "1.5, 3, 30", "", "the file ends where alpha"},
		{"specs.txt", "om.dat", "no.dat", "specs.txt:8: no.dat: no such file"},
		{"specs.txt", "\n4\n", "\n40\n", "holds 12 numbers, expected at least 83"},
		{"om.dat", "-0", "x", "om.dat:1:1: 'x' is not a number"},
	} {
		files := pendulum()
		if !strings.Contains(files[c.file], c.old) {
			t.Fatalf("%s has no %q", c.file, c.old)
		}
		files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
		_, err := Read(write(t, files), Options{})
		var list Errors
		if !errors.As(err, &list) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: %v, expected %q", c.file, c.new, err, c.want)
		}
	}
}

// TestNotes: what is read in another way than may have been meant is said.
func TestNotes(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"specs.txt", "1e1\n", "10^8\n", "is written '10^8'; minAone reads 10 of it"},
		{"equations.txt", "- k1*omega", "- 1/2*k1*omega", "'1/2' is a quotient of whole numbers"},
		{"equations.txt", "+ u1*u1", "", "nothing in the cost holds the control 'u1'"},
		{"equations.txt", "+ u1*u1", "+ u1*u1 + dom*dom", "depends on data only"},
	} {
		files := pendulum()
		files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
		p, err := Read(write(t, files), Options{})
		if err != nil {
			t.Errorf("%q: %v", c.new, err)
		} else if !strings.Contains(strings.Join(p.Notes, "\n"), c.want) {
			t.Errorf("%q: notes %q, expected %q", c.new, p.Notes, c.want)
		}
	}
}

// TestDefine: a definition replaces what cannot be translated.
func TestDefine(t *testing.T) {
	files := pendulum()
	delete(files, "myfunctions.hpp")
	dir := write(t, files)
	if _, err := Read(dir, Options{}); err == nil || !strings.Contains(err.Error(), "--define 'gain(..) = formula'") {
		t.Errorf("%v, expected the remedy", err)
	}
	p, err := Read(dir, Options{Define: []string{"gain(x, g) = g*sin(x)"}})
	if err != nil {
		t.Fatal(err)
	}
	if text := string(p.File("p.csv")); !strings.Contains(text, "'gain(x, g)' = 'g*sin(x)'") {
		t.Errorf("no definition in\n%s", text)
	}
	for _, bad := range []string{"gain", "gain(x, g) = g*y", "gain(2) = 1"} {
		if _, err := Read(dir, Options{Define: []string{bad}}); err == nil {
			t.Errorf("--define %q is accepted", bad)
		}
	}
}

// TestSets: formats 2 and 3 have one file with a column for each state, and
// numbered sets.
func TestSets(t *testing.T) {
	files := map[string]string{
		"equations.txt": "decay\n2,0,0,1\n-aa\n-bb+cur\n(da-aa)*(da-aa)\naa\nbb\ncur\n",
		"specs.txt":     "1\n1\n0.5\n3\n10\ntxt\ninit\nobs_\ncur_\n-1,1,1\n-1,1,1\n2,1,3\n",
		"obs_4.txt":     "9 9\n1 0\n2 0\n3 0\n",
		"cur_4.txt":     "9\n5\n6\n7\n",
		"init4.txt":     "0 0\n0 0\n0 0\n0 0\n",
	}
	// With four counts there are as many data as controls.
	files["equations.txt"] = strings.Replace(files["equations.txt"], "2,0,0,1", "2,0,0,1,0,1", 1)
	files["equations.txt"] = strings.Replace(files["equations.txt"], "bb\ncur\n", "bb\nda\ncur\n", 1)
	dir := write(t, files)
	p, err := Read(dir, Options{Set: 4})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Columns[0], []float64{1, 2, 3}) || !slices.Equal(p.Columns[1], []float64{5, 6, 7}) {
		t.Errorf("columns %v", p.Columns)
	}
	if _, err := Read(dir, Options{}); err == nil || !strings.Contains(err.Error(), "--dataset") {
		t.Errorf("%v, expected that --dataset chooses", err)
	}
}
