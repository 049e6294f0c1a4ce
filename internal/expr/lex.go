package expr

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokNumber
	tokName
	tokOp // operator or punctuation, in text
)

type token struct {
	kind tokenKind
	off  int    // byte offset of the first character
	text string // as written; ** is ^
	num  float64
	end  int // byte offset behind the last character
}

// describe names the token in a message.
func (t token) describe() string {
	if t.kind == tokEnd {
		return "the end of the formula"
	}
	return strconv.Quote(t.text)
}

func isLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) }

// IsName reports whether s is a name of the formula language: letters, digits
// and underscores, not beginning with a digit, then primes, and no word of the
// language.
func IsName(s string) bool {
	n := nameLength(s)
	return n > 0 && n == len(s) && !reserved(s)
}

func reserved(s string) bool {
	switch s {
	case "and", "or", "not", "if", "sum", "prod":
		return true
	}
	return false
}

// nameLength returns the length in bytes of the name that s begins with.
func nameLength(s string) int {
	i := 0
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !isLetter(r) && (i == 0 || !unicode.IsDigit(r) && !unicode.IsMark(r)) {
			break
		}
		i += n
	}
	for i > 0 && i < len(s) && s[i] == '\'' {
		i++
	}
	return i
}

// lex splits src into tokens, the last of kind tokEnd.
func lex(src string) ([]token, *Error) {
	var toks []token
	for i := 0; i < len(src); {
		c := src[i]
		r, n := utf8.DecodeRuneInString(src[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return nil, newError(src, i, "", "not valid UTF-8")
		case unicode.IsSpace(r):
			i += n
			continue
		case isDigit(c) || c == '.' && i+1 < len(src) && isDigit(src[i+1]):
			end := numberEnd(src, i)
			x, err := strconv.ParseFloat(src[i:end], 64)
			if err != nil {
				return nil, newError(src, i, "", "the number %s is out of range", src[i:end])
			}
			toks = append(toks, token{tokNumber, i, src[i:end], x, end})
			i = end
			continue
		case isLetter(r):
			end := i + nameLength(src[i:])
			toks = append(toks, token{kind: tokName, off: i, text: src[i:end], end: end})
			i = end
			continue
		}
		op := operatorAt(src[i:])
		if op == "" {
			hint := ""
			switch r {
			case '−', '–', '—':
				hint = "write the minus sign as -"
			case '·', '×', '⋅':
				hint = "write the product as *"
			case '²', '³':
				hint = "write powers with ^"
			case '≤', '≥', '≠':
				hint = "write <=, >= or !="
			case '‘', '’', '′', '″', '“', '”':
				hint = "write a straight ' for a derivative"
			case '&', '|', '!':
				hint = "write and, or, not"
			}
			return nil, newError(src, i, hint, "unexpected character %q", r)
		}
		t := token{kind: tokOp, off: i, text: op, end: i + len(op)}
		if op == "**" {
			t.text = "^"
		}
		toks = append(toks, t)
		i += len(op)
	}
	return append(toks, token{kind: tokEnd, off: len(src), end: len(src)}), nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// numberEnd returns the end of the number that begins at i. In 1..20 the first
// number is 1.
func numberEnd(s string, i int) int {
	digits := func() {
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	digits()
	if i < len(s) && s[i] == '.' && (i+1 >= len(s) || s[i+1] != '.') {
		i++
		digits()
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			i = j
			digits()
		}
	}
	return i
}

var operators = []string{"**", "..", "<=", ">=", "==", "!=", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "=", "<", ">"}

func operatorAt(s string) string {
	for _, op := range operators {
		if len(s) >= len(op) && s[:len(op)] == op {
			return op
		}
	}
	return ""
}
