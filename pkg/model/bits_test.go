package model

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestBitsWithoutAVX runs a training in processes that see less of the processor: with AVX2 only,
// and with gonum's own loops. A reader on another machine gets the same bits.
func TestBitsWithoutAVX(t *testing.T) {
	const env = "SGDESCAPE_TEST_BITS"
	if os.Getenv(env) != "" {
		fmt.Printf("bits %x\n", trainedBits(t))
		return
	}
	var want string
	for _, debug := range []string{"", "cpu.avx512f=off", "cpu.avx512f=off,cpu.avx2=off"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestBitsWithoutAVX$")
		cmd.Env = append(os.Environ(), env+"=1", "GODEBUG="+debug)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("GODEBUG=%s: %v\n%s", debug, err, out)
		}
		got, _, ok := strings.Cut(string(out), "\n")
		if !ok || !strings.HasPrefix(got, "bits ") {
			t.Fatalf("GODEBUG=%s printed %q", debug, out)
		}
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("GODEBUG=%s: %s, want %s", debug, got, want)
		}
	}
}

// trainedBits hashes θ after some steps, a Hessian product and a row of zeros among the data.
func trainedBits(t *testing.T) uint64 {
	rng := rand.New(rand.NewPCG(1, 2))
	set := testSet(200, 37, 3, false, rng)
	for j := range 37 {
		set.X.Set(5, j, 0)
	}
	m, err := NewMLP(set, MLPConfig{Hidden: []int{70, 20}})
	if err != nil {
		t.Fatal(err)
	}
	_, p := m.Dims()
	theta, g := make([]float64, p), make([]float64, p)
	m.Init(theta, rng)
	for range 20 {
		m.BatchGrad(g, theta, rng.Perm(200)[:50])
		for i := range theta {
			theta[i] = float64(theta[i] - float64(0.1*g[i])) // rounded, never fused
		}
	}
	m.HessVec(g, theta, theta, nil)
	h := fnv.New64a()
	_ = binary.Write(h, binary.LittleEndian, theta)
	_ = binary.Write(h, binary.LittleEndian, g)
	return h.Sum64()
}
