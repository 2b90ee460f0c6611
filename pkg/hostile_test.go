package pkg_test

import (
	"slices"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

// TestHostileCallsCount: every exported function and method of the library stands in the table of
// hostile calls of its package.
func TestHostileCallsCount(t *testing.T) {
	dirs, err := hostile.Packages(".")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, dir := range dirs {
		exported, err := hostile.Exported(dir)
		if err != nil {
			t.Fatal(err)
		}
		named, err := hostile.Named(dir)
		if err != nil {
			t.Fatal(err)
		}
		missing := slices.DeleteFunc(slices.Clone(exported), func(name string) bool { return named[name] })
		count += len(exported)
		if len(missing) > 0 {
			t.Errorf("%s: %d of %d exported names stand in no hostile call: %v", dir, len(missing), len(exported), missing)
		}
	}
	if count < 300 {
		t.Errorf("%d exported names in %v: where is the rest?", count, dirs)
	}
	t.Logf("%d exported names", count)
}
