package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/pflag"

	"costate/internal/report"
)

func versionCommand() *command {
	return &command{
		name:    "version",
		summary: "print the version of the program, of Go and of the source",
		examples: [][2]string{
			{"costate version", "print one line"},
			{"costate version --format json", "print the same for programs"},
		},
		define: func(*pflag.FlagSet) action {
			return func(_ context.Context, e *env, _ []string) error {
				v := buildVersions()
				if report.Format(e.format) == report.Terminal {
					return e.printText(v.String() + "\n")
				}
				t := report.Table{Name: "version", Header: []string{"what", "version"}}
				t.Add(report.Text("costate"), report.Text(v.Module))
				t.Add(report.Text("go"), report.Text(v.Go))
				t.Add(report.Text("platform"), report.Text(v.Platform))
				t.Add(report.Text("revision"), report.Text(v.Revision))
				return e.print(t)
			}
		},
	}
}

// versions is what the program knows of its own origin.
type versions struct {
	Module, Go, Platform string
	Revision             string // of the source; "": unknown
}

func buildVersions() versions {
	v := versions{Module: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Module = info.Main.Version
	}
	modified := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if v.Revision != "" && modified {
		v.Revision += " (modified)"
	}
	return v
}

func (v versions) String() string {
	parts := []string{v.Go, v.Platform}
	if v.Revision != "" {
		parts = append(parts, "revision "+v.Revision)
	}
	return fmt.Sprintf("costate %s (%s)", v.Module, strings.Join(parts, ", "))
}
