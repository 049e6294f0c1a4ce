// Package problemfile reads problem files: TOML files that give a model,
// measurements and conditions, from which package hamiltonian derives
// equations. It checks everything that can be checked without solving, reports
// all errors of a file at once with line and column, and reads the data files
// that a problem names.
//
// The format is described in docs/problem-file.md; the table in schema.go is
// what the reader accepts.
package problemfile
