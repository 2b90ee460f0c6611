package figure

import "testing"

// An index of one letter is lowered where Unicode has no subscript for it; names in code stay.
func TestIndex(t *testing.T) {
	f := textStyle(10, false).Font
	got := runs("n near n_c = 12, x₁", f)
	want := []string{"n near n", "c", " = 12, x", "1"}
	if len(got) != len(want) {
		t.Fatalf("%d runs %v, want %v", len(got), got, want)
	}
	for i, r := range got {
		if r.text != want[i] || (r.shift < 0) != (i%2 == 1) {
			t.Errorf("run %d is %q, shifted by %v, want %q", i, r.text, r.shift, want[i])
		}
	}
	for _, plain := range []string{"kappa_stderr", "a_bc", "n_", "_c", "barrier_rates"} {
		if got := runs(plain, f); len(got) != 1 || got[0].text != plain {
			t.Errorf("%q becomes %v", plain, got)
		}
	}
}
