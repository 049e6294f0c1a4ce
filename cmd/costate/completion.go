package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

var shells = []string{"bash", "zsh", "fish"}

func completionCommand() *command {
	return &command{
		name:    "completion",
		args:    "SHELL",
		min:     1,
		max:     1,
		summary: "print the script that completes commands in bash, zsh or fish",
		long: "The script goes where the shell looks for it; it is generated from the flags and the commands, so print it " +
			"again after an update.",
		examples: [][2]string{
			{"source <(costate completion bash)", "complete in this bash"},
			{"costate completion zsh > \"${fpath[1]}/_costate\"", "complete in every new zsh"},
			{"costate completion fish > ~/.config/fish/completions/costate.fish", "complete in every new fish"},
		},
		words: func() []string { return shells },
		define: func(*pflag.FlagSet) action {
			return func(_ context.Context, e *env, args []string) error {
				switch args[0] {
				case "bash":
					return e.printText(bashCompletion())
				case "zsh":
					return e.printText(zshCompletion())
				case "fish":
					return e.printText(fishCompletion())
				}
				return badInput("no completion for the shell %q: want one of %s%s", args[0], strings.Join(shells, ", "), didYouMean(args[0], shells))
			}
		},
	}
}

// hint says what completes a flag's value or an argument.
type hint struct {
	flag       bool // a flag without a value
	words      []string
	folder     bool
	file       bool
	extensions []string // of files; none: any
}

func flagHint(f *pflag.Flag) hint {
	if words, ok := f.Annotations[annotateWords]; ok {
		return hint{words: words}
	}
	if _, ok := f.Annotations[annotateFolder]; ok {
		return hint{folder: true}
	}
	if ext, ok := f.Annotations[annotateFiles]; ok {
		return hint{file: true, extensions: ext}
	}
	return hint{flag: f.NoOptDefVal != ""}
}

func (c *command) hint() hint {
	if c.words != nil {
		return hint{words: c.words()}
	}
	return hint{file: c.max != 0, extensions: c.extensions}
}

// visible returns the flags that help shows, with --help, which pflag knows by
// itself.
func visible(sets ...*pflag.FlagSet) []*pflag.Flag {
	var list []*pflag.Flag
	for _, s := range sets {
		s.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				list = append(list, f)
			}
		})
	}
	return append(list, &pflag.Flag{Name: "help", Usage: "explain the command", NoOptDefVal: "true"})
}

// plainUsage is the usage text without the quotes around a value's name.
func plainUsage(f *pflag.Flag) string {
	return strings.ReplaceAll(f.Usage, "`", "")
}

// bashCompletion works with bash 3.2, which macOS ships, and without the
// bash-completion package.
func bashCompletion() string {
	var b strings.Builder
	var valued []string // flags of any command that take a value
	_, global := helpCommand().flags()
	note := func(f *pflag.Flag) {
		if word := "--" + f.Name; f.NoOptDefVal == "" && !slices.Contains(valued, word) {
			valued = append(valued, word)
		}
	}
	global.VisitAll(note)
	for _, c := range commands() {
		own, _ := c.flags()
		own.VisitAll(note)
	}
	b.WriteString(`# bash completion for costate; written by "costate completion bash"

_costate_words() {
    local IFS=$' \t\n'
    COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

# _costate_files PATTERN...: files that match one of them, and folders.
_costate_files() {
    local IFS=$'\n' pattern
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(
        for pattern; do compgen -f -X "!$pattern" -- "$cur"; done
        compgen -d -- "$cur"
    ))
}

_costate_folders() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -d -- "$cur"))
}

_costate() {
    local cur prev command i
    COMPREPLY=()
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD-1]}
    # --flag=value arrives as three words.
    if [[ $cur == "=" ]]; then
        cur=
    elif [[ $prev == "=" ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    command=
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
`)
	fmt.Fprintf(&b, "        %s) [[ ${COMP_WORDS[i+1]} == \"=\" ]] && ((i++)); ((i++)) ;;\n", strings.Join(valued, "|"))
	b.WriteString(`        -*) ;;
        *) command=${COMP_WORDS[i]}; break ;;
        esac
    done
    case $command:$prev in
`)
	value := func(pattern string, f *pflag.Flag) {
		if h := flagHint(f); !h.flag {
			fmt.Fprintf(&b, "    %s:--%s) %s; return ;;\n", pattern, f.Name, h.bash())
		}
	}
	for _, c := range commands() {
		own, _ := c.flags()
		own.VisitAll(func(f *pflag.Flag) { value(c.name, f) })
	}
	global.VisitAll(func(f *pflag.Flag) { value("*", f) })
	b.WriteString("    esac\n    case $command in\n")
	entry := func(pattern string, flags []*pflag.Flag, h hint) {
		var names []string
		for _, f := range flags {
			names = append(names, "--"+f.Name)
		}
		fmt.Fprintf(&b, "    %s)\n        if [[ $cur == -* ]]; then\n            _costate_words %q\n", pattern, strings.Join(names, " "))
		if action := h.bash(); action != ":" {
			fmt.Fprintf(&b, "        else\n            %s\n", action)
		}
		b.WriteString("        fi ;;\n")
	}
	entry(`""`, visible(global), hint{words: commandNames()})
	for _, c := range commands() {
		own, _ := c.flags()
		entry(c.name, visible(own, global), c.hint())
	}
	b.WriteString("    esac\n}\n\ncomplete -F _costate costate\n")
	return b.String()
}

func (h hint) bash() string {
	switch {
	case h.words != nil:
		return fmt.Sprintf("_costate_words %q", strings.Join(h.words, " "))
	case h.folder:
		return "_costate_folders"
	case h.file && len(h.extensions) > 0:
		call := "_costate_files"
		for _, e := range h.extensions {
			call += " '*" + e + "'"
		}
		return call
	case h.file:
		return "_costate_files '*'"
	}
	return ":"
}

func zshCompletion() string {
	var b strings.Builder
	_, global := helpCommand().flags()
	b.WriteString("#compdef costate\n# zsh completion for costate; written by \"costate completion zsh\"\n\n_costate() {\n" +
		"    local curcontext=\"$curcontext\" state line\n    typeset -A opt_args\n    _arguments -C \\\n")
	for _, f := range visible(global) {
		fmt.Fprintf(&b, "        %s \\\n", f2zsh(f))
	}
	b.WriteString("        '1:command:->command' \\\n        '*::argument:->argument'\n    case $state in\n    command)\n" +
		"        local -a commands\n        commands=(\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "            %s\n", singleQuote(c.name+":"+c.summary))
	}
	b.WriteString("        )\n        _describe command commands ;;\n    argument)\n        case $line[1] in\n")
	for _, c := range commands() {
		own, _ := c.flags()
		fmt.Fprintf(&b, "        %s)\n            _arguments", c.name)
		for _, f := range visible(own, global) {
			fmt.Fprintf(&b, " \\\n                %s", f2zsh(f))
		}
		if h := c.hint(); h.words != nil || h.file {
			what := "argument"
			if c.args != "" {
				what = strings.ToLower(strings.Trim(strings.Fields(c.args)[0], "[]."))
			}
			fmt.Fprintf(&b, " \\\n                %s", singleQuote("*:"+what+":"+h.zsh()))
		}
		b.WriteString(" ;;\n")
	}
	b.WriteString("        esac ;;\n    esac\n}\n\n" +
		"if [[ $funcstack[1] == _costate ]]; then\n    _costate \"$@\"\nelse\n    compdef _costate costate\nfi\n")
	return b.String()
}

// f2zsh writes a flag as _arguments wants it.
func f2zsh(f *pflag.Flag) string {
	usage := strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(plainUsage(f))
	h := flagHint(f)
	if h.flag {
		return singleQuote("--" + f.Name + "[" + usage + "]")
	}
	return singleQuote("--" + f.Name + "=[" + usage + "]:" + f.Name + ":" + h.zsh())
}

func (h hint) zsh() string {
	switch {
	case h.words != nil:
		return "(" + strings.Join(h.words, " ") + ")"
	case h.folder:
		return "_files -/"
	case h.file && len(h.extensions) > 0:
		var patterns []string
		for _, e := range h.extensions {
			patterns = append(patterns, "*"+e)
		}
		return `_files -g "` + strings.Join(patterns, " ") + `"`
	case h.file:
		return "_files"
	}
	return ""
}

func fishCompletion() string {
	var b strings.Builder
	_, global := helpCommand().flags()
	b.WriteString("# fish completion for costate; written by \"costate completion fish\"\n\ncomplete -c costate -f\n")
	for _, f := range visible(global) {
		b.WriteString("complete -c costate" + f2fish(f) + "\n")
	}
	for _, c := range commands() {
		fmt.Fprintf(&b, "complete -c costate -n __fish_use_subcommand -a %s -d %s\n", c.name, singleQuote(c.summary))
	}
	for _, c := range commands() {
		within := fmt.Sprintf("complete -c costate -n '__fish_seen_subcommand_from %s'", c.name)
		own, _ := c.flags()
		own.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				b.WriteString(within + f2fish(f) + "\n")
			}
		})
		switch h := c.hint(); {
		case h.words != nil:
			fmt.Fprintf(&b, "%s -a %s\n", within, singleQuote(strings.Join(h.words, " ")))
		case h.file && len(h.extensions) > 0:
			for _, e := range h.extensions {
				fmt.Fprintf(&b, "%s -a '(__fish_complete_suffix %s)'\n", within, e)
			}
		case h.file:
			b.WriteString(within + " -F\n")
		}
	}
	return b.String()
}

func f2fish(f *pflag.Flag) string {
	s := " -l " + f.Name
	switch h := flagHint(f); {
	case h.words != nil:
		s += " -x -a " + singleQuote(strings.Join(h.words, " "))
	case h.folder:
		s += " -x -a '(__fish_complete_directories)'"
	case h.file:
		s += " -r -F"
	case !h.flag:
		s += " -x"
	}
	return s + " -d " + singleQuote(plainUsage(f))
}

// singleQuote quotes for zsh and fish. Fish, other than POSIX shells, reads \'
// inside quotes; closing, escaping and opening again is read alike by both.
func singleQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
