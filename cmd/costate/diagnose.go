package main

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"

	"costate/hamiltonian"
	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

// shownMultipliers is how many eigenvalue pairs --diagnose lists.
const shownMultipliers = 10

// diagnose returns the tables of --diagnose, and whether nothing in them fails.
func (s *solveFlags) diagnose(ctx context.Context, p *route.Problem, sol *ode.Solution) (tables []report.Table, passed bool, err error) {
	tol := s.Tol
	if tol == 0 {
		tol = p.File.Solve.Tolerance
	}
	if tol == 0 {
		tol = 1e-6
	}
	d, err := p.Diagnose(ctx, sol, tol)
	if err != nil {
		return nil, false, err
	}
	t := report.Table{Name: "structure", Title: "Structure", Header: []string{"figure", "value", "bound", "verdict", "remark"}}
	passed = true
	for _, c := range d.Certificates {
		t.Add(report.Text(c.Name), figure(c.Value), figure(c.Bound), report.Text(c.Verdict.String()), report.Text(c.Note))
		passed = passed && c.Verdict != hamiltonian.Fail
	}
	tables = append(tables, t)
	if len(d.Multipliers) > 0 {
		tables = append(tables, multiplierTable(d.Multipliers))
	}
	return tables, passed, nil
}

// multiplierTable lists the eigenvalues in pairs, the largest first.
func multiplierTable(list []route.Multipliers) report.Table {
	t := report.Table{Name: "multipliers", Title: "Eigenvalues of M, states and costates",
		Header: []string{"pair", "lambda", "size", "partner", "mismatch"},
		Note:   "M is the derivative of (x, p) at the end with respect to (x, p) at the start; mismatch: |lambda partner - 1|."}
	for i, m := range list {
		if i == shownMultipliers {
			t.Note += fmt.Sprintf(" %d more pairs nearer to the unit circle are not listed.", len(list)-shownMultipliers)
			break
		}
		t.Add(report.Int(i+1), complexCell(m.Lambda), report.Value(cmplx.Abs(m.Lambda)), complexCell(m.Partner), report.Sci(m.Mismatch, 2))
	}
	return t
}

func complexCell(z complex128) report.Cell {
	if imag(z) == 0 {
		return report.Value(real(z))
	}
	sign := "+"
	if imag(z) < 0 {
		sign = "-"
	}
	return report.Textf("%.6g %s %.6gi", real(z), sign, math.Abs(imag(z)))
}
