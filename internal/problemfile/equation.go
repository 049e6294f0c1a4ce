package problemfile

import (
	"regexp"
	"strings"
)

var leftSide = regexp.MustCompile(`^([\pL_][\pL\pN_]*)('*)(\[[^\]]*\])?('*)$`)

// splitEquation takes apart "y” = ..", "0 = .." or a right-hand side alone.
func (l *loader) splitEquation(f *family) bool {
	n := f.equation
	f.right = n.text
	if n.kind != stringNode {
		return true
	}
	i := equalsSign(n.text)
	if i < 0 {
		return true
	}
	f.right, f.skip = n.text[i+1:], i+1
	left := strings.Join(strings.Fields(n.text[:i]), "")
	if left == "0" {
		if l.kind == KindAction {
			l.errorf(n.pos, "an algebraic equation has no meaning in an action problem, expected an equation for %s'", f.base)
			return false
		}
		f.algebraic = true
		return true
	}
	m := leftSide.FindStringSubmatch(left)
	wrong := m == nil || m[1] != f.base || f.index == "" && m[3] != "" || f.index != "" && m[3] != "["+f.index+"]"
	primes := 0
	if !wrong {
		primes = len(m[2]) + len(m[4])
	}
	if wrong || primes == 0 || primes > maxOrder {
		end := ""
		if f.index != "" {
			end = "[" + f.index + "]"
		}
		l.errorf(n.pos, "the left side of the equation is '%s', expected %s'%s, %s''%s or 0", strings.TrimSpace(n.text[:i]), f.base, end, f.base, end)
		return false
	}
	f.order = primes
	return true
}

// maxOrder bounds the order of a differential equation.
const maxOrder = 8

// equalsSign finds the = of an equation, not that of ==, <=, >= or !=; -1 if
// there is none.
func equalsSign(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '=':
			if i+1 < len(s) && s[i+1] == '=' {
				i++
				continue
			}
			if depth == 0 && (i == 0 || !strings.ContainsRune("<>!", rune(s[i-1]))) {
				return i
			}
		}
	}
	return -1
}
