// Package testdata holds the problem files that are at once the built-in
// examples, the tests of the commands and the benchmarks.
package testdata

import (
	"embed"
	"io/fs"
)

//go:embed problems/*.toml problems/*.csv problems/bvp/*.toml fetch/*.toml
var files embed.FS

// Problems returns the problem files with their data: lynx-hare.toml,
// lynx-hare.csv, .., and the boundary value test set in the folder bvp.
func Problems() fs.FS {
	sub, err := fs.Sub(files, "problems")
	if err != nil {
		panic(err) // the path is constant and valid
	}
	return sub
}

// Fetched returns problem files whose data are not built in: each says where
// they come from.
func Fetched() fs.FS {
	sub, err := fs.Sub(files, "fetch")
	if err != nil {
		panic(err) // the path is constant and valid
	}
	return sub
}
