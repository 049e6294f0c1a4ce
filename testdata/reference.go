package testdata

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed problems/bvp/reference.json
var reference []byte

// Reference is what is known about a problem of the boundary value test set,
// bvp/ID.toml.
type Reference struct {
	Tags  []string
	Notes string

	// Exact are formulas of the solution in the layer and the constants: of
	// the first component, or of all.
	Exact []string

	// Cases are reference values, computed in extended precision.
	Cases []Case

	// Unsolvable are values of the constants for which there is no answer;
	// Optional are those for which there may be one of several, or none in
	// double precision.
	Unsolvable, Optional []map[string]float64
}

// Case is the solution for given constants.
type Case struct {
	Set     map[string]float64 // constants; those missing are as in the file
	X       []float64
	Y       [][]float64 // at X, all components
	Unknown map[string]float64
	Branch  string  // which of two solutions
	Error   float64 // relative error of the values, estimated
	Extra   map[string]float64
}

// References returns what is known about the boundary value test set, by the
// name of the problem.
func References() map[string]Reference {
	var m map[string]Reference
	if err := json.Unmarshal(reference, &m); err != nil {
		panic(fmt.Sprintf("testdata: reference.json: %v", err))
	}
	return m
}
