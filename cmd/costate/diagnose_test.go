package main

import (
	"encoding/csv"
	"strings"
	"testing"
)

// TestDiagnose: the structure of a Hamiltonian problem is judged, and that of a
// problem without a Hamiltonian said not to be.
func TestDiagnose(t *testing.T) {
	for file, want := range map[string]string{"double-well": "pass", "lynx-hare-weak": "pass", "bvp/T1": "not judged"} {
		code, stdout, stderr := runs(t, "solve", file, "--diagnose", "--format", "csv")
		if code != exitSolved {
			t.Errorf("%s: exit code %d: %s", file, code, stderr)
			continue
		}
		r := csv.NewReader(strings.NewReader(stdout))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, row := range rows {
			if len(row) >= 4 && (row[0] == "symplecticity" || row[0] == "drift of H") {
				seen++
				if row[3] != want {
					t.Errorf("%s: %s: %s, expected %s", file, row[0], row[3], want)
				}
			}
		}
		if seen != 2 {
			t.Errorf("%s: %d of 2 figures in the output", file, seen)
		}
	}
}
