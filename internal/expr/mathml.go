package expr

import (
	"strings"
	"unicode/utf8"
)

// MathML returns the formula in presentation MathML, an <mrow> to be put into
// a <math>. name returns the markup of a variable; nil stands for [MathMLName].
func MathML(e *Expr, name func(string) string) string {
	if e.size > maxText {
		return "<mtext>" + xmlEscape(Text(e)) + "</mtext>"
	}
	if name == nil {
		name = MathMLName
	}
	w := mathmlWriter{name: name}
	b := layout(e, 0)
	if b.kind != boxRow {
		b = row(b)
	}
	w.box(b)
	return w.String()
}

type mathmlWriter struct {
	strings.Builder
	name func(string) string
}

var mathmlOps = map[string]string{
	"-": "−", "": "\u2062", "*": "·", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "and": "∧", "or": "∨", "not": "¬",
}

var mathmlFuncs = map[string]string{
	"asin": "arcsin", "acos": "arccos", "atan": "arctan", "log": "ln", "dawson": "F", "heaviside": "H",
	"airyai": "Ai", "airybi": "Bi", "airyaiprime": "Ai′", "airybiprime": "Bi′",
}

// element writes <tag>kids</tag>.
func (w *mathmlWriter) element(tag string, kids ...box) {
	w.WriteString("<" + tag + ">")
	for _, k := range kids {
		w.box(k)
	}
	w.WriteString("</" + tag + ">")
}

func (w *mathmlWriter) leaf(tag, text string) {
	w.WriteString("<" + tag + ">" + xmlEscape(text) + "</" + tag + ">")
}

func (w *mathmlWriter) box(b box) {
	switch b.kind {
	case boxRow:
		w.element("mrow", b.kids...)
	case boxNum:
		if b.text == "inf" {
			b.text = "∞"
		}
		w.leaf("mn", b.text)
	case boxName:
		if b.text == "pi" {
			w.leaf("mi", "π")
			return
		}
		w.WriteString(w.name(b.text))
	case boxOp:
		if s, ok := mathmlOps[b.text]; ok {
			b.text = s
		}
		w.leaf("mo", b.text)
	case boxFunc:
		switch s, ok := mathmlFuncs[b.text]; {
		case ok:
			w.leaf("mi", s)
		case b.text == "log10":
			w.WriteString("<msub><mi>log</mi><mn>10</mn></msub>")
		case b.text == "e":
			w.WriteString(`<mi mathvariant="normal">e</mi>`)
		default:
			w.leaf("mi", b.text)
		}
	case boxFrac:
		w.element("mfrac", b.kids...)
	case boxPower:
		w.element("msup", b.kids...)
	case boxRoot:
		w.element("msqrt", b.kids...)
	case boxParen:
		w.WriteString("<mrow><mo>(</mo>")
		w.box(b.kids[0])
		w.WriteString("<mo>)</mo></mrow>")
	case boxAbs:
		w.WriteString("<mrow><mo>|</mo>")
		w.box(b.kids[0])
		w.WriteString("<mo>|</mo></mrow>")
	case boxCases:
		w.WriteString("<mrow><mo>{</mo><mtable><mtr><mtd>")
		w.box(b.kids[0])
		w.WriteString("</mtd><mtd><mtext>if </mtext>")
		w.box(b.kids[1])
		w.WriteString("</mtd></mtr><mtr><mtd>")
		w.box(b.kids[2])
		w.WriteString("</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>")
	}
}

// MathMLName marks up the name of a variable as [LaTeXName] does, but for primes,
// which stay primes, larger than a superscript is: browsers set dots so close that
// x and its derivative look alike.
func MathMLName(name string) string {
	p := splitName(name)
	s := mathmlWord(p.base)
	primes := ""
	switch {
	case p.primes > 4:
		primes = "<mn>(" + formatFloat(float64(p.primes)) + ")</mn>"
	case p.primes > 0:
		primes = `<mo mathsize="130%">` + [...]string{"′", "″", "‴", "⁗"}[p.primes-1] + "</mo>"
	}
	subs := ""
	for i, x := range p.subs {
		if i > 0 {
			subs += "<mo>,</mo>"
		}
		subs += mathmlWord(x)
	}
	switch {
	case subs != "" && primes != "":
		s = "<msubsup>" + s + "<mrow>" + subs + "</mrow>" + primes + "</msubsup>"
	case subs != "":
		s = "<msub>" + s + "<mrow>" + subs + "</mrow></msub>"
	case primes != "":
		s = "<msup>" + s + primes + "</msup>"
	}
	if p.arg != "" {
		s = "<mrow>" + s + "<mo>(</mo><mn>" + xmlEscape(p.arg) + "</mn><mo>)</mo></mrow>"
	}
	return s
}

func mathmlWord(s string) string {
	if letter, ok := greek[s]; ok {
		return "<mi>" + letter + "</mi>"
	}
	if strings.Trim(s, "0123456789+-") == "" {
		return "<mn>" + xmlEscape(s) + "</mn>"
	}
	if utf8.RuneCountInString(s) == 1 {
		return "<mi>" + xmlEscape(s) + "</mi>"
	}
	return `<mi mathvariant="normal">` + xmlEscape(s) + "</mi>"
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func xmlEscape(s string) string { return xmlEscaper.Replace(s) }
