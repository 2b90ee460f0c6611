package keep

import (
	"os"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

// Bad names, values that gob cannot encode, files that hold something else and folders that are
// none are errors that begin with "keep:".
func TestHostile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if err := Put("text", "x"); err != nil {
		t.Fatal(err)
	}
	file, err := path("broken")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("\xff\x80\xff\xff\xff\xff\xff\xff\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	if file, err = path("folder"); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(file+"/full", 0o700); err != nil {
		t.Fatal(err)
	}
	one := func() (float64, error) { return 1, nil }
	h := hostile.Table{}
	for _, name := range []string{"", "../x", "/etc/passwd", "A", "a b", "a\x00", "-a", ".a", "é", "*", "\xff"} {
		h.Add("Put", func() error { return Put(name, 1) })
		h.Add("Get", func() error { return hostile.Err(Get[float64](name)) })
		h.Add("Once", func() error { return hostile.Err(Once(name, one)) })
		h.Add("Clear", func() error { return Clear(name) })
	}
	for _, value := range []any{nil, (*int)(nil), func() {}, make(chan int), []func(){nil}, []*int{nil}} {
		h.Add("Put", func() error { return Put("value", value) })
	}
	long := strings.Repeat("a", 1000)
	h.Add("Put", func() error { return Put(long, 1) }, func() error { return Put("folder", 1) })
	for _, name := range []string{long, "none", "text", "broken", "folder"} {
		h.Add("Get", func() error { return hostile.Err(Get[float64](name)) }, func() error { return hostile.Err(Get[func()](name)) })
		h.Add("Once", func() error { return hostile.Err(Once[float64](name, nil)) })
	}
	h.Add("Once", func() error { return hostile.Err(Once("pointer", func() (*int, error) { return nil, nil })) })
	h.Add("Clear", func() error { return Clear("folder") })
	nowhere := func(call func() error) func() error {
		return func() error {
			defer os.Setenv("TMPDIR", os.Getenv("TMPDIR"))
			os.Setenv("TMPDIR", "/nonexistent")
			return call()
		}
	}
	h.Add("Put", nowhere(func() error { return Put("a", 1) }))
	h.Add("Once", nowhere(func() error { return hostile.Err(Once("a", one)) }))
	h.Add("Clear", nowhere(func() error { return Clear("a") }))
	h.Run(t)
}
