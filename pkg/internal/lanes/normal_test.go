package lanes

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// ulps returns |got − want| in units of the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	_, e := math.Frexp(w)
	d, _ := new(big.Float).Sub(new(big.Float).SetFloat64(got), want).Float64()
	return math.Abs(d) / math.Ldexp(1, e-53)
}

// bigLog is log u by the series of artanh.
func bigLog(u float64) *big.Float {
	m, k := math.Frexp(u)
	series := func(m float64) *big.Float {
		x := new(big.Float).SetPrec(200).Quo(big.NewFloat(m-1).SetPrec(200), big.NewFloat(m+1).SetPrec(200))
		square, power, sum := new(big.Float).Mul(x, x), new(big.Float).Set(x), new(big.Float).SetPrec(200)
		for i := int64(1); i < 400; i += 2 {
			sum.Add(sum, new(big.Float).Quo(power, new(big.Float).SetInt64(i)))
			power.Mul(power, square)
		}
		return sum.Mul(sum, big.NewFloat(2))
	}
	ln2 := new(big.Float).Neg(series(0.5))
	return new(big.Float).Add(series(m), ln2.Mul(ln2, new(big.Float).SetInt64(int64(k))))
}

var bigTwoPi, _ = new(big.Float).SetPrec(200).SetString("6.28318530717958647692528676655900576839433879875021164194988918461563281257241799725606965068423413596429617302656461329418768921910116446345")

// bigTurn is sin 2πu and cos 2πu by Taylor's series.
func bigTurn(u float64) (sin, cos *big.Float) {
	x := new(big.Float).Mul(bigTwoPi, big.NewFloat(u).SetPrec(200))
	sin, cos = new(big.Float).SetPrec(200), new(big.Float).SetPrec(200)
	term := big.NewFloat(1).SetPrec(200)
	for i := int64(0); i < 60; i++ {
		sum := []*big.Float{cos, sin}[i&1]
		if i&2 == 0 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		term = new(big.Float).Quo(new(big.Float).Mul(term, x), new(big.Float).SetInt64(i+1))
	}
	return sin, cos
}

func TestAccuracy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	worst := map[string]float64{}
	for i := range 20_000 {
		u := float64(1+rng.Uint64N(1<<52)) / (1 << 52)
		if i%4 == 0 {
			u = math.Ldexp(float64(1+rng.Uint64N(1<<20)), -52) // the tail
		}
		if i%4 == 1 {
			u = 1 - math.Ldexp(float64(1+rng.Uint64N(1<<30)), -52)
		}
		worst["log"] = max(worst["log"], ulps(log(u), bigLog(u)))
		v := float64(rng.Uint64N(1<<52))/(1<<52) - 0.5
		sin, cos := turn(v)
		bs, bc := bigTurn(v)
		worst["sin"] = max(worst["sin"], ulps(sin, bs))
		worst["cos"] = max(worst["cos"], ulps(cos, bc))
	}
	t.Log(worst)
	for name, w := range worst {
		if w > 2 {
			t.Errorf("%s is off by %v units of the last place, want ≤ 2", name, w)
		}
	}
}

func seeded() *Source {
	g := new(Source)
	for l := range Width {
		g.Seed(l, uint64(l))
	}
	return g
}

func TestFillBits(t *testing.T) {
	a, b := seeded(), seeded()
	x, y := make([]float64, 4096*Width), make([]float64, 4096*Width)
	for range 100 {
		a.Fill(x)
		fillGo(b, y)
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("draw %d: %v with vectors, %v without", i, x[i], y[i])
			}
		}
	}
	if *a != *b {
		t.Error("the generators are in different states")
	}
}

func BenchmarkFill(b *testing.B) {
	g, x := seeded(), make([]float64, 64*Width)
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/normal")
		})
	}
	run("vectors", func() { g.Fill(x) })
	run("plain", func() { fillGo(g, x) })
	rng := rand.New(rand.NewPCG(1, 2))
	run("NormFloat64", func() {
		for i := range x {
			x[i] = rng.NormFloat64()
		}
	})
}
