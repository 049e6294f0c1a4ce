package problemfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// The arrays are decoded here and not by npyio, which panics on malformed
// headers and reads a file that was cut short as zeros.

// array is a numpy array of one or two dimensions, row-major.
type array struct {
	rows, cols int
	flat       bool // one dimension
	data       []float64
}

var (
	npyDescr   = regexp.MustCompile(`'descr':\s*'([^']*)'`)
	npyFortran = regexp.MustCompile(`'fortran_order':\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape':\s*\(([^)]*)\)`)
)

// decodeNPY reads the .npy format, versions 1 to 3 (NEP 1), of real and
// integer types.
func decodeNPY(data []byte) (*array, error) {
	const magic = "\x93NUMPY"
	if len(data) < 10 || string(data[:6]) != magic {
		return nil, errors.New("not a .npy file")
	}
	size, start := int(binary.LittleEndian.Uint16(data[8:])), 10
	if data[6] >= 2 {
		if len(data) < 12 {
			return nil, errors.New("the header is cut short")
		}
		size, start = int(binary.LittleEndian.Uint32(data[8:])), 12
	}
	if size > len(data)-start {
		return nil, errors.New("the header is cut short")
	}
	head, body := string(data[start:start+size]), data[start+size:]
	descr, fortran, shape := npyDescr.FindStringSubmatch(head), npyFortran.FindStringSubmatch(head), npyShape.FindStringSubmatch(head)
	if descr == nil || fortran == nil || shape == nil {
		return nil, errors.New("the header lacks descr, fortran_order or shape")
	}
	a := &array{rows: 1, cols: 1}
	dims := 0
	for _, s := range strings.Split(shape[1], ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("bad shape (%s)", shape[1])
		}
		switch dims++; dims {
		case 1:
			a.rows = int(n)
		case 2:
			a.cols = int(n)
		default:
			return nil, fmt.Errorf("shape (%s) has %d dimensions, expected 1 or 2", shape[1], dims)
		}
	}
	a.flat = dims < 2
	width, decode, err := npyType(descr[1])
	if err != nil {
		return nil, err
	}
	if n := int64(a.rows) * int64(a.cols); n*int64(width) != int64(len(body)) {
		return nil, fmt.Errorf("%d bytes of data, expected %d for shape (%s) of %s", len(body), n*int64(width), shape[1], descr[1])
	}
	a.data = make([]float64, a.rows*a.cols)
	for i := range a.data {
		k := i
		if fortran[1] == "True" {
			k = i%a.cols*a.rows + i/a.cols
		}
		a.data[i] = decode(body[k*width:])
	}
	return a, nil
}

// npyType returns the size and the decoder of an element.
func npyType(descr string) (int, func([]byte) float64, error) {
	if len(descr) < 2 {
		return 0, nil, fmt.Errorf("unknown type '%s'", descr)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	switch strings.TrimLeft(descr, "<>|=") {
	case "f8":
		return 8, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }, nil
	case "f4":
		return 4, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }, nil
	case "i8":
		return 8, func(b []byte) float64 { return float64(int64(order.Uint64(b))) }, nil
	case "i4":
		return 4, func(b []byte) float64 { return float64(int32(order.Uint32(b))) }, nil
	case "i2":
		return 2, func(b []byte) float64 { return float64(int16(order.Uint16(b))) }, nil
	case "i1":
		return 1, func(b []byte) float64 { return float64(int8(b[0])) }, nil
	case "u8":
		return 8, func(b []byte) float64 { return float64(order.Uint64(b)) }, nil
	case "u4":
		return 4, func(b []byte) float64 { return float64(order.Uint32(b)) }, nil
	case "u2":
		return 2, func(b []byte) float64 { return float64(order.Uint16(b)) }, nil
	case "u1", "b1":
		return 1, func(b []byte) float64 { return float64(b[0]) }, nil
	}
	return 0, nil, fmt.Errorf("elements of type '%s', expected real or integer numbers", descr)
}

// readNPY makes columns c0, c1, .. of an array.
func readNPY(file string, data []byte) (*table, Errors) {
	a, err := decodeNPY(data)
	if err != nil {
		return nil, Errors{{File: file, Msg: err.Error()}}
	}
	t := &table{file: file}
	for c := range a.cols {
		t.add(fmt.Sprintf("c%d", c), a, c)
	}
	return t.check()
}

// readNPZ makes columns of the arrays of an archive: an array of one dimension
// is a column with its name, one of two dimensions gives name[1], name[2], ..
func readNPZ(file string, data []byte) (*table, Errors) {
	fail := func(format string, args ...any) (*table, Errors) {
		return nil, Errors{{File: file, Msg: fmt.Sprintf(format, args...)}}
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fail("not a .npz file: %s", err)
	}
	t := &table{file: file}
	for _, f := range z.File {
		name := strings.TrimSuffix(path.Base(f.Name), ".npy")
		r, err := f.Open()
		if err != nil {
			return fail("array '%s': %s", name, err)
		}
		const limit = 1 << 30 // a small archive may unpack to anything
		b, err := io.ReadAll(io.LimitReader(r, limit+1))
		r.Close()
		if err != nil {
			return fail("array '%s': %s", name, err)
		}
		if len(b) > limit {
			return fail("array '%s' is larger than 1 GiB", name)
		}
		a, err := decodeNPY(b)
		if err != nil {
			return fail("array '%s': %s", name, err)
		}
		if t.rows() > 0 && a.rows != t.rows() {
			return fail("array '%s' has %s, expected %d as in '%s'", name, count(a.rows, "row"), t.rows(), t.names[0])
		}
		for c := range a.cols {
			if a.flat {
				t.add(name, a, c)
			} else {
				t.add(fmt.Sprintf("%s[%d]", name, c+1), a, c)
			}
		}
	}
	return t.check()
}

func (t *table) add(name string, a *array, c int) {
	col := make([]float64, a.rows)
	for i := range col {
		col[i] = a.data[i*a.cols+c]
	}
	t.names = append(t.names, name)
	t.columns = append(t.columns, col)
}

// check refuses empty tables and infinite values.
func (t *table) check() (*table, Errors) {
	if t.rows() == 0 {
		return nil, Errors{{File: t.file, Msg: "no data rows"}}
	}
	var errs Errors
	for c, col := range t.columns {
		for i, v := range col {
			if math.IsInf(v, 0) {
				errs = append(errs, &Error{File: t.file, Msg: fmt.Sprintf("row %d of column '%s' is infinite, expected a finite number, or NaN for a missing value", i, t.names[c])})
				break
			}
		}
	}
	if errs != nil {
		return nil, errs
	}
	return t, nil
}
