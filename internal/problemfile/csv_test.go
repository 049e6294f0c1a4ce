package problemfile

import (
	"slices"
	"testing"
)

// TestCSVMistakesAreToldOnce: a mistake that runs through a file is one message,
// with its remedy.
func TestCSVMistakesAreToldOnce(t *testing.T) {
	const point, blanks = "; write decimals with a point, as in 1.5", "; numbers with blanks between them are one cell: separate columns by , or ; or tab"
	for _, c := range []struct{ data, want string }{
		{"t;y\n0;1,5\n1;2,5\n2;3\n", "d.csv:2:3: '1,5' in column 'y' is not a finite number" + point},
		{"t\ty\n0\t1,5e-3\n1\t2,5\n", "d.csv:2:3: '1,5e-3' in column 'y' is not a finite number" + point},
		{"t,y\n0,1,5\n1,2,5\n2,3,5\n", "d.csv:2: 3 cells, expected 2 as in the first line; decimal commas make cells of their own: write decimals with a point, as in 1.5"},
		{"t y\n0 1.5\n1 2.5\n", "d.csv:2:1: '0 1.5' in column 't y' is not a finite number" + blanks},
		{"t y z\n0 1,5 2\n1 2,5 3\n", "d.csv:2: 2 cells, expected 1 as in the first line" + blanks},
		{"0 1.5\n1 2.5\n2 NA\n", "d.csv:2:1: '1 2.5' in column '0 1.5' is not a finite number" + blanks},
		{"\xff\xfet\x00", "d.csv: the file is UTF-16, expected UTF-8: save it as that"},
		// Different mistakes are told one by one.
		{"t,y\n0,one\n1,two\n2,3,4.5\n", "d.csv:2:3: 'one' in column 'y' is not a finite number; a missing value is an empty cell or NA\n" +
			"d.csv:3:3: 'two' in column 'y' is not a finite number; a missing value is an empty cell or NA\n" +
			"d.csv:4: 3 cells, expected 2 as in the first line"},
		{"\xef\xbb\xbft,y\n0,1\n", ""},
	} {
		_, errs := readCSV("d.csv", []byte(c.data))
		if got := errs.Error(); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.data, got, c.want)
		}
	}
}

// TestTypographicCharacters are named as what they are, at their place.
func TestTypographicCharacters(t *testing.T) {
	const head = "[layer]\nstart = 0\nend = 1\n[states]\n"
	for _, c := range []struct{ text, want string }{
		{"x = ‘-x’\n", "p.toml:5:5: not TOML: unexpected character '‘', a typographic quotation mark: write the straight ' or \""},
		{"x = '−x'\n", "p.toml:5:6: unexpected character '−', write the minus sign as -"},
		{"x = \"y’\"\n", "p.toml:5:7: unexpected character '’', write a straight ' for a derivative"},
	} {
		_, err := loadText(t, head+c.text, nil)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v\nwant %s", c.text, err, c.want)
		}
	}
	if _, err := loadText(t, "\xef\xbb\xbf"+head+"x = { equation = '-x', start = 1 }\n", nil); err != nil {
		t.Errorf("a byte order mark: %v", err)
	}
	if _, err := loadText(t, "\xff\xfe[\x00", nil); err == nil || err.Error() != "p.toml:1:1: the file is UTF-16, expected UTF-8: save it as that" {
		t.Errorf("UTF-16: %v", err)
	}
}

// TestWarningsOfIdleStatesAndCover: a state that enters nothing is named, and data
// whose times have another unit are noticed.
func TestWarningsOfIdleStatesAndCover(t *testing.T) {
	file := func(end, states string) string {
		return "[layer]\nstart = 0\nend = " + end + "\n[states]\n" + states + "[model]\nRf = 1\n[[observations]]\nat = [0, 1, 2]\nobserve = { x = [1, 2, 3] }\nRm = 1\n"
	}
	for _, c := range []struct {
		end, states string
		want        []string
	}{
		{"2", "x = '-x'\n", nil},
		{"2", "x = '-x + z'\nz = '-z'\n", nil},
		{"2", "x = '-x'\nz = { equation = '-z', start = 1 }\n", nil},
		{"2", "x = '-x'\nz = { equation = '-z', prior = { mean = 1, sd = 1 } }\n", nil},
		{"2", "x = '-x'\nz = 'x - z'\n", []string{"p.toml:6:1: nothing but its own equation depends on the state 'z', it cannot be found"}},
		{"100", "x = '-x'\n", []string{"p.toml:9:1: the measurements cover 2 % of the layer only, from t = 0 to 2 of 0 to 100: do their times have its unit?"}},
	} {
		p, err := loadText(t, file(c.end, c.states), nil)
		if err != nil {
			t.Errorf("%s: %v", c.states, err)
			continue
		}
		var got []string
		for _, w := range p.Warnings {
			got = append(got, w.Error())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("end = %s, %s: %q, want %q", c.end, c.states, got, c.want)
		}
	}
}

// TestNamesOfCostates are not free for other things, whatever these are.
func TestNamesOfCostates(t *testing.T) {
	const head = "[layer]\nstart = 0\nend = 2\n"
	const rest = "[model]\nRf = 1\n[[observations]]\nat = [0, 1, 2]\nobserve = { x = [1, 2, 3] }\nRm = 1\n"
	for text, want := range map[string]string{
		"[parameters]\np_x = { estimate = true, guess = 1 }\n[states]\nx = '-p_x*x'\n":                       "p.toml:5:1: the name 'p_x' is taken: it is the costate of the state 'x'",
		"[constants]\np_x = 2\n[states]\nx = '-p_x*x'\n":                                                     "p.toml:5:1: the name 'p_x' is taken: it is the costate of the state 'x'",
		"[parameters]\nk = { estimate = true, guess = 1 }\n[constants]\nq_k = 2\n[states]\nx = '-k*q_k*x'\n": "p.toml:7:1: the name 'q_k' is taken: it is the costate of the parameter 'k'",
		"[constants]\np_y = 2\n[states]\nx = '-p_y*x'\n":                                                     "",
	} {
		_, err := loadText(t, head+text+rest, nil)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s\nwant %s", text, got, want)
		}
	}
}
