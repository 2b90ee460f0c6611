package sweep

import (
	"slices"
	"time"
)

// Span returns how long tasks take on some cores when each core, as soon as it is free, takes the
// longest that is left: at most 4/3 − 1/(3·cores) times as long as by the best plan (Graham 1969).
// It is the longest task on cores without number, the sum on one, and 0 for no tasks and for cores
// < 1. Tasks of no or negative duration take no time.
func Span(tasks []time.Duration, cores int) (span time.Duration) {
	if cores < 1 || len(tasks) == 0 {
		return 0
	}
	busy := make([]time.Duration, min(cores, len(tasks))) // until when, in a heap: the first is free first
	for _, task := range slices.Backward(slices.Sorted(slices.Values(tasks))) {
		busy[0] += max(0, task)
		span = max(span, busy[0])
		for i := 0; ; {
			least := i
			for child := 2*i + 1; child <= 2*i+2 && child < len(busy); child++ {
				if busy[child] < busy[least] {
					least = child
				}
			}
			if least == i {
				break
			}
			busy[i], busy[least], i = busy[least], busy[i], least
		}
	}
	return span
}
