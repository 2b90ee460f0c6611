package setup

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Simulator builds the simulation that runs in the reader's browser and returns the folder of
// program.wasm.gz and wasm_exec.js. It is no part of Run, because it depends on the sources of the
// library: only a report that has a simulator waits for it.
func (s *Setup) Simulator(ctx context.Context) (string, error) {
	inputs, err := s.librarySources()
	if err != nil {
		return "", err
	}
	return s.part(ctx, "simulator", append(inputs, runtime.Version()), "compiling the simulation to WebAssembly", func(dir string) error {
		return s.compile(ctx, dir, "./notebooks/internal/simulator/wasm")
	})
}

// Program builds the program of a notebook whose figures a reader moves, of which the source is
// given, and returns the folder of program.wasm.gz and wasm_exec.js.
func (s *Setup) Program(ctx context.Context, name, source string) (string, error) {
	inputs, err := s.librarySources()
	if err != nil {
		return "", err
	}
	return s.part(ctx, "program", append(inputs, runtime.Version(), source), "compiling the figures of "+name+" to WebAssembly", func(dir string) error {
		file := filepath.Join(dir, "main.go")
		if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
			return err
		}
		mod, err := s.lighter(ctx, dir)
		if err != nil {
			return fmt.Errorf("leaving out fonts: %w", err)
		}
		return s.compile(ctx, dir, "-modfile="+mod, file)
	})
}

// compile fills dir with program.wasm.gz, built with the last arguments of go build, and with what
// the browser runs it by.
func (s *Setup) compile(ctx context.Context, dir string, what ...string) error {
	program := filepath.Join(dir, "program.wasm")
	build := append([]string{"GOOS=js", "GOARCH=wasm", "go", "build", "-trimpath", "-ldflags=-s", "-o", program}, what...)
	if err := s.command(ctx, s.Root, "env", build...); err != nil {
		return err
	}
	if err := compress(program); err != nil {
		return err
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("asking Go for its folder: %w", err)
	}
	support, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "wasm_exec.js"), support, 0o644)
}

// fonts is the module that gonum/plot has its fonts from. It carries twelve; the figures use two, and
// the others are half of what a reader would have to load.
const fonts = "codeberg.org/go-fonts/liberation"

// used are the packages of the fonts of the figures.
var used = []string{"liberationsansregular", "liberationsansbold"}

// lighter writes into dir a go.mod for a build in which the fonts that no figure uses are others.
func (s *Setup) lighter(ctx context.Context, dir string) (string, error) {
	if err := s.command(ctx, s.Root, "go", "mod", "download", fonts); err != nil {
		return "", err
	}
	list := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", fonts)
	list.Dir = s.Root
	original, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("asking Go for %s: %w", fonts, err)
	}
	from, to := strings.TrimSpace(string(original)), filepath.Join(dir, "fonts")
	packages, err := filepath.Glob(filepath.Join(from, "liberation*"))
	if err != nil {
		return "", err
	}
	for _, p := range packages {
		name := filepath.Base(p)
		if slices.Contains(used, name) {
			err = os.CopyFS(filepath.Join(to, name), os.DirFS(p))
		} else if err = os.MkdirAll(filepath.Join(to, name), 0o755); err == nil {
			err = os.WriteFile(filepath.Join(to, name, "data.go"), fmt.Appendf(nil, "package %s\n\nimport other \"%s/%s\"\n\nvar TTF = other.TTF\n", name, fonts, used[0]), 0o644)
		}
		if err != nil {
			return "", err
		}
	}
	mod, err := os.ReadFile(filepath.Join(s.Root, "go.mod"))
	if err != nil {
		return "", err
	}
	sum, err := os.ReadFile(filepath.Join(s.Root, "go.sum"))
	if err != nil {
		return "", err
	}
	for name, content := range map[string][]byte{
		"fonts/go.mod": []byte("module " + fonts + "\n"), "lighter.sum": sum,
		"lighter.mod": fmt.Appendf(mod, "\nreplace %s => %s\n", fonts, to),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "lighter.mod"), nil
}

// compress replaces a file by the same compressed.
func compress(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(path+".gz", packed.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Remove(path)
}

// librarySources returns the contents of all that a program for the browser may be made from.
func (s *Setup) librarySources() ([]string, error) {
	var contents []string
	for _, root := range []string{"go.sum", "pkg", filepath.Join("notebooks", "internal", "simulator")} {
		err := filepath.WalkDir(filepath.Join(s.Root, root), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".sum" {
				return err
			}
			content, err := os.ReadFile(path)
			contents = append(contents, string(content))
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading the sources of what runs in a browser: %w", err)
		}
	}
	return contents, nil
}
