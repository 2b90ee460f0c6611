package escape

import "time"

// elapsed returns the seconds that f takes.
func elapsed(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}
