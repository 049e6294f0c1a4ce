package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"costate/internal/problemfile"
	"costate/internal/report"
	"costate/testdata"
)

func examplesCommand() *command {
	return &command{
		name: "examples", args: "[NAME]", max: 1,
		summary: "list the built-in problem files, show one, or write it with its data",
		long: "Without a name: the list. With a name: the text of that file. With a name and --out DIR: the file and its data " +
			"are written into the folder, to be changed there.",
		examples: [][2]string{
			{"costate examples", "list what there is"},
			{"costate examples lynx-hare", "show a file that explains the format"},
			{"costate examples lynx-hare --out mine", "write it and its data into the folder mine"},
		},
		words: exampleNames,
		define: func(f *pflag.FlagSet) action {
			var force bool
			forceVar(f, &force)
			return func(_ context.Context, e *env, args []string) error {
				if len(args) == 0 {
					return e.listExamples()
				}
				file := exampleFile(args[0])
				if file == "" {
					if src, err := fs.ReadFile(testdata.Fetched(), strings.TrimSuffix(args[0], ".toml")+".toml"); err == nil {
						return e.fetchedExample(force, strings.TrimSuffix(args[0], ".toml")+".toml", src)
					}
					return badInput("there is no built-in problem %q%s; costate examples lists them", args[0], didYouMean(args[0], exampleNames()))
				}
				if e.out != "" {
					return e.writeExample(force, file)
				}
				src, err := fs.ReadFile(testdata.Problems(), file)
				if err != nil {
					return err
				}
				return e.printText(string(src))
			}
		},
	}
}

// fetchedExample shows or writes a file whose data are not built in.
func (e *env) fetchedExample(force bool, name string, src []byte) error {
	if e.out == "" {
		return e.printText(string(src))
	}
	folder, err := openForInput(e.out, force, name)
	if err != nil {
		return err
	}
	err = folder.Write(name, func(w io.Writer) error {
		_, err := w.Write(src)
		return err
	})
	if err == nil {
		e.log.Info(fmt.Sprintf("wrote %s; its first lines say where its data come from", filepath.Join(e.out, name)))
	}
	return err
}

func (e *env) listExamples() error {
	t := report.Table{Name: "examples", Header: []string{"name", "kind", "title"}}
	for _, name := range exampleNames() {
		p, err := problemfile.LoadFS(testdata.Problems(), exampleFile(name))
		if err != nil {
			return err
		}
		t.Add(report.Text(name), report.Text(p.Kind.String()), report.Text(p.Title))
	}
	t.Note = "costate examples NAME shows one; a built-in name stands for its file in every command. costate examples digits --out DIR writes one whose data must be fetched."
	return e.print(t)
}

func (e *env) writeExample(force bool, file string) error {
	p, err := problemfile.LoadFS(testdata.Problems(), file)
	if err != nil {
		return err
	}
	names := append([]string{path.Base(file)}, p.DataFiles...)
	folder, err := openForInput(e.out, force, names...)
	if err != nil {
		return err
	}
	for _, f := range names {
		src, err := fs.ReadFile(testdata.Problems(), path.Join(path.Dir(file), f))
		if err != nil {
			return err
		}
		err = folder.Write(filepath.FromSlash(f), func(w io.Writer) error {
			_, err := w.Write(src)
			return err
		})
		if err != nil {
			return err
		}
		e.log.Info(fmt.Sprintf("wrote %s", filepath.Join(e.out, filepath.FromSlash(f))))
	}
	return nil
}
