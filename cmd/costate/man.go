package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

func manCommand() *command {
	return &command{
		name:    "man",
		args:    "[COMMAND]",
		max:     1,
		summary: "print the manual page of the program or of one command",
		long:    "The page is roff with the macros of man(7), to be read with man -l or to be installed as costate.1 or costate-COMMAND.1.",
		examples: [][2]string{
			{"costate man > costate.1", "write the page of the program"},
			{"costate man help | man -l -", "read the page of a command"},
		},
		words: commandNames,
		define: func(*pflag.FlagSet) action {
			return func(_ context.Context, e *env, args []string) error {
				if len(args) == 0 {
					return e.printText(manOverview())
				}
				c := find(args[0])
				if c == nil {
					return badInput("unknown command %q%s; costate help lists the commands", args[0], didYouMean(args[0], commandNames()))
				}
				return e.printText(c.man())
			}
		},
	}
}

// roff escapes a text: backslashes, hyphens (which would become typographic
// ones that cannot be copied), and a control character at the start of a line.
func roff(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	s = strings.ReplaceAll(s, "-", `\-`)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

func manHead(b *strings.Builder, page, summary string) {
	// The date is left empty, so that the page depends on the source only.
	fmt.Fprintf(b, ".TH %s 1 \"\" %q \"User Commands\"\n", strings.ToUpper(roff(page)), "costate "+buildVersions().Module)
	fmt.Fprintf(b, ".SH NAME\n%s \\- %s\n", roff(page), roff(summary))
}

func manFlags(b *strings.Builder, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR", roff("--"+f.Name))
		if value != "" && f.NoOptDefVal == "" {
			fmt.Fprintf(b, " \\fI%s\\fR", roff(value))
		}
		fmt.Fprintf(b, "\n%s", roff(usage))
		if d := f.DefValue; d != "" && d != "0" && d != "false" {
			fmt.Fprintf(b, " (default %s)", roff(d))
		}
		b.WriteString("\n")
	})
}

const manExit = `.SH EXIT STATUS
.TP
0
solved
.TP
1
not solved, or a check failed
.TP
2
bad flags or a bad file
.TP
130
interrupted; what was finished is kept
`

const manEnvironment = `.SH ENVIRONMENT
.TP
\fBNO_COLOR\fR
when set to anything, no colours and no bold type
.TP
\fBCOLUMNS\fR
the width of tables where standard output is no terminal
`

func manOverview() string {
	var b strings.Builder
	manHead(&b, "costate", "boundary value problems of continuous-layer learning and data assimilation")
	b.WriteString(".SH SYNOPSIS\n\\fBcostate\\fR \\fICOMMAND\\fR [arguments] [flags]\n")
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\n", roff(description))
	b.WriteString(".SH COMMANDS\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, ".TP\n\\fB%s\\fR", roff(c.name))
		if c.args != "" {
			fmt.Fprintf(&b, " \\fI%s\\fR", roff(c.args))
		}
		fmt.Fprintf(&b, "\n%s\n", roff(c.summary))
	}
	b.WriteString(".SH OPTIONS\n")
	_, global := helpCommand().flags()
	manFlags(&b, global)
	b.WriteString(manExit + manEnvironment)
	b.WriteString(".SH SEE ALSO\n")
	for i, c := range commands() {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "\\fB%s\\fR(1)", roff("costate-"+c.name))
	}
	b.WriteString("\n")
	return b.String()
}

func (c *command) man() string {
	var b strings.Builder
	manHead(&b, "costate-"+c.name, c.summary)
	fmt.Fprintf(&b, ".SH SYNOPSIS\n\\fB%s\\fR", roff("costate "+c.name))
	if c.args != "" {
		fmt.Fprintf(&b, " \\fI%s\\fR", roff(c.args))
	}
	b.WriteString(" [flags]\n")
	if paragraphs := c.paragraphs(); len(paragraphs) > 0 {
		b.WriteString(".SH DESCRIPTION\n")
		for i, p := range paragraphs {
			if strings.HasPrefix(p, " ") {
				fmt.Fprintf(&b, ".PP\n.nf\n%s\n.fi\n", roff(p))
				continue
			}
			if i > 0 {
				b.WriteString(".PP\n")
			}
			b.WriteString(roff(p) + "\n")
		}
	}
	own, global := c.flags()
	if own.HasAvailableFlags() {
		b.WriteString(".SH OPTIONS\n")
		manFlags(&b, own)
	}
	b.WriteString(".SH OPTIONS OF ALL COMMANDS\n")
	manFlags(&b, global)
	if len(c.examples) > 0 {
		b.WriteString(".SH EXAMPLES\n")
		for _, x := range c.examples {
			fmt.Fprintf(&b, ".TP\n\\fB%s\\fR\n%s\n", roff(x[0]), roff(x[1]))
		}
	}
	b.WriteString(manExit + manEnvironment)
	b.WriteString(".SH SEE ALSO\n\\fBcostate\\fR(1)\n")
	return b.String()
}
