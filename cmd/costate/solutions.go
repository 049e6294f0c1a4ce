package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"costate/internal/report"
	"costate/internal/route"
	"costate/ode"
)

// maxSolutions is how many solutions --all-solutions looks for.
const maxSolutions = 10

// solveAll prints every solution that deflation finds.
func (s *solveFlags) solveAll(ctx context.Context, e *env, p *route.Problem) error {
	begin := time.Now()
	all, held, err := p.AllSolutions(ctx, s.Options, maxSolutions)
	if err != nil {
		return err
	}
	t := report.Table{Name: "solutions", Title: title(p.File) + ": solutions found", Header: []string{"solution", "name", "at the start", "at the end", "largest size", "error"},
		Note: report.Count(len(all), "solution") + "; deflation does not promise that there are no others."}
	bounded := slices.ContainsFunc(held, func(h []int) bool { return len(h) > 0 })
	if bounded {
		t.Header = append(t.Header, "bound")
	}
	add := func(bound string, row ...report.Cell) {
		if bounded {
			row = append(row, report.Text(bound))
		}
		t.Add(row...)
	}
	for k, sol := range all {
		first, last, size := sol.Node(0), sol.Node(len(sol.T)-1), route.Largest(sol)
		for c, name := range p.BVP.Names {
			add("", report.Int(k+1), report.Text(name), report.Number(first[c], errorOf(sol.Error, c)), report.Number(last[c], errorOf(sol.Error, c)),
				report.Number(size[c], errorOf(sol.Error, c)), sizeOf(sol.Error, c))
		}
		for c, name := range p.BVP.ParamNames {
			bound := ""
			if slices.Contains(held[k], c) {
				bound = "on its bound"
			}
			add(bound, report.Int(k+1), report.Text(name), report.Number(sol.P[c], errorOf(sol.ParamError, c)), report.Empty, report.Empty, sizeOf(sol.ParamError, c))
		}
		if e.out != "" {
			folder, err := e.folder()
			if err != nil {
				return err
			}
			rows, err := p.Curves(sol, samplesPerInterval)
			if err != nil {
				return err
			}
			if err := folder.Write(fmt.Sprintf("solution-%d.csv", k+1), rows.CSV); err != nil {
				return err
			}
		}
	}
	if e.out != "" {
		if err := e.save(e.newPage(p, begin, "finished", []report.Table{t})); err != nil {
			return err
		}
	}
	return e.print(t)
}

// sensitivities are tables of derivatives with respect to constants.
func (s *solveFlags) sensitivities(ctx context.Context, p *route.Problem, sol *ode.Solution) ([]report.Table, error) {
	d, err := p.Sensitivity(ctx, sol, s.Options, s.sensitivity)
	if err != nil {
		return nil, err
	}
	var out []report.Table
	for k, ds := range d {
		t := report.Table{Name: "sensitivity " + s.sensitivity[k], Title: "Derivative with respect to " + s.sensitivity[k],
			Header: []string{"name", "at the start", "at the end", "largest size"}}
		size := route.Largest(ds)
		for c, name := range p.BVP.Names {
			t.Add(report.Text(name), report.Value(ds.Node(0)[c]), report.Value(ds.Node(len(ds.T) - 1)[c]), report.Value(size[c]))
		}
		for c, name := range p.BVP.ParamNames {
			t.Add(report.Text(name), report.Value(ds.P[c]), report.Empty, report.Empty)
		}
		out = append(out, t)
	}
	return out, nil
}
