package problemfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every file of testdata/errors is wrong; its messages stand beside it.
func TestErrorMessages(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	for _, file := range files {
		_, err := LoadFS(os.DirFS("testdata/errors"), filepath.Base(file))
		got := "no error\n"
		if err != nil {
			got = err.Error() + "\n"
			var list Errors
			if !errors.As(err, &list) {
				t.Errorf("%s: %T, want Errors", file, err)
			}
		}
		golden := strings.TrimSuffix(file, ".toml") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s\ngot\n%swant\n%s", file, got, want)
		}
	}
}
