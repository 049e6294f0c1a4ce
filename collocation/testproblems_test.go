package collocation

// Code generated from the public test sets of Cash and Mazzia and others by a
// computer algebra system; the derivatives are exact.

import (
	"math"

	"costate/ode"
)

// testProblem is a family of test problems in one parameter.
type testProblem struct {
	id, param string
	values    []float64
	linear    bool
	make      func(v float64) *ode.BVP
}

var testProblems = []testProblem{
	{id: "T1", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001, 1e-05, 1e-06}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (y[0]) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 1 / (v)
				jy[3] = 0
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1
					g[1] = y[1][0]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T3", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001, 1e-05}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (y[0] + y[1]*((-1)*math.Cos(math.Pi*x)-2) + (-1)*(v*((math.Pi)*(math.Pi))+1)*math.Cos(math.Pi*x) + (-1)*math.Pi*(math.Cos(math.Pi*x)+2)*math.Sin(math.Pi*x)) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 1 / (v)
				jy[3] = ((-1)*math.Cos(math.Pi*x) - 2) / (v)
			}},
			Start: -1, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{-1, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + 1
					g[1] = y[1][0] + 1
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T4", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001, 1e-05}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (y[0]*(v+1) + (-1)*y[1]) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (v + 1) / (v)
				jy[3] = (-1) / (v)
			}},
			Start: -1, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{-1, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1 + (-1)*math.Exp(-2)
					g[1] = y[1][0] + (-1)*math.Exp(((-2)*v-2)/(v)) - 1
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T6", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001, 1e-05, 1e-06}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = ((-1)*v*((math.Pi)*(math.Pi))*math.Cos(math.Pi*x) + (-1)*x*y[1] + (-1)*math.Pi*x*math.Sin(math.Pi*x)) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 0
				jy[3] = ((-1) * x) / (v)
			}},
			Start: -1, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{-1, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + 2
					g[1] = y[1][0]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T9", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = ((-4)*x*y[1] + (-2)*y[0]) / (v + ((x) * (x)))
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (-2) / (v + ((x) * (x)))
				jy[3] = ((-4) * x) / (v + ((x) * (x)))
			}},
			Start: -1, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{-1, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + (-1)/(v+1)
					g[1] = y[1][0] + (-1)/(v+1)
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T11", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001, 1e-05, 1e-06}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (y[0] + (-1)*(v*((math.Pi)*(math.Pi))+1)*math.Cos(math.Pi*x)) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 1 / (v)
				jy[3] = 0
			}},
			Start: -1, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{-1, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + 1
					g[1] = y[1][0] + 1
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T14", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001, 1e-05, 1e-06}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (y[0] + (-1)*(v*((math.Pi)*(math.Pi))+1)*math.Cos(math.Pi*x)) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 1 / (v)
				jy[3] = 0
			}},
			Start: -1, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{-1, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[1][0]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T16", param: "eps", values: []float64{1, 0.3333333333333333, 0.1111111111111111, 0.037037037037037035, 0.012345679012345678}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = ((-1) * y[0] * ((math.Pi) * (math.Pi))) / (4 * ((v) * (v)))
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = ((-1) * ((math.Pi) * (math.Pi))) / (4 * ((v) * (v)))
				jy[3] = 0
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[1][0] + (-1)*math.Sin((math.Pi)/(2*v))
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T17", param: "eps", values: []float64{1, 0.01, 0.001, 0.0001, 1e-05, 1e-06, 1e-08, 1e-10}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = ((-3) * v * y[0]) / ((v + ((x) * (x))) * (v + ((x) * (x))))
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = ((-3) * v) / ((v + ((x) * (x))) * (v + ((x) * (x))))
				jy[3] = 0
			}},
			Start: -1.0 / 10, End: 1.0 / 10,
			Boundary: ode.Conditions{Count: 2, Points: []float64{-1.0 / 10, 1.0 / 10}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + (1)/(10*math.Sqrt(v+1.0/100))
					g[1] = y[1][0] + (-1)/(10*math.Sqrt(v+1.0/100))
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T19", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = ((-1)*y[1]*math.Exp(y[0]) + 1.0/2*math.Pi*math.Exp(2*y[0])*math.Sin((math.Pi*x)/(2))) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = ((-1)*y[1]*math.Exp(y[0]) + math.Pi*math.Exp(2*y[0])*math.Sin((math.Pi*x)/(2))) / (v)
				jy[3] = ((-1) * math.Exp(y[0])) / (v)
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[1][0]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T20", param: "eps", values: []float64{1, 0.5, 0.1, 0.05, 0.01, 0.001}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (1 + (-1)*((y[1])*(y[1]))) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 0
				jy[3] = ((-2) * y[1]) / (v)
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = (-1)*v*math.Log(1.0/2+1.0/2*math.Exp((-149)/(100*v))) + y[0][0] - 349.0/200
					g[1] = (-1)*v*math.Log(1.0/2+1.0/2*math.Exp((-51)/(100*v))) + y[1][0] - 251.0/200
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T21", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001, 1e-05, 1e-06}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (((y[0]) * (y[0])) + y[0] + (-1)*math.Exp(((-2)*x)/(math.Sqrt(v)))) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (2*y[0] + 1) / (v)
				jy[3] = 0
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1
					g[1] = y[1][0] + (-1)*math.Exp((-1)/(math.Sqrt(v)))
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T23", param: "mu", values: []float64{1, 5, 7, 9, 10, 15, 20, 30}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = v * math.Sinh(v*y[0])
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = ((v) * (v)) * math.Cosh(v*y[0])
				jy[3] = 0
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[1][0] - 1
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = x
				y[1] = 1
			},
		}
	}},
	{id: "T24", param: "eps", values: []float64{0.1, 0.05, 0.02, 0.01, 0.005, 0.001}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (((-2)*x*(1+((-1)*((y[0])*(y[0])))/(5)))/(((x)*(x))+1) + y[0]*y[1]*((-2)*v*x+6.0/5) + ((-1)*y[1])/(y[0])) / (v * y[0] * (((x) * (x)) + 1))
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = ((4*x*y[0])/(5*(((x)*(x))+1))+y[1]*((-2)*v*x+6.0/5)+(y[1])/((y[0])*(y[0])))/(v*y[0]*(((x)*(x))+1)) + ((-1)*(((-2)*x*(1+((-1)*((y[0])*(y[0])))/(5)))/(((x)*(x))+1)+y[0]*y[1]*((-2)*v*x+6.0/5)+((-1)*y[1])/(y[0])))/(v*((y[0])*(y[0]))*(((x)*(x))+1))
				jy[3] = (y[0]*((-2)*v*x+6.0/5) + (-1)/(y[0])) / (v * y[0] * (((x) * (x)) + 1))
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 9129.0/10000
					g[1] = y[1][0] - 3.0/8
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = 9.0 / 10
				y[1] = 0
			},
		}
	}},
	{id: "T26", param: "eps", values: []float64{1, 0.1, 0.01, 0.005, 0.001, 0.0001}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = ((-1)*y[0]*y[1] + y[0]) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (1 + (-1)*y[1]) / (v)
				jy[3] = ((-1) * y[0]) / (v)
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1
					g[1] = y[1][0] + 1.0/3
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = 1 + ((-4)*x)/(3)
				y[1] = -4.0 / 3
			},
		}
	}},
	{id: "T28", param: "eps", values: []float64{1, 0.1, 0.01, 0.005, 0.001, 0.0001}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = ((-1)*y[0]*y[1] + y[0]) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (1 + (-1)*y[1]) / (v)
				jy[3] = ((-1) * y[0]) / (v)
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1
					g[1] = y[1][0] - 3.0/2
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = (x)/(2) + 1
				y[1] = 1.0 / 2
			},
		}
	}},
	{id: "T30", param: "eps", values: []float64{1, 0.1, 0.01, 0.005, 0.001, 0.0001}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = ((-1)*y[0]*y[1] + y[0]) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (1 + (-1)*y[1]) / (v)
				jy[3] = ((-1) * y[0]) / (v)
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + 7.0/6
					g[1] = y[1][0] - 3.0/2
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = (8*x)/(3) - 7.0/6
				y[1] = 8.0 / 3
			},
		}
	}},
	{id: "T31", param: "eps", values: []float64{1, 0.1, 0.05, 0.01, 0.001}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 4, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = math.Sin(y[1])
				f[1] = y[2]
				f[2] = ((-1) * y[3]) / (v)
				f[3] = ((-1)*y[2]*(v*y[3]*math.Tan(y[1])+1/(math.Cos(y[1]))) + (y[0]-1)*math.Cos(y[1])) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = math.Cos(y[1])
				jy[2] = 0
				jy[3] = 0
				jy[4] = 0
				jy[5] = 0
				jy[6] = 1
				jy[7] = 0
				jy[8] = 0
				jy[9] = 0
				jy[10] = 0
				jy[11] = (-1) / (v)
				jy[12] = (math.Cos(y[1])) / (v)
				jy[13] = ((-1)*y[2]*(v*y[3]*(((math.Tan(y[1]))*(math.Tan(y[1])))+1)+(math.Sin(y[1]))/((math.Cos(y[1]))*(math.Cos(y[1])))) + (-1)*(y[0]-1)*math.Sin(y[1])) / (v)
				jy[14] = ((-1)*v*y[3]*math.Tan(y[1]) + (-1)/(math.Cos(y[1]))) / (v)
				jy[15] = (-1) * y[2] * math.Tan(y[1])
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 4, Points: []float64{0, 1}, At: []int{0, 0, 1, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[0][2]
					g[2] = y[1][0]
					g[3] = y[1][2]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[0][6] = 1
					gy[1][8] = 1
					gy[1][14] = 1
				}},
		}
	}},
	{id: "T33", param: "eps", values: []float64{1, 0.1, 0.01, 0.001, 0.0001, 1e-05}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 6, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (y[0]*y[3] + (-1)*y[1]*y[2]) / (v)
				f[2] = y[3]
				f[3] = y[4]
				f[4] = y[5]
				f[5] = ((-1)*y[0]*y[1] + (-1)*y[2]*y[5]) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 0
				jy[3] = 0
				jy[4] = 0
				jy[5] = 0
				jy[6] = (y[3]) / (v)
				jy[7] = ((-1) * y[2]) / (v)
				jy[8] = ((-1) * y[1]) / (v)
				jy[9] = (y[0]) / (v)
				jy[10] = 0
				jy[11] = 0
				jy[12] = 0
				jy[13] = 0
				jy[14] = 0
				jy[15] = 1
				jy[16] = 0
				jy[17] = 0
				jy[18] = 0
				jy[19] = 0
				jy[20] = 0
				jy[21] = 0
				jy[22] = 1
				jy[23] = 0
				jy[24] = 0
				jy[25] = 0
				jy[26] = 0
				jy[27] = 0
				jy[28] = 0
				jy[29] = 1
				jy[30] = ((-1) * y[1]) / (v)
				jy[31] = ((-1) * y[0]) / (v)
				jy[32] = ((-1) * y[5]) / (v)
				jy[33] = 0
				jy[34] = 0
				jy[35] = ((-1) * y[2]) / (v)
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 6, Points: []float64{0, 1}, At: []int{0, 0, 0, 1, 1, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + 1
					g[1] = y[0][2]
					g[2] = y[0][3]
					g[3] = y[1][0] - 1
					g[4] = y[1][2]
					g[5] = y[1][3]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[0][8] = 1
					gy[0][15] = 1
					gy[1][18] = 1
					gy[1][26] = 1
					gy[1][33] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = 2*x - 1
				y[1] = 2
				y[2] = 0
				y[3] = 0
				y[4] = 0
				y[5] = 0
			},
		}
	}},
	{id: "T34", param: "eps", values: []float64{0.001, 0.01, 0.1, 1, 2, 3.5}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (-1) * v * math.Exp(y[0])
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (-1) * v * math.Exp(y[0])
				jy[3] = 0
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[1][0]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "T35", param: "eps", values: []float64{1, 0.1, 0.05, 0.02, 0.01}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (x*y[1] + (-1)*y[0]) / (v)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (-1) / (v)
				jy[3] = (x) / (v)
			}},
			Start: -1, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{-1, 1}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1
					g[1] = y[1][0] - 2
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
		}
	}},
	{id: "bratu_upper", param: "lam", values: []float64{1, 2, 3}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (-1) * v * math.Exp(y[0])
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (-1) * v * math.Exp(y[0])
				jy[3] = 0
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[1][0]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = 16 * x * (1 + (-1)*x)
				y[1] = 16 + (-32)*x
			},
		}
	}},
	{id: "sturm_liouville", param: "", values: []float64{0}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 1, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (-1) * y[0] * ((p[0]) * (p[0]))
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jp[0] = 0
				jy[2] = (-1) * ((p[0]) * (p[0]))
				jy[3] = 0
				jp[1] = (-2) * p[0] * y[0]
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 3, Points: []float64{0, 1}, At: []int{0, 1, 0}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[1][0]
					g[2] = (-1)*p[0] + y[0][1]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gp[0] = 0
					gy[1][2] = 1
					gp[1] = 0
					gy[0][5] = 1
					gp[2] = -1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = math.Sin(2 * math.Pi * x)
				y[1] = 2 * math.Pi * math.Cos(2*math.Pi*x)
			},
			GuessParams: []float64{6.0},
		}
	}},
	{id: "emden", param: "", values: []float64{0}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (-1)*((y[0])*(y[0])*(y[0])*(y[0])*(y[0])) + ((-2)*y[1])/(x)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = (-5) * ((y[0]) * (y[0]) * (y[0]) * (y[0]))
				jy[3] = (-2) / (x)
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][1]
					g[1] = y[1][0] + ((-1)*math.Sqrt(3))/(2)
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][1] = 1
					gy[1][2] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = (math.Sqrt(3)) / (2)
				y[1] = 0
			},
		}
	}},
	{id: "blasius", param: "", values: []float64{0}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 3, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = y[2]
				f[2] = ((-1) * y[0] * y[2]) / (2)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 0
				jy[3] = 0
				jy[4] = 0
				jy[5] = 1
				jy[6] = ((-1) * y[2]) / (2)
				jy[7] = 0
				jy[8] = ((-1) * y[0]) / (2)
			}},
			Start: 0, End: 10,
			Boundary: ode.Conditions{Count: 3, Points: []float64{0, 10}, At: []int{0, 0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[0][1]
					g[2] = y[1][1] - 1
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[0][4] = 1
					gy[1][7] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = x - 1 + math.Exp((-1)*x)
				y[1] = 1 + (-1)*math.Exp((-1)*x)
				y[2] = math.Exp((-1) * x)
			},
		}
	}},
	{id: "threebvp", param: "kappa", values: []float64{2, 3, 4, 5}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = 20*y[1] - 20
				f[1] = (((v) * (v)) * ((y[0]*y[1])/(20) + ((-1)*min(1, x))/(20))) / (4)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 20
				jy[2] = (y[1] * ((v) * (v))) / (80)
				jy[3] = (y[0] * ((v) * (v))) / (80)
			}},
			Start: 0, End: 2,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, 1, 2}, At: []int{0, 2}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[2][1] - 1
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					clear(gy[2])
					gy[0][0] = 1
					gy[2][3] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = 1
				y[1] = 1
			},
		}
	}},
	{id: "multipoint_sin", param: "", values: []float64{0}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (-1) * y[0]
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = -1
				jy[3] = 0
			}},
			Start: 0, End: (math.Pi) / (2),
			Boundary: ode.Conditions{Count: 2, Points: []float64{(math.Pi) / (6), (math.Pi) / (3)}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1.0/2
					g[1] = y[1][1] - 1.0/2
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][3] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = 0
				y[1] = 1
			},
		}
	}},
	{id: "nerve", param: "", values: []float64{0}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 1, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = 3 * p[0] * (((-1)*((y[0])*(y[0])*(y[0])))/(3) + y[0] + y[1] - 13.0/10)
				f[1] = ((-1) * p[0] * (y[0] + (4*y[1])/(5) - 7.0/10)) / (3)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 3 * p[0] * (1 + (-1)*((y[0])*(y[0])))
				jy[1] = 3 * p[0]
				jp[0] = (-1)*((y[0])*(y[0])*(y[0])) + 3*y[0] + 3*y[1] - 39.0/10
				jy[2] = ((-1) * p[0]) / (3)
				jy[3] = ((-4) * p[0]) / (15)
				jp[1] = ((-1)*y[0])/(3) + ((-4)*y[1])/(15) + 7.0/30
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 3, Points: []float64{0, 1}, At: []int{-1, -1, 0}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + (-1)*y[1][0]
					g[1] = y[0][1] + (-1)*y[1][1]
					g[2] = ((-1)*p[0]*(y[0][0]+(4*y[0][1])/(5)-7.0/10))/(3) - 1
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][0] = -1
					gp[0] = 0
					gy[0][3] = 1
					gy[1][3] = -1
					gp[1] = 0
					gy[0][4] = ((-1) * p[0]) / (3)
					gy[0][5] = ((-4) * p[0]) / (15)
					gp[2] = ((-1)*y[0][0])/(3) + ((-4)*y[0][1])/(15) + 7.0/30
				}},
			Guess: func(y []float64, x float64) {
				y[0] = math.Sin(2 * math.Pi * x)
				y[1] = math.Cos(2 * math.Pi * x)
			},
			GuessParams: []float64{6.283185307179586},
		}
	}},
	{id: "measles", param: "mu", values: []float64{0.02}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 3, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = v + (-1)*y[0]*y[2]*(1575*math.Cos(2*math.Pi*x)+1575)
				f[1] = y[0]*y[2]*(1575*math.Cos(2*math.Pi*x)+1575) + ((-10000)*y[1])/(279)
				f[2] = (10000*y[1])/(279) + (-100)*y[2]
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = (-1) * y[2] * (1575*math.Cos(2*math.Pi*x) + 1575)
				jy[1] = 0
				jy[2] = (-1) * y[0] * (1575*math.Cos(2*math.Pi*x) + 1575)
				jy[3] = y[2] * (1575*math.Cos(2*math.Pi*x) + 1575)
				jy[4] = -10000.0 / 279
				jy[5] = y[0] * (1575*math.Cos(2*math.Pi*x) + 1575)
				jy[6] = 0
				jy[7] = 10000.0 / 279
				jy[8] = -100
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 3, Points: []float64{0, 1}, At: []int{-1, -1, -1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + (-1)*y[1][0]
					g[1] = y[0][1] + (-1)*y[1][1]
					g[2] = y[0][2] + (-1)*y[1][2]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][0] = -1
					gy[0][4] = 1
					gy[1][4] = -1
					gy[0][8] = 1
					gy[1][8] = -1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = 1.0 / 10
				y[1] = 1.0 / 200
				y[2] = 1.0 / 1000
			},
		}
	}},
	{id: "elastica", param: "", values: []float64{0}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 4, Params: 1, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = math.Cos(y[2])
				f[1] = math.Sin(y[2])
				f[2] = y[3]
				f[3] = p[0] * math.Cos(y[2])
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 0
				jy[2] = (-1) * math.Sin(y[2])
				jy[3] = 0
				jp[0] = 0
				jy[4] = 0
				jy[5] = 0
				jy[6] = math.Cos(y[2])
				jy[7] = 0
				jp[1] = 0
				jy[8] = 0
				jy[9] = 0
				jy[10] = 0
				jy[11] = 1
				jp[2] = 0
				jy[12] = 0
				jy[13] = 0
				jy[14] = (-1) * p[0] * math.Sin(y[2])
				jy[15] = 0
				jp[3] = math.Cos(y[2])
			}},
			Start: 0, End: 1.0 / 2,
			Boundary: ode.Conditions{Count: 5, Points: []float64{0, 1.0 / 2}, At: []int{0, 0, 0, 1, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[0][1]
					g[2] = y[0][3]
					g[3] = y[1][1]
					g[4] = y[1][2] + (math.Pi)/(2)
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gp[0] = 0
					gy[0][5] = 1
					gp[1] = 0
					gy[0][11] = 1
					gp[2] = 0
					gy[1][13] = 1
					gp[3] = 0
					gy[1][18] = 1
					gp[4] = 0
				}},
			Guess: func(y []float64, x float64) {
				y[0] = x
				y[1] = -1.0 / 10
				y[2] = (-1) * math.Pi * x
				y[3] = (-3) * x
			},
			GuessParams: []float64{-10.0},
		}
	}},
	{id: "H1_double_integrator", param: "", values: []float64{0}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 4, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = y[3]
				f[2] = 0
				f[3] = (-1) * y[2]
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 0
				jy[3] = 0
				jy[4] = 0
				jy[5] = 0
				jy[6] = 0
				jy[7] = 1
				jy[8] = 0
				jy[9] = 0
				jy[10] = 0
				jy[11] = 0
				jy[12] = 0
				jy[13] = 0
				jy[14] = -1
				jy[15] = 0
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 4, Points: []float64{0, 1}, At: []int{0, 0, 1, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[0][1]
					g[2] = y[1][0] - 1
					g[3] = y[1][1]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[0][5] = 1
					gy[1][8] = 1
					gy[1][13] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = x
				y[1] = 1
				y[2] = 0
				y[3] = 0
			},
		}
	}},
	{id: "H3_lqr", param: "T", values: []float64{1, 10, 50, 200}, linear: true, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: true,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = (-1) * y[1]
				f[1] = (-1) * y[0]
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = -1
				jy[2] = -1
				jy[3] = 0
			}},
			Start: 0, End: v,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, v}, At: []int{0, 1}, Linear: true,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1
					g[1] = y[1][1]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][3] = 1
				}},
		}
	}},
	{id: "H4_double_well_instanton", param: "T", values: []float64{5, 10, 20, 40}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 2, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = (-1)*((y[0])*(y[0])*(y[0])) + y[0] + y[1]
				f[1] = y[1] * (3*((y[0])*(y[0])) - 1)
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 1 + (-3)*((y[0])*(y[0]))
				jy[1] = 1
				jy[2] = 6 * y[0] * y[1]
				jy[3] = 3*((y[0])*(y[0])) - 1
			}},
			Start: 0, End: v,
			Boundary: ode.Conditions{Count: 2, Points: []float64{0, v}, At: []int{0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] + 1
					g[1] = y[1][0]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[1][2] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = (-1) / (math.Sqrt(math.Exp(((-2)*v)/(3)+2*x) + 1))
				y[1] = (2 * math.Exp(((-2)*v)/(3)+2*x)) / (math.Pow(math.Exp(((-2)*v)/(3)+2*x)+1, 3.0/2))
			},
		}
	}},
	{id: "H6_orbit_raising", param: "", values: []float64{0}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 6, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (281*y[4])/(2000*(1+((-749)*x)/(10000))*math.Sqrt(((y[4])*(y[4]))+((y[5])*(y[5])))) + ((y[2])*(y[2]))/(y[0]) + (-1)/((y[0])*(y[0]))
				f[2] = (281*y[5])/(2000*(1+((-749)*x)/(10000))*math.Sqrt(((y[4])*(y[4]))+((y[5])*(y[5])))) + ((-1)*y[1]*y[2])/(y[0])
				f[3] = (-1)*y[4]*(((-1)*((y[2])*(y[2])))/((y[0])*(y[0]))+(2)/((y[0])*(y[0])*(y[0]))) + ((-1)*y[1]*y[2]*y[5])/((y[0])*(y[0]))
				f[4] = (-1)*y[3] + (y[2]*y[5])/(y[0])
				f[5] = (y[1]*y[5])/(y[0]) + ((-2)*y[2]*y[4])/(y[0])
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 0
				jy[3] = 0
				jy[4] = 0
				jy[5] = 0
				jy[6] = ((-1)*((y[2])*(y[2])))/((y[0])*(y[0])) + (2)/((y[0])*(y[0])*(y[0]))
				jy[7] = 0
				jy[8] = (2 * y[2]) / (y[0])
				jy[9] = 0
				jy[10] = ((-281)*((y[4])*(y[4])))/(2000*(1+((-749)*x)/(10000))*math.Pow(((y[4])*(y[4]))+((y[5])*(y[5])), 3.0/2)) + (281)/(2000*(1+((-749)*x)/(10000))*math.Sqrt(((y[4])*(y[4]))+((y[5])*(y[5]))))
				jy[11] = ((-281) * y[4] * y[5]) / (2000 * (1 + ((-749)*x)/(10000)) * math.Pow(((y[4])*(y[4]))+((y[5])*(y[5])), 3.0/2))
				jy[12] = (y[1] * y[2]) / ((y[0]) * (y[0]))
				jy[13] = ((-1) * y[2]) / (y[0])
				jy[14] = ((-1) * y[1]) / (y[0])
				jy[15] = 0
				jy[16] = ((-281) * y[4] * y[5]) / (2000 * (1 + ((-749)*x)/(10000)) * math.Pow(((y[4])*(y[4]))+((y[5])*(y[5])), 3.0/2))
				jy[17] = ((-281)*((y[5])*(y[5])))/(2000*(1+((-749)*x)/(10000))*math.Pow(((y[4])*(y[4]))+((y[5])*(y[5])), 3.0/2)) + (281)/(2000*(1+((-749)*x)/(10000))*math.Sqrt(((y[4])*(y[4]))+((y[5])*(y[5]))))
				jy[18] = (-1)*y[4]*((2*((y[2])*(y[2])))/((y[0])*(y[0])*(y[0]))+(-6)/((y[0])*(y[0])*(y[0])*(y[0]))) + (2*y[1]*y[2]*y[5])/((y[0])*(y[0])*(y[0]))
				jy[19] = ((-1) * y[2] * y[5]) / ((y[0]) * (y[0]))
				jy[20] = ((-1)*y[1]*y[5])/((y[0])*(y[0])) + (2*y[2]*y[4])/((y[0])*(y[0]))
				jy[21] = 0
				jy[22] = ((y[2])*(y[2]))/((y[0])*(y[0])) + (-2)/((y[0])*(y[0])*(y[0]))
				jy[23] = ((-1) * y[1] * y[2]) / ((y[0]) * (y[0]))
				jy[24] = ((-1) * y[2] * y[5]) / ((y[0]) * (y[0]))
				jy[25] = 0
				jy[26] = (y[5]) / (y[0])
				jy[27] = -1
				jy[28] = 0
				jy[29] = (y[2]) / (y[0])
				jy[30] = ((-1)*y[1]*y[5])/((y[0])*(y[0])) + (2*y[2]*y[4])/((y[0])*(y[0]))
				jy[31] = (y[5]) / (y[0])
				jy[32] = ((-2) * y[4]) / (y[0])
				jy[33] = 0
				jy[34] = ((-2) * y[2]) / (y[0])
				jy[35] = (y[1]) / (y[0])
			}},
			Start: 0, End: 16597.0 / 5000,
			Boundary: ode.Conditions{Count: 6, Points: []float64{0, 16597.0 / 5000}, At: []int{0, 0, 0, 1, 1, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1
					g[1] = y[0][1]
					g[2] = y[0][2] - 1
					g[3] = y[1][1]
					g[4] = y[1][2] + (-1)/(math.Sqrt(y[1][0]))
					g[5] = y[1][3] - 1 + ((-1)*y[1][5])/(2*math.Pow(y[1][0], 3.0/2))
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[0][7] = 1
					gy[0][14] = 1
					gy[1][19] = 1
					gy[1][24] = (1) / (2 * math.Pow(y[1][0], 3.0/2))
					gy[1][26] = 1
					gy[1][30] = (3 * y[1][5]) / (4 * math.Pow(y[1][0], 5.0/2))
					gy[1][33] = 1
					gy[1][35] = (-1) / (2 * math.Pow(y[1][0], 3.0/2))
				}},
			Guess: func(y []float64, x float64) {
				y[0] = (2500*x)/(16597) + 1
				y[1] = 1.0 / 10
				y[2] = 1 + ((-1000)*x)/(16597)
				y[3] = 1
				y[4] = 1.0 / 2
				y[5] = 1
			},
		}
	}},
	{id: "H9_vdp_control", param: "T", values: []float64{5, 10}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 4, Params: 0, Algebraic: 0, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[1]
				f[1] = (-1)*y[0] + y[1]*(1+(-1)*((y[0])*(y[0]))) + (-1)*y[3]
				f[2] = (-2)*y[0] + (-1)*y[3]*((-2)*y[0]*y[1]-1)
				f[3] = (-2)*y[1] + (-1)*y[2] + (-1)*y[3]*(1+(-1)*((y[0])*(y[0])))
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = 1
				jy[2] = 0
				jy[3] = 0
				jy[4] = (-2)*y[0]*y[1] - 1
				jy[5] = 1 + (-1)*((y[0])*(y[0]))
				jy[6] = 0
				jy[7] = -1
				jy[8] = 2*y[1]*y[3] - 2
				jy[9] = 2 * y[0] * y[3]
				jy[10] = 0
				jy[11] = 2*y[0]*y[1] + 1
				jy[12] = 2 * y[0] * y[3]
				jy[13] = -2
				jy[14] = -1
				jy[15] = ((y[0]) * (y[0])) - 1
			}},
			Start: 0, End: v,
			Boundary: ode.Conditions{Count: 4, Points: []float64{0, v}, At: []int{0, 0, 1, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0] - 1
					g[1] = y[0][1]
					g[2] = y[1][2]
					g[3] = y[1][3]
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[0][5] = 1
					gy[1][10] = 1
					gy[1][15] = 1
				}},
			Guess: func(y []float64, x float64) {
				y[0] = 1 + ((-1)*x)/(v)
				y[1] = 0
				y[2] = 0
				y[3] = 0
			},
		}
	}},
	{id: "dae1", param: "", values: []float64{0}, linear: false, make: func(v float64) *ode.BVP {
		return &ode.BVP{System: ode.System{Dim: 4, Params: 0, Algebraic: 1, Linear: false,
			Func: func(f []float64, x float64, y, p []float64) {
				f[0] = y[3]*(y[1]+(-1)*math.Sin(x)+1) + math.Cos(x)
				f[1] = math.Cos(x)
				f[2] = y[3]
				f[3] = (y[0] + (-1)*math.Sin(x)) * (y[3] + (-1)*math.Exp(x))
			},
			Jac: func(jy, jp []float64, x float64, y, p []float64) {
				jy[0] = 0
				jy[1] = y[3]
				jy[2] = 0
				jy[3] = y[1] + (-1)*math.Sin(x) + 1
				jy[4] = 0
				jy[5] = 0
				jy[6] = 0
				jy[7] = 0
				jy[8] = 0
				jy[9] = 0
				jy[10] = 0
				jy[11] = 1
				jy[12] = y[3] + (-1)*math.Exp(x)
				jy[13] = 0
				jy[14] = 0
				jy[15] = y[0] + (-1)*math.Sin(x)
			}},
			Start: 0, End: 1,
			Boundary: ode.Conditions{Count: 3, Points: []float64{0, 1}, At: []int{0, 0, 1}, Linear: false,
				Func: func(g []float64, y [][]float64, p []float64) {
					g[0] = y[0][0]
					g[1] = y[0][2] - 1
					g[2] = y[1][1] + (-1)*math.Sin(1)
				},
				Jac: func(gy [][]float64, gp []float64, y [][]float64, p []float64) {
					clear(gy[0])
					clear(gy[1])
					gy[0][0] = 1
					gy[0][6] = 1
					gy[1][9] = 1
				}},
		}
	}},
}
