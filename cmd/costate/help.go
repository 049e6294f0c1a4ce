package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

func helpCommand() *command {
	return &command{
		name:    "help",
		args:    "[COMMAND]",
		max:     1,
		summary: "explain the program, or one command with its flags and examples",
		examples: [][2]string{
			{"costate help completion", "explain how to complete commands in a shell"},
		},
		words: commandNames,
		define: func(*pflag.FlagSet) action {
			return func(_ context.Context, e *env, args []string) error {
				if len(args) == 0 {
					return e.printOverview()
				}
				c := find(args[0])
				if c == nil {
					return badInput("unknown command %q%s; costate help lists the commands", args[0], didYouMean(args[0], commandNames()))
				}
				return e.printHelp(c)
			}
		},
	}
}

const description = "costate derives and solves the boundary value problems of continuous-layer learning and data assimilation. " +
	"A model is written once, in a problem file; the equations for its states and costates are derived from it and solved by " +
	"collocation, by shooting and by discrete layers, and the routes check each other."

// overview is the text of "costate help".
func overview(width int) string {
	var b strings.Builder
	b.WriteString("Usage: costate COMMAND [arguments] [flags]\n\nCommands:\n")
	column := 0
	for _, c := range commands() {
		column = max(column, len(c.name+" "+c.args))
	}
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-*s  %s\n", column, strings.TrimSpace(c.name+" "+c.args), c.summary)
	}
	b.WriteString("\nFlags of all commands:\n")
	global := newFlagSet("costate")
	new(env).define(global)
	b.WriteString(flagUsages(global, width))
	b.WriteString("\ncostate help COMMAND explains a command, with examples.\n" +
		"Exit codes: 0 solved; 1 not solved, or a check failed; 2 bad flags or file; 130 interrupted.\n")
	return b.String()
}

func (e *env) printOverview() error {
	return e.printText(wrapText(description, helpWidth(e)) + "\n\n" + overview(helpWidth(e)))
}

// flagColumn is where the explanations of flags start. A longer flag has its
// explanation on the next line: pflag's own layout would move all of them
// to the right of the longest.
const flagColumn = 24

// flagUsages lists flags with their values, explanations and defaults.
func flagUsages(f *pflag.FlagSet, width int) string {
	var b strings.Builder
	f.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		head := "  --" + f.Name + " "
		if value != "" && f.NoOptDefVal == "" {
			head += value + " "
		}
		if d := f.DefValue; d != "" && d != "0" && d != "false" && d != "[]" {
			usage += " (default " + d + ")"
		}
		indent := strings.Repeat(" ", flagColumn)
		if len(head) <= flagColumn {
			head += indent[len(head):]
		} else {
			head = strings.TrimRight(head, " ") + "\n" + indent
		}
		text := wrapText(usage, max(width-flagColumn, 24))
		b.WriteString(head + strings.ReplaceAll(text, "\n", "\n"+indent) + "\n")
	})
	return b.String()
}

// helpWidth is the width to which help is wrapped: the terminal's, but not more
// than is comfortable to read.
func helpWidth(e *env) int {
	if w := terminalWidth(e.stdout); w > 0 {
		return min(w, 100)
	}
	return 80
}

// printHelp writes the help of one command.
func (e *env) printHelp(c *command) error {
	width := helpWidth(e)
	var b strings.Builder
	fmt.Fprintf(&b, "costate %s: %s\n\nUsage: %s\n", c.name, c.summary, c.usageLine())
	for _, paragraph := range c.paragraphs() {
		b.WriteString("\n" + wrapText(paragraph, width) + "\n")
	}
	own, global := c.flags()
	if own.HasAvailableFlags() {
		b.WriteString("\nFlags:\n" + flagUsages(own, width))
	}
	b.WriteString("\nFlags of all commands:\n" + flagUsages(global, width))
	if len(c.examples) > 0 {
		b.WriteString("\nExamples:\n")
		for _, x := range c.examples {
			fmt.Fprintf(&b, "  %s\n      %s\n", x[0], x[1])
		}
	}
	return e.printText(b.String())
}

// paragraphs returns the long help. Paragraphs that start with a blank keep
// their lines.
func (c *command) paragraphs() []string {
	if c.long == "" {
		return nil
	}
	return strings.Split(strings.Trim(c.long, "\n"), "\n\n")
}

// wrapText breaks a paragraph into lines; one that starts with a blank is left
// as it is.
func wrapText(s string, width int) string {
	if strings.HasPrefix(s, " ") {
		return s
	}
	var b strings.Builder
	used := 0
	for i, word := range strings.Fields(s) {
		switch n := len([]rune(word)); {
		case i == 0:
			used = n
		case used+1+n > width:
			b.WriteByte('\n')
			used = n
		default:
			b.WriteByte(' ')
			used += 1 + n
		}
		b.WriteString(word)
	}
	return b.String()
}
