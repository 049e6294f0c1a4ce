package problemfile

import (
	"testing"
	"testing/fstest"
)

func TestUnit(t *testing.T) {
	const file = `
[layer]
start = 0
end = 1
unit = "s"
[parameters]
k = { value = 1, unit = "1/s" }
[states]
z = { equation = "z'' = -k*z", unit = "m" }
w = { equation = "w''' = 0", unit = "kg m" }
"x[i]" = { equation = '-x[i]', index = 'i = 1..2', unit = "mol/l", start = 0 }
n = { equation = '0' }
[boundary]
conditions = ['z(0)', "z'(0)", 'w(0)', "w'(0)", "w''(0)", 'n(0)']
`
	p, err := (&Loader{FS: fstest.MapFS{"units.toml": {Data: []byte(file)}}}).Load("units.toml")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"t": "s", "k": "1/s", "z": "m", "z'": "m/s", "w''": "(kg m)/s^2", "x[2]": "mol/l", "n": "", "n'": "", "p_z": "",
	} {
		if got := p.Unit(name); got != want {
			t.Errorf("unit of %s: %q, want %q", name, got, want)
		}
	}
}
