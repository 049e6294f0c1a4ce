package expr

import "testing"

func TestDiffReadable(t *testing.T) {
	tests := []struct{ src, want string }{
		{"x^2", "2*x"},
		{"x^3/3", "x^2"},
		{"a*x^2*y", "2*a*x*y"},
		{"sin(w*x)", "w*cos(w*x)"},
		{"exp(-x^2/2)", "-x*exp(-x^2/2)"},
		{"1/x", "-1/x^2"},
		{"1/(1 + x^2)", "-2*x/(1 + x^2)^2"},
		{"log(x)", "1/x"},
		{"log(x^2)", "2/x"},
		{"sqrt(x)", "1/(2*sqrt(x))"},
		{"tanh(x)", "1 - tanh(x)^2"},
		{"sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))"},
		{"softplus(x)", "sigmoid(x)"},
		{"relu(x)", "heaviside(x)"},
		{"abs(x)", "sign(x)"},
		{"sign(x)", "0"},
		{"erf(x)", "2*exp(-x^2)/sqrt(pi)"},
		{"dawson(x)", "1 - 2*x*dawson(x)"},
		{"x^a", "a*x^(a - 1)"},
		{"a^x", "log(a)*a^x"},
		{"x^x", "x^x*(log(x) + 1)"},
		{"atan2(x, y)", "y/(x^2 + y^2)"},
		{"max(x, y)", "if(x >= y, 1, 0)"},
		{"if(x > 0, x^2, -x)", "if(x > 0, 2*x, -1)"},
		{"(x - y)^2/2", "x - y"},
		{"w*(y - x)", "-w"},
		{"y", "0"},
	}
	g, s := testScope("x", "y", "a", "w")
	for _, tt := range tests {
		if got := g.Diff(mustParse(t, g, s, tt.src), g.Var("x")).String(); got != tt.want {
			t.Errorf("d/dx %s: got %s, want %s", tt.src, got, tt.want)
		}
	}
}
