package route

import (
	"errors"

	"costate/ode"
)

// routes takes the routes other than collocation, which know nothing of each other,
// side by side. All formulas are built in one graph. Two may not build in it at a
// time, and what they built would depend on which of them is quicker; so formulas
// are compiled before, and what runs here holds numbers and compiled functions only.
// unshot says why there is no solution by shooting.
func (c *checker) routes() (unshot, err error) {
	shot := c.Problem.newShot(c.accuracy(), c.Collocation)
	flight := c.newFlight()
	layers := c.newLayering()
	tasks := append([]func(){
		func() {
			shot.run(c.ctx)
			c.Step("shooting")
		},
		func() { c.flown = flight.run(c.ctx) },
	}, layers.tasks(c.ctx, c.Step)...)
	forEach(len(tasks), workers(0), func(i int) { tasks[i]() })
	c.Shooting, unshot = c.shoot(shot)
	return unshot, c.judge(layers)
}

// shoot solves by multiple shooting, to what rounding leaves of the accuracy, the
// first attempt being made.
func (c *checker) shoot(first *shot) (*ode.Solution, error) {
	p := *c.Problem // holds parameters of its own
	sol, err := p.finish(c.ctx, first)
	for tol := 10 * first.tol; errors.Is(err, ode.ErrIllConditioned) && tol <= c.Tol*(1+1e-9); tol *= 10 {
		p = *c.Problem
		sol, err = p.Shoot(c.ctx, Options{Tol: tol, Guess: c.Collocation})
	}
	return sol, err
}
