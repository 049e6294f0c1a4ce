package ode

type variation struct{ cols int }

func (v *variation) attach(r *run) {}
