package lanes

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mathext/prng"
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
	for i := range 5_000 {
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

func TestFillBits(t *testing.T) { onLevels(func(name string) { t.Run(name, testFillBits) }) }

func testFillBits(t *testing.T) {
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

// The law of the normals, by χ² over equal steps to ±4 and beyond, by their moments, by the largest
// distance of their distribution from the exact one, and by the independence of neighbours and of
// lanes. LANES_DRAWS sets the number of draws: 10¹⁰ take some minutes.
func TestNormalLaw(t *testing.T) {
	draws := 10_000_000
	if s := os.Getenv("LANES_DRAWS"); s != "" {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		draws = int(v)
	}
	const bins = 1024 // of width 1/64 from −8 to 8
	g, x := seeded(), make([]float64, 1024*Width)
	var count [bins]int
	var sum [5]float64 // of x, x², and of products of neighbours, of lanes and of radius and angle
	n := 0
	for ; n < draws; n += len(x) {
		g.Fill(x)
		for i, v := range x {
			count[min(max(int(math.Floor((v+8)*64)), 0), bins-1)]++
			sum[0] += v
			sum[1] += v * v
			if i >= 2*Width {
				sum[2] += v * x[i-Width]
				sum[3] += v * x[i-1]
				sum[4] += (v*v - 1) * (x[i-Width]*x[i-Width] - 1) / 2
			}
		}
	}
	below := func(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }
	chi, cells, cumulated, distance, want, got := 0.0, 0, 0, 0.0, 0.0, 0
	for i, c := range count {
		cumulated += c
		got += c
		edge := float64(i+1)/64 - 8
		want += float64(n) * (below(edge) - below(edge-1./64))
		distance = max(distance, math.Abs(float64(cumulated)/float64(n)-below(edge)))
		if want >= 20 { // few expected: with the next
			chi += (float64(got) - want) * (float64(got) - want) / want
			cells++
			want, got = 0, 0
		}
	}
	z := (chi - float64(cells-1)) / math.Sqrt(2*float64(cells-1))
	t.Logf("%.3g draws: χ² = %.1f in %d cells (z = %.2f), Kolmogorov–Smirnov √n·D = %.2f", float64(n), chi, cells, z, distance*math.Sqrt(float64(n)))
	if math.Abs(z) > 4.5 {
		t.Errorf("χ² = %v in %d cells (z = %.1f)", chi, cells, z)
	}
	if d := distance * math.Sqrt(float64(n)); d > 2.5 { // chance 7e-6
		t.Errorf("Kolmogorov–Smirnov: √n·D = %v", d)
	}
	root := math.Sqrt(float64(n))
	moments := []float64{sum[0] / root, (sum[1] - float64(n)) / (root * math.Sqrt2), sum[2] / root, sum[3] / root, sum[4] / (root * math.Sqrt2)}
	t.Logf("z of mean, variance and three correlations: %.2f", moments)
	for i, z := range moments {
		if math.Abs(z) > 4.5 {
			t.Errorf("moment %d: z = %.1f", i, z)
		}
	}
}

// The tail is the one of 52 bits: the last radius is √(2·52·log 2) = 8.49, and uniforms just below
// give their radius to the last digits.
func TestTail(t *testing.T) {
	if x, y := pair(1<<64-1, 1<<63); math.Abs(math.Hypot(x, y)-math.Sqrt(104*math.Ln2)) > 1e-14 {
		t.Errorf("radius %v", math.Hypot(x, y))
	}
	for k := range 60 {
		u := math.Ldexp(1, -k)
		if k > 52 {
			break
		}
		if got := log(u); math.Abs(got+float64(k)*math.Ln2) > 1e-14*float64(k) {
			t.Errorf("log 2^-%d = %v", k, got)
		}
	}
}

// Against gonum's generator of the same kind.
func TestXoshiro(t *testing.T) {
	g := seeded()
	for lane := range Width {
		state := make([]byte, 32)
		for i := range g.s {
			binary.BigEndian.PutUint64(state[8*i:], g.s[i][lane])
		}
		var want prng.Xoshiro256plusplus
		if err := want.UnmarshalBinary(state); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			if a, b := g.next(lane), want.Uint64(); a != b {
				t.Fatalf("lane %d: %x, gonum has %x", lane, a, b)
			}
		}
	}
}
