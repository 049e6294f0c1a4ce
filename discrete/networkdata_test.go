package discrete

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"
)

// netTable reads a CSV file of numbers, the last column being labels; lines
// that begin with # or a letter are skipped.
func netTable(t testing.TB, name string) (in []float64, labels []int) {
	t.Helper()
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: Debian's python3-sklearn brings it", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	s := bufio.NewScanner(r)
	for s.Scan() {
		line := s.Text()
		if line == "" || line[0] == '#' || line[0] >= 'a' {
			continue
		}
		v := strings.Split(line, ",")
		for i, c := range v {
			x, err := strconv.ParseFloat(c, 64)
			if err != nil {
				t.Fatal(err)
			}
			if i < len(v)-1 {
				in = append(in, x)
			} else {
				labels = append(labels, int(x))
			}
		}
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return in, labels
}
