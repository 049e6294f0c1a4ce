package route

import (
	"context"

	"costate/ode"
)

func (p *Problem) Shoot(ctx context.Context, o Options) (*ode.Solution, error) { panic("") }
