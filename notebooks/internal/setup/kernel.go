package setup

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
)

// kernel writes the description by which Jupyter starts the kernel called gonb. It is what `gonb
// --install` would write to the user's own Jupyter folder. Every notebook starts in a Go workspace
// that holds the repository.
func (s *Setup) kernel(ctx context.Context, tools string) (string, error) {
	spec, err := json.Marshal(map[string]any{
		"argv":           []string{filepath.Join(tools, "gonb"), "--kernel", "{connection_file}", "-go_work=" + s.Root},
		"display_name":   "Go (gonb)",
		"language":       "go",
		"interrupt_mode": "message",
	})
	if err != nil {
		return "", err
	}
	return s.part(ctx, "jupyter", []string{string(spec)}, "describing the kernel to Jupyter", func(dir string) error {
		kernel := filepath.Join(dir, "kernels", "gonb")
		if err := os.MkdirAll(kernel, 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(kernel, "kernel.json"), spec, 0o644)
	})
}
