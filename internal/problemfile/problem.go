package problemfile

import (
	"math"

	"costate/hamiltonian"
	"costate/internal/expr"
)

// Kind tells which kind of problem a file gives. It follows from the keys that
// are present.
type Kind int

const (
	KindAction      Kind = iota // model and measurements: [model] or [[observations]]
	KindBoundary                // right-hand sides and conditions
	KindLagrangian              // lagrangian = '..'
	KindHamiltonian             // hamiltonian = '..'
	KindNetwork                 // [network]
)

func (k Kind) String() string {
	return [...]string{"action", "boundary", "lagrangian", "hamiltonian", "network"}[k]
}

// Problem is a problem file that has been read and checked. One of Action,
// Boundary, Lagrangian, Hamiltonian and Network is set, as Kind says.
type Problem struct {
	Kind        Kind
	Title       string
	Description string
	Reference   string // where the problem comes from

	Name   string // of the file, without folder and extension
	Path   string // as given to Load
	Source string // text of the file

	Action      *hamiltonian.Action
	Boundary    *hamiltonian.Boundary
	Lagrangian  *hamiltonian.Lagrangian
	Hamiltonian *hamiltonian.Hamiltonian
	Network     *Network

	Units       map[string]string // by the name of a state, parameter or the layer
	Definitions []Definition      // named formulas, as written, in the order of the file
	Indexed     []Equation        // equations of indexed families, as written
	DataFiles   []string          // read for observations and inputs, relative to the file
	NoData      []string          // files of observations that do not exist, or are empty: see Loader.ModelOnly

	// Held are observations after the end of the layer (outside = "predict"):
	// they do not enter the action, a prediction is compared with them.
	Held []hamiltonian.Observations

	Solve        Solve
	Anneal       Anneal
	Continuation *Continuation // nil: none
	Integrate    Integrate

	// Settable are the constants and fixed parameters that Loader.Set and With
	// replace; those given by a formula have the value that it gives.
	Settable []hamiltonian.Constant

	Warnings []error

	domain hamiltonian.Domain // of a network: constants only
	ranges map[string][2]float64
	frozen map[string]bool
	reload func(set map[string]float64) (*Problem, error)
}

// With reads the same text and data again with other values of constants or
// fixed parameters: those of set, and those it was loaded with.
func (p *Problem) With(set map[string]float64) (*Problem, error) { return p.reload(set) }

// Definition is a named formula of [definitions]. Parameters, states and
// constants appear in Formula; other definitions have been put in.
type Definition struct {
	Name    string
	Formula *expr.Expr
}

// Equation is an equation of an indexed family as it was written.
type Equation struct {
	Left, Right string // "x[i]'", "x[i-1]*(x[i+1] - x[i-2]) - x[i] + k"
	Index       string // "i = 1..20, cyclic"
}

// Solve are the settings of [solve]; zero values mean the solver's default.
type Solve struct {
	Method       string // collocation, shooting or discrete; of a network gauss-newton, lbfgs, collocation or shooting
	Tolerance    float64
	Stages       int // of Gauss collocation
	Intervals    int // of the first mesh
	MaxIntervals int
	Layers       int    // of the discrete action
	Rule         string // euler, midpoint, trapezoid, simpson-hermite or gauss
	Starts       int    // of a network's training
	Seed         uint64
}

// Anneal are the settings of [anneal]; zero values mean the default of the
// command.
type Anneal struct {
	Rf0        []float64 // one per state, of a network one; nil: default
	Steady     []bool    // with Rf0: varying parameters that it does not name
	Alpha      float64
	Beta       int  // last beta
	BetaGiven  bool // a last beta of 0 is one rung
	Starts     int
	Seed       uint64
	Layers     int
	Rule       string
	Convention string // as in Conventions; of a network continuous, paper or varanneal
	Kappa      float64
	OffGrid    string // insert or interpolate
	Predict    float64

	// Of a network.
	Plateau   float64   // end the ladder where the action is flat; 0: never
	Strong    bool      // a last rung with exact layers
	Start     string    // "random" hidden states, or those of the "network"
	Hidden    []float64 // range of hidden states at first; nil: default
	Tolerance float64   // of the minimum of one rung
	MaxSteps  int       // of one rung
	Redraws   int       // of hidden neurons after the ladder
}

// Continuation are the settings of [continuation]: a constant that is moved.
// From is where solve starts when it fails at the constant's own value, To is
// where a branch is followed to; each is the constant's value where the file
// does not say.
type Continuation struct {
	Parameter string
	From, To  float64
}

// Integrate are the settings of [integrate]: the forward model that makes twin
// data, with the true initial values and parameters.
type Integrate struct {
	Start      []float64 // initial values, one per state; NaN: not given
	Parameters []float64 // one per estimated parameter; NaN: not given
	Until      float64   // 0: the end of the layer
	Every      float64   // output step; 0: default
	Noise      []float64 // standard deviation, one per state; nil: none
	Seed       uint64
}

// Domain returns the part that all kinds share.
func (p *Problem) Domain() *hamiltonian.Domain {
	switch p.Kind {
	case KindBoundary:
		return &p.Boundary.Domain
	case KindLagrangian:
		return &p.Lagrangian.Domain
	case KindHamiltonian:
		return &p.Hamiltonian.Domain
	case KindNetwork:
		return &p.domain
	}
	return &p.Action.Domain
}

// Params returns the estimated parameters; nil for a Lagrangian.
func (p *Problem) Params() []hamiltonian.Param {
	switch p.Kind {
	case KindAction:
		return p.Action.Params
	case KindBoundary:
		return p.Boundary.Params
	case KindHamiltonian:
		return p.Hamiltonian.Params
	}
	return nil
}

// Range returns the range from which annealing draws the start of a state or
// parameter: its range, or its bounds where both are finite.
func (p *Problem) Range(name string) (lo, hi float64, ok bool) {
	if r, ok := p.ranges[name]; ok {
		return r[0], r[1], true
	}
	bounds := func(lo, hi float64) (float64, float64, bool) {
		return lo, hi, !math.IsInf(lo, 0) && !math.IsInf(hi, 0)
	}
	for _, q := range p.Params() {
		if q.Symbol.Name() == name {
			return bounds(q.Bounds())
		}
	}
	if p.Action != nil {
		for _, s := range p.Action.States {
			if s.Symbol.Name() == name {
				return bounds(s.Bounds())
			}
		}
	}
	return 0, 0, false
}

// Frozen reports whether the value of a constant was used as a number while
// reading (an end of the layer, a precision, a bound, a point of a condition, a
// formula of data columns).
// To change such a constant the file must be read again, with Loader.Set.
func (p *Problem) Frozen(name string) bool { return p.frozen[name] }
