//go:build js && wasm

// Command wasm is the simulator as reports carry it. It hands JavaScript one object, sgdSimulator,
// whose functions take the number of a panel first.
package main

import (
	"encoding/binary"
	"math"
	"syscall/js"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/simulator"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// enough escapes are collected; more would only fill the memory.
const enough = 5000

var worlds = map[int]*simulator.World{}

func main() {
	js.Global().Set("sgdSimulator", map[string]any{
		"open":     js.FuncOf(open),
		"advance":  js.FuncOf(advance),
		"cloud":    js.FuncOf(cloud),
		"profile":  js.FuncOf(profile),
		"survival": js.FuncOf(survival),
	})
	select {}
}

// open (panel, settings) makes a world and returns what theory says about it, or an error.
func open(_ js.Value, args []js.Value) any {
	number := func(name string) float64 { return args[1].Get(name).Float() }
	w, err := simulator.New(simulator.Settings{
		LearningRate: number("learningRate"), BatchSize: number("batchSize"), OutlierCurvature: number("outlierCurvature"),
		EffectiveDimension: int(number("effectiveDim")), Ratio: number("ratio"), Replicas: int(number("replicas")), Seed: uint64(number("seed")),
	})
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	worlds[args[0].Int()] = w
	law := w.Theory
	return map[string]any{
		"temperature": law.T(), "exponent": law.Exponent(), "power": law.Rate(), "linear": law.RateLinear(), "pass": w.Saddle(), "far": w.Far(),
		"bottom": law.MinimumLoss, "saddle": law.MinimumLoss * law.Ratio, "criticalDim": theory.CriticalDimension(law.Noise, law.OutlierCurvature),
	}
}

// advance (panel, steps, milliseconds) takes so many steps, or fewer when they take longer, and
// returns the count of escapes, their rate with its standard error, and whether there are enough.
func advance(_ js.Value, args []js.Value) any {
	w := worlds[args[0].Int()]
	deadline := time.Now().Add(time.Duration(args[2].Float() * float64(time.Millisecond)))
	for range args[1].Int() {
		if len(w.Escapes) >= enough || time.Now().After(deadline) {
			break
		}
		w.Advance()
	}
	rate, stderr := w.Rate()
	return map[string]any{"escapes": len(w.Escapes), "diverged": w.Diverged, "rate": rate, "stderr": stderr, "enough": len(w.Escapes) >= enough}
}

// cloud (panel, bytes) fills bytes with a pair of 32-bit numbers for each replica, z₁ and loss.
func cloud(_ js.Value, args []js.Value) any {
	w := worlds[args[0].Int()]
	numbers := make([]float64, 0, args[1].Length()/4)
	for i := range args[1].Length() / 8 {
		z1, loss := w.Replica(i)
		numbers = append(numbers, z1, loss)
	}
	fill(args[1], numbers)
	return nil
}

// profile (panel, bytes, from, to) fills bytes with the loss along the path.
func profile(_ js.Value, args []js.Value) any {
	w, n := worlds[args[0].Int()], args[1].Length()/4
	from, to := args[2].Float(), args[3].Float()
	losses := make([]float64, n)
	for i := range losses {
		losses[i] = w.Profile(from + (to-from)*float64(i)/float64(n-1))
	}
	fill(args[1], losses)
	return nil
}

// survival (panel, bytes) fills bytes with pairs of a time and the fraction still inside then, and
// returns how many pairs there are.
func survival(_ js.Value, args []js.Value) any {
	s := worlds[args[0].Int()].Sample().Survival()
	room := args[1].Length() / 8
	stride := max(1, (len(s.Time)+room-1)/room)
	var numbers []float64
	for i := 0; i < len(s.Time); i += stride {
		numbers = append(numbers, s.Time[i], s.Prob[i])
	}
	fill(args[1], numbers)
	return len(numbers) / 2
}

func fill(dst js.Value, numbers []float64) {
	bytes := make([]byte, 0, 4*len(numbers))
	for _, x := range numbers {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(float32(x)))
	}
	js.CopyBytesToJS(dst, bytes)
}
