package problemfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"costate/testdata"
)

// No input makes the reader panic, and what it refuses has a place.
func FuzzLoad(f *testing.F) {
	every(f, func(name string) {
		src, err := fs.ReadFile(testdata.Problems(), name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, []byte("t,x,year,hare,lynx\n0,1,1900,2,3\n1,2,1901,,4\n"))
	})
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, []byte("0;1\n2;nan\n"))
	}
	f.Fuzz(func(t *testing.T, src, data []byte) {
		open := func(name string) ([]byte, error) {
			if strings.HasPrefix(name, "missing") {
				return nil, fs.ErrNotExist
			}
			return data, nil
		}
		p, err := load("fuzz.toml", src, open, nil, false)
		if err == nil && p.Kind == KindNetwork {
			n := p.Network
			if len(n.Net.Widths) < 2 || n.Train.M < 1 || len(n.RmIn) == 0 || len(n.RmOut) == 0 {
				t.Fatalf("accepted without layers, pairs or precisions: %+v", n)
			}
			return
		}
		if err == nil {
			if p.Domain().Layer == nil || !(p.Domain().Start < p.Domain().End) {
				t.Fatalf("accepted without a layer: %v", p.Domain())
			}
			return
		}
		var list Errors
		if !errors.As(err, &list) || len(list) == 0 {
			t.Fatalf("error of type %T", err)
		}
		lines := strings.Count(string(src), "\n") + 1
		for _, e := range list {
			if e.Msg == "" || e.File == "fuzz.toml" && e.Line > lines {
				t.Fatalf("error without a place: %+v", e)
			}
		}
	})
}

// The same for the data readers.
func FuzzData(f *testing.F) {
	f.Add("a.csv", []byte("# c\nt;x\n1;2\n\"3\";NA\n"))
	f.Add("a.npy", npyBytes("<f8", "False", "(2, 2)", 32))
	f.Add("a.npy", npyBytes("|u1", "True", "(3,)", 3))
	f.Add("a.npz", npzBytes(f, map[string][]byte{"t": npyBytes("<f4", "False", "(2,)", 8)}))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		tab, errs := readTable(name, data)
		if (tab == nil) == (len(errs) == 0) {
			t.Fatalf("table %v, errors %v", tab, errs)
		}
		if tab != nil {
			for c := range tab.columns {
				if len(tab.columns[c]) != tab.rows() || tab.rows() == 0 {
					t.Fatal("columns of different length")
				}
				tab.place(tab.rows()-1, c)
			}
		}
	})
}

func loadText(t *testing.T, src string, files map[string]string) (*Problem, error) {
	t.Helper()
	m := fstest.MapFS{"p.toml": {Data: []byte(src)}}
	for name, s := range files {
		m[name] = &fstest.MapFile{Data: []byte(s)}
	}
	return LoadFS(m, "p.toml")
}
