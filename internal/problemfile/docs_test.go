package problemfile

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"costate/testdata"
)

const reference = "../../docs/problem-file.md"

var (
	docMarker = regexp.MustCompile(`^<!-- keys: (\w+) -->$`)
	docKey    = regexp.MustCompile("`([^`]+)`")
)

// The reference names exactly the keys that the reader knows, and the kinds of
// problem in which they have a meaning.
func TestReferenceNamesEveryKey(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]map[string]string{}
	var table map[string]string
	for _, line := range strings.Split(string(text), "\n") {
		if m := docMarker.FindStringSubmatch(line); m != nil {
			table = map[string]string{}
			name := m[1]
			if name == "top" {
				name = ""
			}
			documented[name] = table
			continue
		}
		cells := strings.Split(line, "|")
		switch {
		case len(cells) < 6:
			if table != nil && line == "" {
				table = nil
			}
		case table != nil && strings.HasPrefix(strings.TrimSpace(cells[1]), "`"):
			for _, m := range docKey.FindAllStringSubmatch(cells[1], -1) {
				table[m[1]] = strings.TrimSpace(cells[3])
			}
		}
	}
	for name, keys := range schema {
		if len(keys) == 1 && keys[0].name == "*" {
			continue // names of the user's
		}
		for _, k := range keys {
			if k.name == "*" {
				continue
			}
			in, ok := documented[name][k.name]
			if !ok {
				t.Errorf("key %q of table %q is not documented", k.name, name)
				continue
			}
			want := ""
			for _, kind := range []Kind{KindAction, KindBoundary, KindLagrangian, KindHamiltonian, KindNetwork} {
				if k.in>>uint(kind)&1 == 1 {
					want += kind.String()[:1]
				}
			}
			if in != want {
				t.Errorf("key %q of table %q: documented in %q, known in %q", k.name, name, in, want)
			}
		}
	}
	for name, keys := range documented {
		for k := range keys {
			if !slices.ContainsFunc(schema[name], func(s key) bool { return s.name == k }) {
				t.Errorf("documented key %q of table %q is not known", k, name)
			}
		}
	}
}

// Every whole problem in the reference loads.
func TestReferenceExamplesLoad(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, part := range strings.Split(string(text), "```toml\n")[1:] {
		src, _, _ := strings.Cut(part, "```")
		n++
		if _, err := LoadFS(fstest.MapFS{"p.toml": {Data: []byte(src)}}, "p.toml"); err != nil {
			t.Errorf("%v in\n%s", err, src)
		}
	}
	if n < 5 {
		t.Errorf("%d examples, want at least 5", n)
	}
}

// The reference lists every built-in file with its kind.
func TestReferenceListsTheExamples(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	every(t, func(name string) {
		if strings.Contains(name, "/") {
			return
		}
		p, err := LoadFS(testdata.Problems(), name)
		if err != nil {
			t.Error(err)
			return
		}
		if row := fmt.Sprintf("| `%s` | %s |", p.Name, p.Kind); !strings.Contains(string(text), row) {
			t.Errorf("no row %q", row)
		}
	})
}
