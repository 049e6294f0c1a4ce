package discrete_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

func readIris(t testing.TB) (in []float64, labels []int) {
	t.Helper()
	text, err := os.ReadFile("../testdata/problems/iris.csv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line[0] == '#' || line[0] >= 'a' {
			continue
		}
		v := strings.Split(strings.TrimSpace(line), ",")
		for i, s := range v {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			if i < 4 {
				in = append(in, x)
			} else {
				labels = append(labels, int(x))
			}
		}
	}
	return in, labels
}
