package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"costate/hamiltonian"
	"costate/internal/expr"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/route"
)

// htmlFile is the name of the page in the folder of its run.
const htmlFile = "report.html"

func reportCommand() *command {
	return &command{
		name: "report", args: "RUN_DIR", min: 1, max: 1,
		summary: "make one HTML page of a run that was written with --out",
		long: "Every command with --out DIR keeps what a report needs in the folder: the problem file, the derived equations, tables, " +
			"pictures, the seed, versions and the command that repeats the run. This command makes one page of it that needs no network, " +
			"report.html in the same folder, or the file that --html names.",
		examples: [][2]string{
			{"costate report run", "run/report.html, of a run made by costate solve lynx-hare --out run"},
			{"costate report run --html lynx.html", "another place for the page"},
		},
		define: func(f *pflag.FlagSet) action {
			var file string
			fileVar(f, &file, "html", "`FILE` for the page; default: report.html in RUN_DIR", ".html")
			return func(_ context.Context, e *env, args []string) error {
				page, err := report.LoadPage(args[0])
				if err != nil {
					return badInput("%w", err)
				}
				if file == "" {
					file = filepath.Join(args[0], htmlFile)
				}
				if err := report.WriteFile(file, page.HTML); err != nil {
					return err
				}
				e.log.Info("wrote " + file)
				return nil
			}
		},
	}
}

// newPage begins the report of a run: the problem, its equations and how to
// repeat it.
func (e *env) newPage(p *route.Problem, begin time.Time, status string, tables []report.Table) *report.Page {
	page := e.filePage(p.File, begin, status, tables)
	page.Equations = equationsOf(p.Equations)
	return page
}

// filePage begins the report of a run without equations, such as that of a
// network.
func (e *env) filePage(f *problemfile.Problem, begin time.Time, status string, tables []report.Table) *report.Page {
	v := buildVersions()
	page := &report.Page{
		Title:       title(f),
		Description: f.Description,
		Problem:     f.Source,
		Run: report.Run{
			Command:  e.commandLine(),
			File:     f.Path,
			SHA256:   fmt.Sprintf("%x", sha256.Sum256([]byte(f.Source))),
			Versions: []report.Version{{Name: "costate", Version: v.Module}, {Name: "Go", Version: v.Go}, {Name: "platform", Version: v.Platform}},
			Started:  begin,
			Seconds:  time.Since(begin).Seconds(),
			Status:   status,
		},
	}
	if v.Revision != "" {
		page.Run.Versions = append(page.Run.Versions, report.Version{Name: "revision", Version: v.Revision})
	}
	for _, t := range tables {
		if t.Title == page.Title {
			t.Title = "Summary" // the page has the problem's title already
		}
		page.Tables = append(page.Tables, t)
	}
	for _, w := range f.Warnings {
		page.Run.Warnings = append(page.Run.Warnings, w.Error())
	}
	return page
}

// folder returns the --out folder, opened once, so that it knows all files of
// the run.
func (e *env) folder() (*report.Folder, error) {
	if e.opened == nil {
		f, err := report.OpenFolder(e.out)
		if err != nil {
			return nil, err
		}
		e.opened = f
	}
	return e.opened, nil
}

// save draws the figures into the page and writes it beside the other results.
func (e *env) save(page *report.Page, figures ...report.Figure) error {
	for _, f := range figures {
		if err := page.Add(f, ""); err != nil {
			return err
		}
	}
	folder, err := e.folder()
	if err != nil {
		return err
	}
	if err := page.Save(folder); err != nil {
		return err
	}
	if len(page.Left) > 0 {
		e.log.Warn(fmt.Sprintf("%s holds files of an earlier run too: %s", e.out, strings.Join(page.Left, ", ")))
	}
	if _, err := os.Stat(filepath.Join(e.out, htmlFile)); err == nil {
		e.log.Info(fmt.Sprintf("%s is of an earlier run: costate report %s makes it anew", filepath.Join(e.out, htmlFile), shellQuote(e.out)))
	}
	return nil
}

// saveFailure writes the report of a run that has nothing to show but its error.
func (e *env) saveFailure(p *route.Problem, begin time.Time, failure error) error {
	var input inputError
	if e.out == "" || failure == nil || errors.As(failure, &input) {
		return nil
	}
	status := "not solved"
	if errors.Is(failure, context.Canceled) {
		status = "interrupted"
	}
	page := e.newPage(p, begin, status, nil)
	page.Fail(failure)
	return e.save(page)
}

// equationsOf sets the derived equations as MathML; a network has none.
func equationsOf(eq *hamiltonian.Equations) []report.Equation {
	if eq == nil {
		return nil
	}
	const most = 400 // lines; a page of thousands is read by nobody
	var out []report.Equation
	g := eq.Graph
	for _, s := range eq.Sections() {
		for i, l := range s.Lines {
			if len(out) == most {
				return append(out, report.Equation{Name: "and so on", Text: "the rest is printed by costate derive"})
			}
			name := ""
			if i == 0 {
				name = s.Title
				if s.Note != "" {
					name += " (" + s.Note + ")"
				}
			}
			right := expr.MathML(l.Right, nil)
			left, text := right, expr.Text(l.Right)+" = 0"
			switch {
			case l.Left == "":
				right = "<mn>0</mn>"
			case l.Kick:
				left, text = expr.MathML(g.Var(l.Left), nil)+"<mo>+=</mo>", l.Left+" += "+expr.Text(l.Right)
				out = append(out, report.Equation{Name: name, MathML: "<mrow>" + left + right + "</mrow>", Text: text})
				continue
			default:
				left, text = expr.MathML(g.Var(l.Left), nil), l.Left+" = "+expr.Text(l.Right)
			}
			out = append(out, report.Equation{Name: name, MathML: "<mrow>" + left + "<mo>=</mo>" + right + "</mrow>", Text: text})
		}
	}
	return out
}

// checkPage is the report of a check, with its certificates.
func (e *env) checkPage(p *route.Problem, r *route.Findings, begin time.Time, tables []report.Table) *report.Page {
	page := e.newPage(p, begin, r.Verdict(), tables)
	for _, c := range r.Certificates {
		if c.Verdict != hamiltonian.Pass && c.Verdict != hamiltonian.Fail {
			continue
		}
		page.Certificate = append(page.Certificate, report.Certificate{
			Name: c.Name, Passed: c.Verdict == hamiltonian.Pass, Detail: fmt.Sprintf("%.2g, bound %.2g: %s", c.Value, c.Bound, c.Note),
		})
	}
	return page
}
