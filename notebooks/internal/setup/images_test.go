package setup

import (
	"path/filepath"
	"testing"
)

func TestWantImages(t *testing.T) {
	here, missing := t.TempDir(), filepath.Join(t.TempDir(), "none")
	for _, c := range []struct {
		what, own, debian string
		uid               int
		apt               string
		want              bool
	}{
		{"missing", "", missing, 0, "/usr/bin/apt-get", true},
		{"there", "", here, 0, "/usr/bin/apt-get", false},
		{"a folder of the user's own", "/mnist", missing, 0, "/usr/bin/apt-get", false},
		{"not root", "", missing, 1000, "/usr/bin/apt-get", false},
		{"not Debian", "", missing, 0, "", false},
	} {
		if got := wantImages(c.own, c.debian, c.uid, c.apt); got != c.want {
			t.Errorf("%s: got %v, want %v", c.what, got, c.want)
		}
	}
}
