package ode

type eventLog struct{}

func (l *eventLog) begin(r *run)                                               {}
func (l *eventLog) step(r *run, c []float64, tnext, h float64) (float64, bool) { return tnext, false }
