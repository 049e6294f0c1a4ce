package main

import (
	"io"
	"time"

	"costate/internal/report"
)

// samplesPerInterval is how finely the CSV shows a mesh interval.
const samplesPerInterval = 4

// writeResult writes the whole solution and its report into the --out folder;
// failure says why it is not a solution, nil if it is.
func (e *env) writeResult(r *result, begin time.Time, tables []report.Table, failure error) error {
	folder, err := e.folder()
	if err != nil {
		return err
	}
	eq := r.problem.Equations
	rows, err := r.problem.Curves(r.solution, samplesPerInterval)
	if err != nil {
		return err
	}
	full := report.NewFull(r.solution, rows.Series, rows.Errors, r.problem.BVP.ParamNames, r.problem.File.Unit)
	write := func(name string, do func(w io.Writer) error) {
		if err == nil {
			err = folder.Write(name, do)
		}
	}
	write("solution.csv", rows.CSV)
	write("solution.npy", rows.NPY)
	write("solution.json", full.JSON)
	write("equations.txt", func(w io.Writer) error { _, err := io.WriteString(w, eq.Text()); return err })
	if err != nil {
		return err
	}
	var figures []report.Figure
	for _, picture := range solutionPictures {
		if (picture == "costates" || picture == "energy") && eq.Hamiltonian == nil {
			continue
		}
		f, err := solutionFigure(r.problem, r.solution, picture)
		if err != nil {
			return err
		}
		figures = append(figures, f)
	}
	page := e.newPage(r.problem, begin, r.solution.Status.String(), tables)
	page.Fail(failure)
	return e.save(page, figures...)
}
