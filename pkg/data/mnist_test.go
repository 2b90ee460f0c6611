package data

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// The files that the set-up fetches: shapes, and the known numbers of images of every digit
// (LeCun's page and every count since).
func TestMNIST(t *testing.T) {
	for part, want := range map[Part][]int{
		Train: {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
		Test:  {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009},
	} {
		s, err := MNIST(part, 0)
		if errors.Is(err, os.ErrNotExist) {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip("skipped: ", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		if s.Features() != 784 || s.Classes != 10 {
			t.Fatalf("%s: %d features in %d classes", part, s.Features(), s.Classes)
		}
		count := make([]int, 10)
		for _, c := range s.Class {
			count[c]++
		}
		for c, n := range want {
			if count[c] != n {
				t.Errorf("%s: digit %d has %d images, want %d", part, c, count[c], n)
			}
		}
	}
}

// A folder of the user's own comes first, and where there is none the error says what to do.
func TestMNISTFolder(t *testing.T) {
	t.Setenv(EnvMNIST, folder(t, idx([]uint32{2, 1, 1}, []byte{255, 0}), idx([]uint32{2}, []byte{7, 2})))
	if s, err := MNIST(Train, 0); err != nil || s.Len() != 2 || s.Class[0] != 7 || s.X.At(0, 0) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	t.Setenv(EnvMNIST, "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	if _, err := MNIST(Train, 0); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "data: ") || !strings.Contains(err.Error(), "setup") {
		t.Errorf("missing files: %v", err)
	}
}
