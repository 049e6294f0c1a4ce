package problemfile

import (
	"strings"
	"testing"
)

// Files and flags take the same words, and suggest one for a slip.
func TestVocabulary(t *testing.T) {
	read := func(key, word string) error {
		text := "[layer]\nstart = 0\nend = 1\n[states]\nx = '0'\n[model]\nRf = 1\n[[observations]]\nat = [0.5]\nobserve = { x = [1] }\nRm = 1\n[anneal]\n" + key + " = '" + word + "'\n"
		_, err := loadText(t, text, nil)
		return err
	}
	for _, w := range Rules {
		if _, _, err := ParseRule(w); err != nil {
			t.Error(err)
		}
		if err := read("rule", w); err != nil {
			t.Error(err)
		}
	}
	for _, w := range Conventions {
		if _, err := ParseConvention(w); err != nil {
			t.Error(err)
		}
		if err := read("convention", w); err != nil {
			t.Error(err)
		}
	}
	_, _, rule := ParseRule("midpiont")
	_, convention := ParseConvention("varaneal")
	for want, err := range map[string][2]error{"'midpoint'?": {rule, read("rule", "midpiont")}, "'varanneal'?": {convention, read("convention", "varaneal")}} {
		for _, e := range err {
			if e == nil || !strings.Contains(e.Error(), "did you mean "+want) {
				t.Errorf("error %v, want a suggestion of %s", e, want)
			}
		}
	}
}
