package report

import "time"

// Run says how a result came about: enough to repeat it.
type Run struct {
	Command  string            `json:"command"`           // as a shell reads it
	Seed     *uint64           `json:"seed,omitempty"`    // nil: nothing random
	File     string            `json:"file,omitempty"`    // problem file, as named
	SHA256   string            `json:"sha256,omitempty"`  // of the problem file
	Versions []Version         `json:"versions"`          // of program, Go and source
	Started  time.Time         `json:"started"`           //
	Seconds  float64           `json:"seconds"`           // elapsed
	Workers  int               `json:"workers,omitempty"` // goroutines; no result depends on it
	Status   string            `json:"status"`            // "solved", or why not
	Error    string            `json:"error,omitempty"`   // what failed; "": nothing
	Warnings []string          `json:"warnings,omitempty"`
	Options  map[string]string `json:"options,omitempty"` // in force, defaults included
}

// Version is the version of one part of the program.
type Version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}
