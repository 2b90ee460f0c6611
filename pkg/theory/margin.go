package theory

import (
	"fmt"
	"math"
	"strings"
)

// The margins x within which Eq. 17 was held against exact rates on quartic barriers, T ≤ 0.2, c ≤
// 8: within 5 % for x ≥ wide, within 12 % for x ≥ narrow, as long as n ≤ n_c − 4. Below, the rate
// itself is ambiguous.
const (
	wide   = 8
	narrow = 2
	room   = 4
)

// unequal is the spread of the outliers from which the missing factor is worth a word: at 1.05 it
// is about a per cent.
const unequal = 1.05

// Margin returns x = ½(n_c − n)·log c, the log of how much deeper than the top of the pass the well
// is in stationary weight, L^{−φ} times the room r^n at each. Escape is a rare event with a rate of
// its own, and Eq. 17 an approximation to it, while x ≫ 1: within 5 % for x ≥ 8, 12 % for x ≥ 2.
func (e Escape) Margin() float64 {
	return (e.CriticalDimension() - float64(e.EffectiveDimension)) / 2 * math.Log(e.Ratio)
}

// CriticalDimension returns n_c = 2(B/(ηh*) + 1), Eq. 19: there is no stable minimum for n ≥ n_c.
func (e Escape) CriticalDimension() float64 { return 2 * (1/e.T() + 1) }

// Caveats says, a sentence each, why Eq. 17 cannot be trusted to 5 % here; none if it can, for the
// diffusion Eq. 13 on a straight path. SGD itself, at batch sizes of a few, is another matter: see
// package regression.
func (e Escape) Caveats() []string {
	if err := e.Check(); err != nil {
		return []string{err.Error()}
	}
	var caveats []string
	add := func(format string, args ...any) { caveats = append(caveats, fmt.Sprintf(format, args...)) }
	x, free := e.Margin(), e.CriticalDimension()-float64(e.EffectiveDimension)
	switch {
	case free <= 0:
		add("n = %d is not below n_c = %.3g: no stable minimum (Eq. 19)", e.EffectiveDimension, e.CriticalDimension())
	case x < narrow:
		add("margin x = ½(n_c−n)·log c = %.3g is below %d: escape is not rare, the rate ambiguous and Eq. 17 may be off by half or more", x, narrow)
	case x < wide:
		add("margin x = ½(n_c−n)·log c = %.3g is below %d: expect Eq. 17 to be off by up to 12 %%", x, wide)
	}
	if free > 0 && free < room {
		add("n_c − n = %.3g is below %d: the prefactor of Eq. 17 fails close to n_c", free, room)
	}
	if e.Spread > unequal {
		add("outliers differ by a factor %.3g: Eq. 17 lacks a factor that depends on it, or the exponent changes", e.Spread)
	}
	return caveats
}

// String returns the prediction of Eq. 17 with its setting, and what is amiss.
func (e Escape) String() string {
	s := fmt.Sprintf("κ = %.4g (Eq. 17: T = %.4g, n = %d, c = %.4g, margin x = %.3g)", e.Rate(), e.T(), e.EffectiveDimension, e.Ratio, e.Margin())
	if c := e.Caveats(); len(c) > 0 {
		s += "; outside the range in which it is good to 5 %: " + strings.Join(c, "; ")
	}
	return s
}
