package barriers

import (
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/regression"
)

// The barrier of a set is c − 1 where it sells no jump that pays, Barrier where it sells all, and
// falls in between; up to c = 2 there are no borders.
func TestSetBarrier(t *testing.T) {
	c := gaussianChain(0.1, 1, 1)
	for _, ratio := range []float64{2.5, 3, 6} {
		freak, fresh, err := Borders(c, ratio)
		// The cheapest jump that pays is from 0 to just beyond 1 and costs 1.
		if err != nil || math.Abs(freak-1) > 1e-4 || !(fresh > freak && fresh < must(Fresh(c, ratio))) {
			t.Errorf("c = %v: borders %v and %v, %v", ratio, freak, fresh, err)
		}
		near(t, "below", must(Set(c, ratio, 0.99)), ratio-1, 1e-12)
		near(t, "above", must(Set(c, ratio, fresh+1e-9)), must(Fresh(c, ratio)), 1e-12)
		if half := must(HalfDepth(c, ratio)); math.Abs(Share(c, ratio, half)-0.5) > 0.02 {
			t.Errorf("c = %v: share %v half way", ratio, Share(c, ratio, half))
		}
		last := math.Inf(1)
		for depth := 0.9; depth < 2; depth += 0.05 {
			v := must(Set(c, ratio, depth))
			if v > last {
				t.Errorf("c = %v: V rises to %v at depth %v", ratio, v, depth)
			}
			last = v
		}
	}
	if freak, fresh, err := Borders(c, 1.9); freak != 0 || fresh != 0 || err != nil {
		t.Errorf("c = 1.9: borders %v and %v, %v", freak, fresh, err)
	}
	for n, want := range map[int]Law{1000: OwnBarrier, 100_000: FreakSample, math.MaxInt: FreshSamples} {
		if law := must(LawOf(c, 6, n)); law != want {
			t.Errorf("N = %d: %v, want %v", n, law, want)
		}
	}
	signs := c
	signs.Features = must(regression.NewEmpiricalFeatures([]float64{1, -1}))
	for _, err := range []error{failure(Set(signs, 3, 1)), failure(Set(c, 3, math.NaN())), failure(Set(c, 3, -1)), failure(Set(c, 1, 1))} {
		if err == nil {
			t.Error("nonsense accepted")
		}
	}
}

// Exact solutions of sets are on both sides of the borders where they should be.
func TestExits(t *testing.T) {
	for _, batch := range []int{1, 4} {
		testExits(t, batch)
	}
}

func testExits(t *testing.T, batch int) {
	all := must(Exits(1000, 4, batch, 3, 0.6, 1.6))
	depth, share, stderr := MeanShares(all)
	if len(depth) != 2 || math.Abs(share[0]-1) > 4.5*stderr[0]+0.2 || math.Abs(share[1]) > 4.5*stderr[1]+0.05 {
		t.Errorf("at depths %v shares %v ± %v", depth, share, stderr)
	}
	if x, bar := HalfWay(all); !(x > 0.6 && x < 1.6) || !(bar > 0) {
		t.Errorf("half way at %v ± %v", x, bar)
	}
	if x, _ := HalfWay(all[:1]); !math.IsNaN(x) {
		t.Errorf("one depth: half way at %v", x)
	}
	if n := len(OfSize(all, 1000)); n != len(all) || len(OfSize(all, 7)) != 0 {
		t.Errorf("%d of %d exits are of the size", n, len(all))
	}
}

func TestByLevel(t *testing.T) {
	mean, fresh, sets := ByLevel([]Exit{{Time: 2, Fresh: 3}, {Time: 8, Fresh: 3}}, []Exit{{Time: 1, Fresh: 5}, {Time: 9, Fresh: 5}})
	near(t, "geometric mean", mean[0], 4, 1e-12)
	near(t, "geometric mean", mean[1], 3, 1e-12)
	if fresh[0] != 3 || fresh[1] != 5 || sets[1][0] != 8 || sets[1][1] != 9 {
		t.Errorf("fresh %v, sets %v", fresh, sets)
	}
}
