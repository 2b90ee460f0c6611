package live

import "testing"

// Outside a notebook progress goes nowhere.
func TestProgress(t *testing.T) {
	Progress()("half")
}
