package problemfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// table is a data file: named columns of equal length.
type table struct {
	file    string
	names   []string
	columns [][]float64                    // NaN: missing
	inline  bool                           // written in the problem file
	cell    func(i, c int) (line, col int) // place of a cell; 0, 0: unknown (binary files)
}

// rows is the number of rows.
func (t *table) rows() int {
	if len(t.columns) == 0 {
		return 0
	}
	return len(t.columns[0])
}

// column returns the index of a column by its name or by its position, c0,
// c1, ..; -1 if there is none.
func (t *table) column(name string) int {
	for i, n := range t.names {
		if n == name {
			return i
		}
	}
	for i := range t.names {
		if fmt.Sprintf("c%d", i) == name {
			return i
		}
	}
	return -1
}

// place returns an error text's position prefix for a cell, such as
// "lynx.csv:7:3".
func (t *table) place(row, col int) string {
	line, c := 0, 0
	if t.cell != nil {
		line, c = t.cell(row, col)
	}
	if line == 0 {
		return fmt.Sprintf("%s, row %d", t.file, row)
	}
	return fmt.Sprintf("%s:%d:%d", t.file, line, c)
}

// maxUnpacked bounds what a compressed file may become.
const maxUnpacked = 1 << 30

func gunzip(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	if err == nil && len(out) > maxUnpacked {
		err = errors.New("more than a gigabyte when unpacked")
	}
	return out, err
}

// readTable reads a data file by its extension, unpacking one that ends in .gz. Errors of the content carry
// their place in that file.
func readTable(file string, data []byte) (*table, Errors) {
	name := strings.ToLower(path.Base(strings.ReplaceAll(file, `\`, "/")))
	if strings.HasSuffix(name, ".gz") {
		var err error
		if data, err = gunzip(data); err != nil {
			return nil, Errors{{File: file, Msg: fmt.Sprintf("not a whole .gz file: %s", err)}}
		}
		name = strings.TrimSuffix(name, ".gz")
	}
	switch path.Ext(name) {
	case ".npy":
		return readNPY(file, data)
	case ".npz":
		return readNPZ(file, data)
	default:
		return readCSV(file, data)
	}
}

// ReadColumns reads a data file as a problem file's data are read, by the
// extension of its name: named columns of equal length, NaN where a value is
// missing. The error is an Errors.
func ReadColumns(file string, data []byte) (names []string, columns [][]float64, err error) {
	t, errs := readTable(file, data)
	if errs != nil {
		return nil, nil, errs
	}
	return t.names, t.columns, nil
}

// fileTrouble says in words why a file cannot be opened.
func fileTrouble(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "file not found"
	case errors.Is(err, fs.ErrPermission):
		return "no permission to read the file"
	case errors.Is(err, fs.ErrInvalid):
		return "not a valid path inside the built-in files"
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
