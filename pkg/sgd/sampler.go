package sgd

import (
	"fmt"
	"math/rand/v2"
)

// Sampler draws mini-batches, of numbers from 0 to N−1.
type Sampler struct {
	how   Batches
	order []int // a permutation of the samples; nil for batches with replacement
	batch []int
	swaps []int
	used  int // of order, in a Shuffled epoch
}

// NewSampler returns a sampler of batches of that size among n samples. The
// arguments are those that [Check] passes.
func NewSampler(n, batch int, how Batches) *Sampler {
	s := &Sampler{how: how, order: make([]int, n), batch: make([]int, batch), swaps: make([]int, batch)}
	for i := range s.order {
		s.order[i] = i
	}
	return s
}

// Begin starts an epoch of Shuffled batches: it hands out ⌊N/B⌋ batches.
func (s *Sampler) Begin() { s.used = 0 }

// Next returns the next batch, valid until the call after. Unless batches are
// Shuffled it depends on nothing but what it draws from rng.
func (s *Sampler) Next(rng *rand.Rand) []int {
	n := len(s.order)
	switch s.how {
	case WithReplacement:
		for i := range s.batch {
			s.batch[i] = rng.IntN(n)
		}
	case Independent:
		// The head of a Fisher–Yates shuffle, which is then undone: what another
		// replica drew before must not show.
		for i := range s.batch {
			s.swaps[i] = s.swap(i, rng)
			s.batch[i] = s.order[i]
		}
		for i := len(s.swaps) - 1; i >= 0; i-- {
			j := s.swaps[i]
			s.order[i], s.order[j] = s.order[j], s.order[i]
		}
	default:
		if s.used+len(s.batch) > n {
			panic(fmt.Sprintf("sgd: batch beyond the end of an epoch of %d samples", n)) // a bug of the caller: Begin is missing
		}
		for i := range s.batch {
			s.swap(s.used+i, rng)
			s.batch[i] = s.order[s.used+i]
		}
		s.used += len(s.batch)
	}
	return s.batch
}

// swap puts at i one of the samples from i on, and returns where it was.
func (s *Sampler) swap(i int, rng *rand.Rand) int {
	j := i + rng.IntN(len(s.order)-i)
	s.order[i], s.order[j] = s.order[j], s.order[i]
	return j
}
