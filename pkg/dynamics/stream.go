package dynamics

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// Stream returns the random generator of one replica of one experiment. It depends on nothing else,
// in particular on no worker, so that results do not change with the number of workers; the key is
// hashed, so that neighbouring seeds or replicas give unrelated streams. The keys are those of
// version 1, which a test holds: every published number rests on them. Name an experiment by what
// it is and by its values with their names, "escape T=0.1 n=2", not by printing a struct, in which
// a new field would change every number.
func Stream(seed uint64, experiment string, replica int) *rand.Rand {
	key := Key(seed, experiment, replica)
	return rand.New(rand.NewPCG(key, mix(key)))
}

// Key returns the hash by which [Stream] seeds, for generators of another kind.
func Key(seed uint64, experiment string, replica int) uint64 {
	name := fnv.New64a()
	name.Write([]byte(experiment)) // never fails
	return mix(mix(mix(seed)+name.Sum64()) + uint64(replica))
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014) after its golden-ratio increment:
// a bijection in which each bit of the input changes each bit of the output with probability near
// ½.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Normals fills dst with standard normals, or with NaN if rng is nil. They are those of
// math/rand/v2, whose abscissae have 31 bits and a sign: enough for what is measured here, where a
// step adds up many. Lanes draw theirs from 52 bits.
func Normals(dst []float64, rng *rand.Rand) {
	for i := range dst {
		if dst[i] = math.NaN(); rng != nil {
			dst[i] = rng.NormFloat64()
		}
	}
}
