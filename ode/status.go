package ode

import "errors"

// Status says why a solver stopped.
type Status int

const (
	Unfinished     Status = iota // not run to an end
	Solved                       // the error estimate and the residuals meet the tolerances
	MeshLimit                    // more mesh points needed than allowed
	Singular                     // the linearised problem is singular
	IllConditioned               // conditioning leaves no digit of the tolerance
	NotFinite                    // NaN or Inf where a number was needed
	NoDescent                    // Newton's iteration does not converge
	StepLimit                    // the integrator's step or time limit
	Cancelled                    // the context ended
)

var statusNames = [...]string{"unfinished", "solved", "mesh limit", "singular", "ill-conditioned",
	"not finite", "no descent", "step limit", "cancelled"}

func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return "unknown status"
	}
	return statusNames[s]
}

// Sentinels, one for each failing Status; errors.Is finds them under the
// typed errors of the solvers.
var (
	ErrMeshLimit      = errors.New("mesh limit reached")
	ErrSingular       = errors.New("singular problem")
	ErrIllConditioned = errors.New("ill-conditioned problem")
	ErrNotFinite      = errors.New("not finite")
	ErrNoDescent      = errors.New("no descent")
	ErrStepLimit      = errors.New("step limit reached")
)
