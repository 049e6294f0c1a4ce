package route

import (
	"fmt"
	"math"
	"strings"

	"costate/hamiltonian"
)

// Findings are the figures that speak for or against a solution.
type Findings struct {
	Agreement    []Agreement
	Certificates []hamiltonian.Certificate
}

func (c *Findings) certify(certs ...hamiltonian.Certificate) {
	c.Certificates = append(c.Certificates, certs...)
}

// Agreement is the difference of two routes in one quantity.
type Agreement struct {
	Quantity   string
	Routes     [2]string
	Difference float64 // relative to the largest value of a component; of the action, absolute
	Estimate   float64 // sum of the error estimates of both, in the same unit
}

// agreementBound is the ratio of a difference to its estimate that is allowed: the
// estimates are of the first order, and the largest of many values is compared.
const agreementBound = 10

// Verdict judges the ratio of difference and estimate.
func (a Agreement) Verdict() hamiltonian.Verdict {
	switch {
	case math.IsNaN(a.Difference) || math.IsNaN(a.Estimate):
		return hamiltonian.NotJudged
	case a.Difference <= agreementBound*a.Estimate:
		return hamiltonian.Pass
	}
	return hamiltonian.Fail
}

// Passed reports whether everything that could be judged holds.
func (c *Findings) Passed() bool {
	for _, k := range c.Certificates {
		if k.Verdict == hamiltonian.Fail {
			return false
		}
	}
	for _, a := range c.Agreement {
		if a.Verdict() == hamiltonian.Fail {
			return false
		}
	}
	return true
}

// Verdict says in one line what was found.
func (c *Findings) Verdict() string {
	var failed []string
	judged, open := 0, 0
	for _, k := range c.Certificates {
		switch k.Verdict {
		case hamiltonian.Fail:
			failed = append(failed, k.Name)
		case hamiltonian.NotJudged:
			open++
			continue
		}
		judged++
	}
	apart := 0
	for _, a := range c.Agreement {
		switch a.Verdict() {
		case hamiltonian.Fail:
			apart++
		case hamiltonian.NotJudged:
			open++
			continue
		}
		judged++
	}
	if apart > 0 {
		what := "differences"
		if apart == 1 {
			what = "difference"
		}
		failed = append(failed, fmt.Sprintf("%d %s between the routes", apart, what))
	}
	if len(failed) > 0 {
		return "FAILED: " + strings.Join(failed, "; ") // names have commas
	}
	alone := ""
	if len(c.Agreement) == 0 {
		alone = ", no second route to compare with"
	}
	return fmt.Sprintf("passed: %d figures within their bounds, %d not judged%s", judged, open, alone)
}
