package setup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
)

func newTestSetup(t *testing.T) *Setup {
	t.Helper()
	return &Setup{Cache: t.TempDir(), Group: proc.NewGroup(), Say: func(string) {}}
}

// A part is built once, and a failed attempt leaves nothing that could pass for it.
func TestPart(t *testing.T) {
	s := newTestSetup(t)
	builds := 0
	build := func(failure error) func(string) error {
		return func(dir string) error {
			builds++
			return errors.Join(os.WriteFile(filepath.Join(dir, "f"), nil, 0o644), failure)
		}
	}
	ctx := context.Background()
	if _, err := s.part(ctx, "x", []string{"1"}, "", build(errors.New("no luck"))); err == nil || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("got the error %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Cache, "x-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for range 2 {
		dir, err := s.part(ctx, "x", []string{"1"}, "", build(nil))
		if err != nil || !exists(filepath.Join(dir, "f")) {
			t.Errorf("got %s, %v", dir, err)
		}
	}
	if builds != 2 {
		t.Errorf("built %d times, want one failure and one success", builds)
	}
	if _, err := s.part(ctx, "x", []string{"2"}, "", build(nil)); err != nil || builds != 3 {
		t.Errorf("other inputs did not make another part: %v", err)
	}
}

// Waiting for another launcher's set-up can be interrupted.
func TestLockCanBeInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := lock(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v", err)
	}
	unlock()
	if unlock, err = lock(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestToolVersions(t *testing.T) {
	mod := filepath.Join(t.TempDir(), "go.mod")
	write := func(text string) {
		if err := os.WriteFile(mod, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("module m\ntool example.org/a/b/cmd\ntool honnef.co/go/tools/cmd/staticcheck\nrequire (\nexample.org/a v1.0.0\nexample.org/a/b v2.0.0+incompatible\n)\n")
	got, err := toolVersions(mod)
	if err != nil || len(got) != 1 || got[0] != "example.org/a/b/cmd example.org/a/b@v2.0.0+incompatible" {
		t.Errorf("got %q, %v", got, err)
	}
	write("module m\ntool example.org/a/cmd\n")
	if _, err := toolVersions(mod); err == nil || !strings.Contains(err.Error(), "example.org/a/cmd") {
		t.Errorf("got the error %v for a tool without a module", err)
	}
}

func TestShebang(t *testing.T) {
	for text, want := range map[string]string{
		"#!/usr/bin/python3\nimport x": "/usr/bin/python3",
		"#!/usr/bin/env bash\n":        "",
		"\x7fELF":                      "",
		"":                             "",
	} {
		file := filepath.Join(t.TempDir(), "jupyter")
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		if got := shebang(file); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestInlineFonts(t *testing.T) {
	dist := t.TempDir()
	css := `src:url(fonts/A-B.woff2) format("woff2"),url(fonts/A-B.woff) format("woff"),url(fonts/A-B.ttf) format("truetype")}`
	if err := errors.Join(os.Mkdir(filepath.Join(dist, "fonts"), 0o755),
		os.WriteFile(filepath.Join(dist, "fonts", "A-B.woff2"), []byte("font"), 0o644),
		os.WriteFile(filepath.Join(dist, "katex.min.css"), []byte(css), 0o644)); err != nil {
		t.Fatal(err)
	}
	got, err := inlineFonts(dist)
	if want := `src:url(data:font/woff2;base64,Zm9udA==) format("woff2")}`; string(got) != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}
