package expr

import (
	"strings"
	"unicode/utf8"
)

// LaTeX returns the formula in LaTeX's mathematics mode; it needs amsmath.
// name typesets a variable; nil stands for [LaTeXName].
func LaTeX(e *Expr, name func(string) string) string {
	if e.size > maxText {
		return `\text{` + Text(e) + `}`
	}
	if name == nil {
		name = LaTeXName
	}
	w := latexWriter{name: name}
	w.box(layout(e, 0))
	return w.String()
}

type latexWriter struct {
	strings.Builder
	name func(string) string
}

var latexOps = map[string]string{
	"+": " + ", "-": " - ", "": ` \, `, "*": ` \cdot `, "/": "/", ",": ", ",
	"<": " < ", "<=": ` \le `, ">": " > ", ">=": ` \ge `, "==": " = ", "!=": ` \ne `,
	"and": ` \land `, "or": ` \lor `, "not": `\lnot `,
}

var latexFuncs = map[string]string{
	"sin": `\sin`, "cos": `\cos`, "tan": `\tan`, "asin": `\arcsin`, "acos": `\arccos`, "atan": `\arctan`,
	"sinh": `\sinh`, "cosh": `\cosh`, "tanh": `\tanh`, "log": `\ln`, "log10": `\log_{10}`,
	"min": `\min`, "max": `\max`, "e": `\mathrm{e}`, "dawson": `\operatorname{F}`, "heaviside": `\operatorname{H}`,
	"airyai": `\operatorname{Ai}`, "airybi": `\operatorname{Bi}`,
	"airyaiprime": `\operatorname{Ai}'`, "airybiprime": `\operatorname{Bi}'`,
}

func (w *latexWriter) box(b box) {
	switch b.kind {
	case boxRow:
		for i, k := range b.kids {
			if i == 0 && k.kind == boxOp && k.text == "-" {
				w.WriteByte('-') // a sign, not an operation
				continue
			}
			w.box(k)
		}
	case boxNum:
		switch b.text {
		case "inf":
			w.WriteString(`\infty`)
		default:
			w.WriteString(b.text)
		}
	case boxName:
		if b.text == "pi" {
			w.WriteString(`\pi`)
			return
		}
		w.WriteString(w.name(b.text))
	case boxOp:
		w.WriteString(latexOps[b.text])
	case boxFunc:
		if s, ok := latexFuncs[b.text]; ok {
			w.WriteString(s)
			return
		}
		w.WriteString(`\operatorname{` + b.text + "}")
	case boxFrac:
		w.WriteString(`\frac`)
		w.group(b.kids[0])
		w.group(b.kids[1])
	case boxPower:
		base := latexWriter{name: w.name}
		base.box(b.kids[0])
		if b.kids[0].kind == boxName && strings.Contains(base.String(), "^") {
			w.WriteString("{" + base.String() + "}") // it has a superscript of its own
		} else {
			w.WriteString(base.String())
		}
		w.WriteByte('^')
		w.group(b.kids[1])
	case boxRoot:
		w.WriteString(`\sqrt`)
		w.group(b.kids[0])
	case boxParen:
		w.WriteString(`\left(`)
		w.box(b.kids[0])
		w.WriteString(`\right)`)
	case boxAbs:
		w.WriteString(`\left|`)
		w.box(b.kids[0])
		w.WriteString(`\right|`)
	case boxCases:
		w.WriteString(`\begin{cases} `)
		w.box(b.kids[0])
		w.WriteString(` & \text{if } `)
		w.box(b.kids[1])
		w.WriteString(` \\ `)
		w.box(b.kids[2])
		w.WriteString(` & \text{otherwise} \end{cases}`)
	}
}

func (w *latexWriter) group(b box) {
	w.WriteByte('{')
	w.box(b)
	w.WriteByte('}')
}

var greek = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
	"theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
	"rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ",
	"omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
	"Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "pi": "π",
}

// greekName maps the letters of [greek] back to their names.
var greekName = func() map[string]string {
	m := make(map[string]string, len(greek))
	for name, letter := range greek {
		m[letter] = name
	}
	return m
}()

// LaTeXName typesets the name of a variable: alpha is the letter, x[3], x3 and
// x_3 have the subscript 3, primes are dots, words are upright.
func LaTeXName(name string) string {
	p := splitName(name)
	s := latexWord(p.base)
	switch {
	case p.primes > 0 && p.primes <= 4:
		s = `\` + strings.Repeat("d", p.primes-1) + "dot{" + s + "}"
		if p.primes == 1 {
			s = `\dot{` + latexWord(p.base) + "}"
		}
	case p.primes > 4:
		s += "^{(" + formatFloat(float64(p.primes)) + ")}"
	}
	if len(p.subs) > 0 {
		subs := make([]string, len(p.subs))
		for i, x := range p.subs {
			subs[i] = latexWord(x)
		}
		s += "_{" + strings.Join(subs, ",") + "}"
	}
	if p.arg != "" {
		s += `\left(` + latexEscape(p.arg) + `\right)`
	}
	return s
}

func latexWord(s string) string {
	if _, ok := greek[s]; ok {
		if s == "epsilon" || s == "phi" {
			return `\var` + s
		}
		return `\` + s
	}
	if name, ok := greekName[s]; ok {
		return latexWord(name)
	}
	n := utf8.RuneCountInString(s)
	if n == 1 || strings.Trim(s, "0123456789+-") == "" {
		return latexEscape(s)
	}
	return `\mathrm{` + latexEscape(s) + "}"
}

var latexEscaper = strings.NewReplacer(
	`\`, `\backslash `, "_", `\_`, "{", `\{`, "}", `\}`, "#", `\#`, "%", `\%`, "&", `\&`, "$", `\$`,
	"^", `\hat{}`, "~", `\sim `, "pi", `\pi `,
)

func latexEscape(s string) string { return latexEscaper.Replace(s) }
