package report

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// sampleFigures are pictures of every kind with data of the shape that the
// commands produce.
func sampleFigures() []Figure {
	rng := rand.New(rand.NewPCG(1, 2))
	curve := func(from, to float64, n int, names []string, f func(t float64, j int) float64) Series {
		s := Series{Label: "t", Names: names}
		for i := range n {
			t := from + (to-from)*float64(i)/float64(n-1)
			s.T = append(s.T, t)
			for j := range names {
				s.Y = append(s.Y, f(t, j))
			}
		}
		return s
	}
	cycle := func(t float64, j int) float64 {
		return 3 + float64(1-j) + math.Sin(2*math.Pi*(t-1900)/10-1.2*float64(j)) + 0.3*math.Cos(4*math.Pi*(t-1900)/10)
	}
	names := []string{"log hare", "log lynx"}
	states := StatesPicture{
		Title:  "Hudson Bay lynx and hare, 1900–1920",
		Label:  "t (year)",
		Units:  []string{"log thousands", "log thousands"},
		States: curve(1900, 1915, 200, names, cycle),
		Band:   "standard deviation",
	}
	width := curve(1900, 1915, 200, names, func(t float64, j int) float64 { return 0.1 + 0.1*math.Abs(math.Sin(t)) })
	prediction := curve(1915, 1920, 60, names, cycle)
	grow := curve(1915, 1920, 60, names, func(t float64, j int) float64 { return 0.15 * math.Exp((t-1915)/3) })
	states.Width, states.Prediction, states.PredictionWidth = &width, &prediction, &grow
	for j, name := range names {
		used, held := Measurements{Name: name, StdDev: []float64{0.2}}, Measurements{Name: name, StdDev: []float64{0.2}}
		for t := 1900.0; t <= 1920; t++ {
			m := &used
			if t > 1915 {
				m = &held
			}
			m.T, m.Y = append(m.T, t), append(m.Y, cycle(t, j)+0.2*rng.NormFloat64())
			m.StdDev = append(m.StdDev, 0.2)
		}
		states.Data, states.Held = append(states.Data, used), append(states.Held, held)
	}

	many := StatesPicture{Title: "Lorenz 96, twin experiment", Label: "t"}
	var wide []string
	for i := range 20 {
		wide = append(wide, fmt.Sprintf("x_{%d}", i+1))
	}
	many.States = curve(0, 4, 150, wide, func(t float64, j int) float64 { return 3 + 5*math.Sin(3*t+float64(j)) })
	truth := curve(0, 4, 150, wide, func(t float64, j int) float64 { return 3 + 5*math.Sin(3*t+float64(j)) + 0.3*math.Sin(9*t) })
	many.Truth = &truth
	for _, name := range wide[:8] {
		m := Measurements{Name: name}
		for i := 0; i < 150; i += 6 {
			m.T, m.Y = append(m.T, truth.T[i]), append(m.Y, truth.column(name)[i]+0.5*rng.NormFloat64())
		}
		many.Data = append(many.Data, m)
	}

	costates := Series{Label: "t", Names: []string{"p_{u}", "p_{v}"}}
	energy := Series{Label: "t", Names: []string{"H"}}
	level := []float64{0.3, -0.2}
	h := 0.8
	for k := range 20 {
		for i := range 12 {
			t := 1900 + float64(k) + float64(i)/11
			costates.T = append(costates.T, t)
			costates.Y = append(costates.Y, level[0]*math.Exp(-0.3*float64(i)/11), level[1]*math.Cos(float64(i)/11))
			energy.T = append(energy.T, t)
			energy.Y = append(energy.Y, h+2e-9*math.Sin(float64(i)))
		}
		level[0] += 0.2 * rng.NormFloat64()
		level[1] += 0.2 * rng.NormFloat64()
		h += 0.1 * rng.NormFloat64()
	}

	levels := LevelsPicture{Title: "Action levels of Lorenz 96, D = 10, 7 observed, 40 starts", Expected: 280, StdDev: 24, Exact: []float64{270, 500}}
	for beta := range 26 {
		rf := 0.01 * math.Pow(2, float64(beta))
		levels.Rf = append(levels.Rf, rf)
		var list []float64
		for start := range 40 {
			s := math.Floor(math.Sqrt(float64(start)))
			a := 270*(1-math.Exp(-rf)) + 0.01 + s*20*(1-math.Exp(-rf/5))*(1+0.5*math.Log1p(rf))
			list = append(list, a)
		}
		levels.Levels = append(levels.Levels, list)
	}

	convergence := ConvergencePicture{Title: "Discrete layers against collocation"}
	for k, m := range []struct {
		name  string
		order float64
	}{{"Euler", 1}, {"midpoint", 2}, {"trapezoid", 2}, {"Simpson–Hermite", 4}, {"Gauss, 3 stages", 6}} {
		e := ErrorCurve{Name: m.name, Order: m.order}
		for n := 8.0; n <= 512; n *= 2 {
			e.N = append(e.N, n)
			e.Err = append(e.Err, math.Max(0.3/float64(k+1)*math.Pow(n/4, -m.order)*(1+0.5/n), 1e-13*(1+0.3*rng.Float64())))
		}
		convergence.Curves = append(convergence.Curves, e)
	}

	meshes := MeshPicture{Title: "Meshes of a boundary layer, ε = 10^{-4}", Label: "t (s)"}
	for i := range 6 {
		var mesh []float64
		n := 16 << i
		for k := range n + 1 {
			u := float64(k) / float64(n)
			mesh = append(mesh, u+float64(i)*0.15*(math.Pow(u, 6)-u)*0.9)
		}
		meshes.Meshes = append(meshes.Meshes, mesh)
	}

	design := DesignPicture{Title: "A teacher of five layers", X: "layers, input and output included", Error: "held-out error (R_{m} d^{2})", Noise: 1}
	for i, m := range []float64{25, 100, 400} {
		c := DesignCurve{Name: fmt.Sprintf("%g pairs", m), Chosen: -1}
		if i == 2 {
			c.Chosen = 4
		}
		for n := 2.0; n <= 8; n++ {
			c.X = append(c.X, n)
			mean := 5*m - 4*(n-1)*min(m/5, 40)
			c.Expected, c.StdDev = append(c.Expected, mean), append(c.StdDev, math.Sqrt(mean))
			c.Level = append(c.Level, mean+200*m*math.Exp(-1.6*(n-2))/(1+math.Exp(20*(n-4.5))))
			c.HeldOut = append(c.HeldOut, 1+100/m+6e3*math.Exp(-1.8*(n-2)))
			c.Constant = append(c.Constant, 1000*(1+1/m))
		}
		design.Curves = append(design.Curves, c)
	}

	branches := BranchPicture{Title: "Bratu: u'' + λ e^{u} = 0", X: "λ", Y: "max u"}
	var bratu Branch
	bratu.Name = "solution"
	for i := range 160 {
		theta := 0.05 + float64(i)*0.06
		bratu.X = append(bratu.X, 2*theta*theta/math.Pow(math.Cosh(theta/2), 2)/1)
		bratu.Y = append(bratu.Y, 2*math.Log(math.Cosh(theta/2)))
		bratu.Stable = append(bratu.Stable, theta < 2.4)
	}
	bratu.Special = []Special{{Index: 39, Kind: "fold"}}
	pitchfork := Branch{Name: "asymmetric branch"}
	for i := range 40 {
		x := 2 + float64(i)*0.04
		pitchfork.X, pitchfork.Y = append(pitchfork.X, x), append(pitchfork.Y, 6+2*math.Sqrt(x-2))
	}
	pitchfork.Special = []Special{{Index: 0, Kind: "branch point"}}
	branches.Branches = []Branch{bratu, pitchfork}

	return []Figure{
		states.Figure(),
		renamed(many.Figure(), "many"),
		Costates("Costates of lynx and hare", "t (year)", costates, nil),
		Energy("H along the layers", "t (year)", energy.T, energy.Y),
		levels.Figure(),
		convergence.Figure(),
		meshes.Figure(),
		design.Figure(),
		branches.Figure(),
	}
}

func renamed(f Figure, name string) Figure {
	f.Name = name
	return f
}
