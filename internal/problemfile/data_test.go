package problemfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sbinet/npyio"
	"gonum.org/v1/gonum/mat"
)

// npyBytes makes an array whose bytes are 0, 1, 2, ..
func npyBytes(descr, fortran, shape string, size int) []byte {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, fortran, shape)
	head += strings.Repeat(" ", (64-(10+len(head)+1)%64)%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
	b = append(b, head...)
	for i := range size {
		b = append(b, byte(i))
	}
	return b
}

func npzBytes(t testing.TB, arrays map[string][]byte) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, data := range arrays {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestCSV(t *testing.T) {
	for _, c := range []struct {
		name, text string
		names      string
		want       [][]float64 // by row, NaN: missing
	}{
		{"plain", "t,x\n0,1\n1,2.5e-3\n", "t x", [][]float64{{0, 1}, {1, 2.5e-3}}},
		{"as written by integrate", "# costate integrate, seed 3\nt,x,y[1]\n0,1,-2\n", "t x y[1]", [][]float64{{0, 1, -2}}},
		{"spaces, comments, empty lines, CRLF", "# a\r\nt, x\r\n\r\n 0 , 1 \r\n# b\r\n1,2", "t x", [][]float64{{0, 1}, {1, 2}}},
		{"missing", "t,x\n0,\n1,NA\n2,nan\n3,.\n", "t x", [][]float64{{0, math.NaN()}, {1, math.NaN()}, {2, math.NaN()}, {3, math.NaN()}}},
		{"no header", "0,1\n1,2\n", "c0 c1", [][]float64{{0, 1}, {1, 2}}},
		{"quoted", "\"the time\",\"x\"\n\"0\",\"1\"\n", "the time|x", [][]float64{{0, 1}}},
		{"semicolon", "t;x\n0;1\n", "t x", [][]float64{{0, 1}}},
		{"tab, empty cell", "t\tx\n0\t1\n1\t\n", "t x", [][]float64{{0, 1}, {1, math.NaN()}}},
		{"one column", "x\n3\n4\n", "x", [][]float64{{3}, {4}}},
		{"byte order mark", "\xef\xbb\xbft,x\n0,1\n", "t x", [][]float64{{0, 1}}},
	} {
		tab, errs := readTable("f.csv", []byte(c.text))
		if errs != nil {
			t.Errorf("%s: %v", c.name, errs)
			continue
		}
		sep := " "
		if strings.Contains(c.names, "|") {
			sep = "|"
		}
		if got := strings.Join(tab.names, sep); got != c.names {
			t.Errorf("%s: columns %q, want %q", c.name, got, c.names)
		}
		for i, row := range c.want {
			for j, want := range row {
				if got := tab.columns[j][i]; got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
					t.Errorf("%s: row %d column %d is %g, want %g", c.name, i, j, got, want)
				}
			}
		}
		if tab.rows() != len(c.want) {
			t.Errorf("%s: %d rows, want %d", c.name, tab.rows(), len(c.want))
		}
	}
}

// What npyio writes is read back.
func TestNPY(t *testing.T) {
	for name, v := range map[string]any{
		"matrix":  mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6}),
		"float64": []float64{1, 3, 5},
		"float32": []float32{1, 3, 5},
		"int64":   []int64{1, 3, 5},
		"int32":   []int32{1, 3, 5},
		"uint8":   []uint8{1, 3, 5},
	} {
		var buf bytes.Buffer
		if err := npyio.Write(&buf, v); err != nil {
			t.Fatal(err)
		}
		tab, errs := readTable("f.npy", buf.Bytes())
		if errs != nil {
			t.Errorf("%s: %v", name, errs)
			continue
		}
		for i := range 3 {
			if tab.columns[0][i] != float64(2*i+1) {
				t.Errorf("%s: element %d is %g", name, i, tab.columns[0][i])
			}
		}
		if name == "matrix" && (len(tab.columns) != 2 || tab.columns[1][2] != 6) {
			t.Errorf("%s: columns %v", name, tab.columns)
		}
	}
}

func TestNPYFortranAndByteOrder(t *testing.T) {
	b := npyBytes(">f8", "True", "(2, 2)", 0)
	for _, v := range []float64{1, 2, 3, 4} { // columns (1, 2) and (3, 4)
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
	}
	tab, errs := readTable("f.npy", b)
	if errs != nil {
		t.Fatal(errs)
	}
	if tab.columns[0][1] != 2 || tab.columns[1][0] != 3 {
		t.Errorf("columns %v, want (1, 2), (3, 4)", tab.columns)
	}
}

func TestNPZ(t *testing.T) {
	tab, errs := readTable("f.npz", npzBytes(t, map[string][]byte{"t": npyBytes("|u1", "False", "(3,)", 3)}))
	if errs != nil {
		t.Fatal(errs)
	}
	if tab.column("t") != 0 || tab.columns[0][2] != 2 {
		t.Errorf("%v %v", tab.names, tab.columns)
	}
	tab, errs = readTable("f.npz", npzBytes(t, map[string][]byte{"x": npyBytes("|u1", "False", "(3, 2)", 6)}))
	if errs != nil {
		t.Fatal(errs)
	}
	if strings.Join(tab.names, " ") != "x[1] x[2]" || tab.columns[1][2] != 5 {
		t.Errorf("%v %v", tab.names, tab.columns)
	}
}

func TestDamagedArrays(t *testing.T) {
	good := npyBytes("<f8", "False", "(2,)", 16)
	for name, c := range map[string]struct{ file, text, want string }{
		"not npy":        {"f.npy", "hello, this is not an array", "not a .npy file"},
		"cut short":      {"f.npy", string(good[:len(good)-1]), "15 bytes of data, expected 16"},
		"header cut":     {"f.npy", string(good[:40]), "cut short"},
		"three axes":     {"f.npy", string(npyBytes("<f8", "False", "(1, 1, 1)", 8)), "3 dimensions"},
		"complex":        {"f.npy", string(npyBytes("<c16", "False", "(1,)", 16)), "'<c16'"},
		"negative":       {"f.npy", string(npyBytes("<f8", "False", "(-1,)", 0)), "bad shape"},
		"empty":          {"f.npy", string(npyBytes("<f8", "False", "(0,)", 0)), "no data rows"},
		"infinite":       {"f.npy", string(npyBytes("<f8", "False", "(1,)", 0)) + "\x00\x00\x00\x00\x00\x00\xf0\x7f", "row 0 of column 'c0' is infinite"},
		"not zip":        {"f.npz", "hello", "not a .npz file"},
		"lengths differ": {"f.npz", string(npzBytes(t, map[string][]byte{"a": npyBytes("|u1", "False", "(3,)", 3), "b": npyBytes("|u1", "False", "(2,)", 2)})), "rows, expected"},
	} {
		_, errs := readTable(c.file, []byte(c.text))
		if len(errs) == 0 || !strings.Contains(errs.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, errs, c.want)
		}
	}
}
