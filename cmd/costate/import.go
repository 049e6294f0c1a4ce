package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"costate/internal/minaone"
	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/internal/varanneal"
)

func importCommand() *command {
	return &command{
		name: "import", args: "FORMAT PATH", min: 2, max: 2,
		summary: "make a problem file of what minAone or varanneal reads",
		long: "minaone: PATH is a folder with equations.txt, specs.txt and the data files that specs.txt names. varanneal: PATH is a data " +
			"file, npy or text, of rows t, y_1, y_2, ..; its model is a Python function, which --equation replaces.\n\n" +
			"The problem file and the data as CSV are written into the --out folder, or the present one; comments in the file say " +
			"where each part comes from. The ladder, the weights of the residuals and the normalisation of printed actions are those of " +
			"the program, so that the action levels can be compared. What is not translated is reported.",
		examples: [][2]string{
			{"costate import minaone Lorenz96 --out l96", "then: costate anneal l96/lorenz96.toml"},
			{"costate import varanneal data.npy --observe 0,2,4 --equation 'x[i-1]*(x[i+1] - x[i-2]) - x[i] + k' --parameter k=6:10", "with the model of Lorenz 96"},
		},
		words: func() []string { return []string{"minaone", "varanneal"} },
		define: func(f *pflag.FlagSet) action {
			var i importFlags
			i.define(f)
			return i.run
		},
	}
}

// importFlags are the flags of import.
type importFlags struct {
	flags *pflag.FlagSet
	name  string
	force bool

	minaone   minaone.Options
	varanneal varanneal.Options
	observe   string
	params    []string
}

func (i *importFlags) define(f *pflag.FlagSet) {
	i.flags = f
	f.StringVar(&i.name, "name", "", "`NAME` of the files, without extension; default: that of the problem or the data")
	forceVar(f, &i.force)
	integerVar(f, &i.minaone.Set, "dataset", 0, 1000000, "minaone: number of the data set, where there are several")
	f.StringArrayVar(&i.minaone.Define, "define", nil, "minaone: what a function of C++ is, as `'NAME(a, b) = FORMULA'`; may be given several times")
	f.StringVar(&i.observe, "observe", "", "varanneal: `COMPONENTS` that are measured, counted from 0, such as 0,2,4; default: all")
	f.StringVar(&i.varanneal.Equation, "equation", "", "varanneal: right-hand side of component x[i] as a `FORMULA`; indices wrap around")
	f.StringArrayVar(&i.params, "parameter", nil, "varanneal: a parameter to be found and where its starts lie, as `NAME=LOW:HIGH`; may be given several times")
	numberVar(f, &i.varanneal.Deviance, "sd", 0, 1e300, "varanneal: standard deviation of the noise; 0: not known, 1 is written")
	fileVar(f, &i.varanneal.Stimulus, "stimulus", "varanneal: `FILE` of rows t, s_1, s_2, ..", ".npy", ".txt", ".dat", ".csv")
	integerVar(f, &i.varanneal.Skip, "skip", 0, 1000000000, "varanneal: rows to leave out at the beginning")
	integerVar(f, &i.varanneal.Rows, "rows", 0, 1000000000, "varanneal: rows to use; 0: all that follow")
}

// foreign are the flags that belong to one format only.
var foreign = map[string][]string{
	"minaone":   {"observe", "equation", "parameter", "sd", "stimulus", "skip", "rows"},
	"varanneal": {"dataset", "define"},
}

func (i *importFlags) run(_ context.Context, e *env, args []string) error {
	format, path := args[0], args[1]
	others, ok := foreign[format]
	if !ok {
		return badInput("import %s: want minaone or varanneal%s", shellQuote(format), didYouMean(format, []string{"minaone", "varanneal"}))
	}
	for _, name := range others {
		if i.flags.Changed(name) {
			return badInput("--%s is not of import %s", name, format)
		}
	}
	if format == "minaone" {
		return i.minAone(e, path)
	}
	return i.varAnneal(e, path)
}

func (i *importFlags) minAone(e *env, dir string) error {
	p, err := minaone.Read(dir, i.minaone)
	var listed minaone.Errors
	switch {
	case errors.As(err, &listed):
		return badFile(err)
	case err != nil:
		return badInput("%w", err)
	}
	data := report.Series{Label: "t", Names: p.Names}
	for k := range 2*p.Layers + 1 {
		data.T = append(data.T, p.Time(k))
		for _, c := range p.Columns {
			data.Y = append(data.Y, c[k])
		}
	}
	name := i.name
	if name == "" {
		name = fileName(p.Title)
	}
	text := p.File(name+".csv", "Made by "+e.commandLine(), "of equations.txt and specs.txt in "+dir+", and the data that they name.")
	t := report.Table{Name: "import", Title: p.Title + ", of minAone", Header: []string{"quantity", "value"}}
	t.Add(report.Text("states"), report.Int(p.States))
	if p.Controls > 0 {
		t.Add(report.Text("controls, as states"), report.Int(p.Controls))
	}
	t.Add(report.Text("parameters"), report.Int(p.Params))
	t.Add(report.Text("measured quantities"), report.Int(p.Observed))
	t.Add(report.Text("layers"), report.Textf("%d of %g", p.Layers, p.Step))
	t.Add(report.Text("rungs"), report.Int(p.Rungs))
	if len(data.Names) == 0 {
		return badInput("%s: there are no data", dir)
	}
	return i.write(e, name, text, data, t, p.Notes, true)
}

func (i *importFlags) varAnneal(e *env, file string) error {
	o := i.varanneal
	if i.observe != "" {
		for w := range strings.SplitSeq(i.observe, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(w))
			if err != nil {
				return badInput("--observe %s: want whole numbers with commas, such as 0,2,4", shellQuote(i.observe))
			}
			o.Observe = append(o.Observe, n)
		}
	}
	for _, s := range i.params {
		q, err := varanneal.ParseParam(s, parseNumber)
		if err != nil {
			return badInput("--parameter %s: %w", shellQuote(s), err)
		}
		o.Params = append(o.Params, q)
	}
	p, err := varanneal.Read(file, o)
	var listed problemfile.Errors
	switch {
	case errors.As(err, &listed):
		return badFile(err)
	case err != nil:
		return badInput("%w", err)
	}
	data := report.Series{Label: "t", Names: p.Names, T: p.T}
	for k := range p.T {
		for _, c := range p.Columns {
			data.Y = append(data.Y, c[k])
		}
	}
	name := i.name
	title := fileName(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)))
	if name == "" {
		name = title
	}
	text := p.File(title, name+".csv", "Made by "+e.commandLine(), "of the data in "+file+".")
	t := report.Table{Name: "import", Title: title + ", of varanneal", Header: []string{"quantity", "value"}}
	t.Add(report.Text("states"), report.Int(p.Dim))
	t.Add(report.Text("parameters"), report.Int(len(o.Params)))
	t.Add(report.Text("measured quantities"), report.Int(len(p.Observe)))
	t.Add(report.Text("layers"), report.Textf("%d of %.6g", p.Layers, p.T[2]-p.T[0]))
	notes := p.Notes
	if o.Equation == "" {
		notes = append(notes, fmt.Sprintf("%s.toml: the equation is to be written, in place of %s", name, varanneal.Unwritten))
	}
	return i.write(e, name, text, data, t, notes, o.Equation != "")
}

// write writes the problem file and its data, reads them back if they should be
// complete, and prints what was done.
func (i *importFlags) write(e *env, name string, text []byte, data report.Series, t report.Table, notes []string, complete bool) error {
	dir := e.out
	if dir == "" {
		dir = "."
	}
	problem, table := filepath.Join(dir, name+".toml"), filepath.Join(dir, name+".csv")
	folder, err := openForInput(dir, i.force, name+".csv", name+".toml")
	if err != nil {
		return err
	}
	if err := folder.Write(name+".csv", data.CSV); err != nil {
		return err
	}
	err = folder.Write(name+".toml", func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range notes {
		e.log.Warn(n)
	}
	t.Add(report.Text("problem file"), report.Text(problem))
	t.Add(report.Text("data"), report.Textf("%s, %d rows", table, len(data.T)))
	if complete {
		back, err := problemfile.Load(problem)
		if err != nil {
			return badFile(err)
		}
		for _, w := range back.Warnings {
			e.log.Warn(w.Error())
		}
	}
	return e.print(t)
}

// fileName makes a file's name of a title.
func fileName(title string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, strings.TrimSpace(title))
	if strings.Trim(name, "-") == "" {
		return "problem"
	}
	return name
}
