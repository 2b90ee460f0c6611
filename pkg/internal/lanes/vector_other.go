//go:build !amd64 || noasm

package lanes

func fill(g *Source, dst []float64) { fillGo(g, dst) }

// Run moves all lanes by up to Steps steps, and ends with the step in which the first of the active
// lanes stops: beyond the level, at the end of time, or with a time that is no number > 0.
func (m *Move) Run(clock Clock, heun bool) { m.runGo(clock, heun) }

// Run moves all lanes by up to Steps steps, and ends with the step in which the first of the active
// lanes stops.
func (m *Fresh) Run() { m.runGo() }

func descend(*Descent, int) bool { return false }
