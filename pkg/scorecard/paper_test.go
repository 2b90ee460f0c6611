package scorecard

import (
	"path/filepath"
	"testing"
)

// A claim about paper fidelity is not judged, nor recorded, at quick fidelity, and is at paper.
func TestAtPaper(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SGDESCAPE_FIGURES", dir)
	for fidelity, want := range map[string]int{"quick": 0, "paper": 1} {
		t.Setenv("SGDESCAPE_FIDELITY", fidelity)
		card := In("notebook").AtPaper()
		card.Fails("id-"+fidelity, "Eq. 6", "text", "regime", 1, 5, 0.1, 0)
		claims, err := Load(filepath.Join(dir, "scorecard.json"))
		found := 0
		for _, c := range claims {
			if c.ID == "id-"+fidelity {
				found++
			}
		}
		if err != nil || found != want {
			t.Errorf("%s: %d claims, %v, want %d", fidelity, found, err, want)
		}
	}
	t.Setenv("SGDESCAPE_FIDELITY", "quick")
	In("notebook").AtPaper().Holds("id", "Eq. 6", "text", "regime", 1, 5, 0.1, 0) // not even wrong
}
