package launcher

import "testing"

func TestNamed(t *testing.T) {
	all := []string{"n/01_time_change.ipynb", "n/02_escape.ipynb", "n/02_escape_more.ipynb"}
	for name, want := range map[string]string{
		"01_time_change": all[0],
		"01":             all[0],
		"02_escape":      all[1], // a name before a beginning
		"02_escape_":     all[2],
		"02":             "", // two begin so
		"03":             "",
		"":               "",
	} {
		if got := named(all, name); got != want {
			t.Errorf("%q stands for %q, want %q", name, got, want)
		}
	}
}
