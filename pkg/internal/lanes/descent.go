package lanes

// Descent holds replicas of SGD with single samples on a linear regression, δ ← δ − η(x·δ − y)x.
// The order of the fields is known to lanes_amd64.s.
type Descent struct {
	State      *[4][Width]uint64 // generators xoshiro256++
	Delta      *float64          // d vectors of lanes, δ = θ − θ*
	Rows       *float64          // of the samples: d features and a label each
	Samples    uint64            // below 2³²
	Eta, Bound float64
	Steps      int64
	Done       int64  // steps taken
	Out        uint64 // the lanes beyond the bound in the last of them
}

// Run moves all lanes by up to Steps ≥ 1 steps, and ends with the step in which the first of them is
// beyond |δ|² = Bound. It reports false, before the first, where there are no vectors for d
// coordinates. Products and sums are rounded one by one, even and odd coordinates added apart.
func (m *Descent) Run(d int) bool {
	if m.Steps < 1 || m.Samples >= 1<<32 {
		return false
	}
	return descend(m, d)
}
