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
	"strings"
)

// Simulator builds the simulation that runs in the reader's browser and returns the folder of
// simulator.wasm.gz and wasm_exec.js. It is no part of Run, because it depends on the sources of
// the library: only a report that has a simulator waits for it.
func (s *Setup) Simulator(ctx context.Context) (string, error) {
	inputs, err := s.simulatorSources()
	if err != nil {
		return "", err
	}
	return s.part(ctx, "simulator", append(inputs, runtime.Version()), "compiling the simulation to WebAssembly", func(dir string) error {
		program := filepath.Join(dir, "simulator.wasm")
		build := []string{"GOOS=js", "GOARCH=wasm", "go", "build", "-trimpath", "-ldflags=-s", "-o", program, "./notebooks/internal/simulator/wasm"}
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
	})
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

// simulatorSources returns the contents of all that the simulation may be made from.
func (s *Setup) simulatorSources() ([]string, error) {
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
			return nil, fmt.Errorf("reading the sources of the simulation: %w", err)
		}
	}
	return contents, nil
}
