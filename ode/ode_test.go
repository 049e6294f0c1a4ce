package ode

import (
	"context"
	"math"
	"testing"
)

var lorenz63 = System{Dim: 3, Func: func(d []float64, _ float64, y, _ []float64) {
	d[0] = 10 * (y[1] - y[0])
	d[1] = y[0]*(28-y[2]) - y[1]
	d[2] = y[0]*y[1] - 8./3*y[2]
}}

// lorenz96 is the system of dimension n with forcing 8.17.
func lorenz96(n int) System {
	return System{Dim: n, Func: func(d []float64, _ float64, y, _ []float64) {
		for i := range d {
			d[i] = y[(i+n-1)%n]*(y[(i+1)%n]-y[(i+n-2)%n]) - y[i] + 8.17
		}
	}}
}

// TestGoldenChaos compares to 9 digits: Lorenz 63 with values of an
// independent program (DOP853, relative tolerance 2e-14), Lorenz 96 with a
// Taylor series of degree 22 in 50-digit arithmetic. The flow of Lorenz 96
// amplifies a truncation error up to 1e6 times until t = 5: MaxStep keeps it
// below the rounding error.
func TestGoldenChaos(t *testing.T) {
	perturbed := func(n int) []float64 {
		y := make([]float64, n)
		for i := range y {
			y[i] = 8.17
		}
		y[0] += 0.01
		return y
	}
	for _, c := range []struct {
		name string
		sys  System
		y0   []float64
		t    []float64
		want [][]float64
	}{
		{"lorenz63", lorenz63, []float64{1, 1, 1}, []float64{1, 5, 10}, [][]float64{
			{-9.3785700109, -8.3570337884, 29.3623253374},
			{-6.5121136994, -6.9740427884, 23.9241295721},
			{-4.9026875411, -3.7438729218, 24.6908581028}}},
		{"lorenz96/5", lorenz96(5), perturbed(5), []float64{1, 5}, [][]float64{
			{12.36862334363, 11.60698695279, -3.818940920909}, {1.880347675539, 7.068825476216, -2.069208300790}}},
		{"lorenz96/10", lorenz96(10), perturbed(10), []float64{1, 5}, [][]float64{
			{13.01853421006, 9.613096476609, 1.495305769206}, {8.529588514521, 3.754226437351, -3.308645174762}}},
		{"lorenz96/20", lorenz96(20), perturbed(20), []float64{1, 5}, [][]float64{
			{10.97518421569, 7.118361075826, 5.214835706775}, {-0.475064754091, -0.433128663871, 6.772163274387}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Integrator{RelTol: 3e-14, AbsTol: 1e-14, MaxStep: 0.01}
			s, err := in.Solve(context.Background(), &IVP{System: c.sys, End: c.t[len(c.t)-1], Initial: c.y0})
			if err != nil {
				t.Fatal(err)
			}
			for k, at := range c.t {
				y := s.At(nil, at)
				for i, want := range c.want[k] {
					if d := math.Abs(y[i] - want); d > 1e-9*max(1, math.Abs(want)) {
						t.Errorf("t = %g: y%d = %.12g, want %.11g", at, i+1, y[i], want)
					}
				}
			}
		})
	}
}
