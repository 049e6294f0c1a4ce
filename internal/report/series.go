package report

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"

	"github.com/sbinet/npyio/npy"
	"github.com/sbinet/npyio/npz"
	"gonum.org/v1/gonum/mat"

	"costate/ode"
)

// Series are functions of one variable at given places. Two equal neighbours
// in T are the values before and after a jump.
type Series struct {
	Label string    // name of the independent variable, such as "t"
	Names []string  // of the functions
	T     []float64 // places, in the order of the solution
	Y     []float64 // len(T)×len(Names)
}

// Row returns the values at place i, a slice of Y.
func (s Series) Row(i int) []float64 { return s.Y[i*len(s.Names) : (i+1)*len(s.Names)] }

// Column returns the values of function j, newly allocated.
func (s Series) Column(j int) []float64 {
	c := make([]float64, len(s.T))
	for i := range c {
		c[i] = s.Y[i*len(s.Names)+j]
	}
	return c
}

// Sample returns the solution at its mesh points and at parts-1 equidistant
// places inside each mesh interval; parts below 2 means the mesh points only.
// At a jump there are two rows, one for each side. names are those of the
// components; where there are too few, y1, y2, .. follow.
func Sample(s *ode.Solution, label string, names []string, parts int) Series {
	out := Series{Label: label, Names: make([]string, s.Dim)}
	for j := range out.Names {
		if out.Names[j] = fmt.Sprintf("y%d", j+1); j < len(names) {
			out.Names[j] = names[j]
		}
	}
	y := make([]float64, s.Dim)
	for i, t := range s.T {
		out.T = append(out.T, t)
		out.Y = append(out.Y, s.Node(i)...)
		if i+1 == len(s.T) || s.T[i+1] == t {
			continue
		}
		for k := 1; k < parts; k++ {
			theta := float64(k) / float64(parts)
			s.Inner.Value(y, i, theta)
			out.T = append(out.T, t+theta*(s.T[i+1]-t))
			out.Y = append(out.Y, y...)
		}
	}
	return out
}

// CSV writes a header and a row for each place; numbers read back as the same
// float64.
func (s Series) CSV(w io.Writer) error {
	cw := csv.NewWriter(w)
	record := append([]string{s.Label}, s.Names...)
	cw.Write(record)
	for i, t := range s.T {
		record[0] = FormatFloat(t)
		for j, v := range s.Row(i) {
			record[j+1] = FormatFloat(v)
		}
		cw.Write(record)
	}
	cw.Flush()
	return cw.Error()
}

// NPY writes the matrix with the columns T, Y (len(T)×(1+len(Names))) in
// NumPy's format.
func (s Series) NPY(w io.Writer) error {
	if len(s.T) == 0 {
		return npy.Write(w, []float64{})
	}
	m := mat.NewDense(len(s.T), 1+len(s.Names), nil)
	for i, t := range s.T {
		m.Set(i, 0, t)
		for j, v := range s.Row(i) {
			m.Set(i, j+1, v)
		}
	}
	b := bufio.NewWriter(w) // npyio writes number by number
	if err := npy.Write(b, m); err != nil {
		return err
	}
	return b.Flush()
}

// NPZ writes an archive with one vector for the places and one for each
// function, under their names: numpy.load("solution.npz")["x"].
func (s Series) NPZ(w io.Writer) error {
	z := npz.NewWriter(w)
	if err := z.Write(s.Label+".npy", s.T); err != nil {
		return err
	}
	for j, name := range s.Names {
		if err := z.Write(name+".npy", s.Column(j)); err != nil {
			return err
		}
	}
	return z.Close()
}
