// Package setup puts in place what the notebooks run on: the Go kernel of go.mod, a Jupyter to
// drive it, the scripts and fonts of the reports, and the images of MNIST and Fashion-MNIST.
//
// Everything that is not a Debian package lives in one cache folder. Each part is built aside and
// renamed into place under a name that depends on what it is made of, so that a part is there whole
// or not at all, a second set-up finds all parts and does nothing, and launchers may run at the
// same time.
package setup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
)

// Setup says where to set up and how to tell about it.
type Setup struct {
	Root  string               // the repository
	Cache string               // the cache folder, see CacheDir
	Group *proc.Group          // to which the processes of the set-up belong
	Say   func(message string) // called with what is about to be done, when there is something to do
}

// CacheDir is the folder that holds all that a set-up makes.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding a cache folder: %w", err)
	}
	return filepath.Join(dir, "sgdescape"), nil
}

// Run sets up whatever is missing.
func (s *Setup) Run(ctx context.Context) (*Kit, error) {
	if runtime.GOOS == "windows" {
		return nil, errors.New("the notebooks' kernel, GoNB, does not run on Windows: use WSL or the container, see README.md; the library runs")
	}
	tools, err := s.tools(ctx)
	if err != nil {
		return nil, fmt.Errorf("building the notebook tools: %w", err)
	}
	data, err := s.kernel(ctx, tools)
	if err != nil {
		return nil, fmt.Errorf("describing the kernel to Jupyter: %w", err)
	}
	assets, err := s.assets(ctx)
	if err != nil {
		return nil, fmt.Errorf("fetching KaTeX and ECharts: %w", err)
	}
	python, err := s.python(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking for Jupyter: %w", err)
	}
	if err := s.images(ctx); err != nil {
		return nil, fmt.Errorf("installing Fashion-MNIST: %w", err)
	}
	if err := s.mnist(ctx); err != nil {
		return nil, fmt.Errorf("fetching MNIST: %w", err)
	}
	home := filepath.Join(s.Cache, "home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return nil, err
	}
	return &Kit{Tools: tools, Jupyter: data, Assets: assets, Python: python, home: home}, nil
}

// part returns the folder NAME-KEY of the cache, where KEY stands for the inputs. If it is not
// there yet, build fills it.
func (s *Setup) part(ctx context.Context, name string, inputs []string, what string, build func(dir string) error) (string, error) {
	dir := filepath.Join(s.Cache, name+"-"+key(inputs))
	return dir, s.folder(ctx, dir, what, build)
}

// folder builds dir unless it is there.
func (s *Setup) folder(ctx context.Context, dir, what string, build func(dir string) error) error {
	if exists(dir) {
		return nil
	}
	unlock, err := lock(ctx, filepath.Join(s.Cache, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	if exists(dir) { // another launcher was faster
		return nil
	}
	s.Say(what)
	aside := dir + ".part"
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.MkdirAll(aside, 0o755); err != nil {
		return err
	}
	if err := build(aside); err != nil {
		_ = os.RemoveAll(aside)
		return err
	}
	return os.Rename(aside, dir)
}

func key(inputs []string) string {
	h := sha256.New()
	for _, in := range inputs {
		fmt.Fprintf(h, "%d %s\n", len(in), in)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// command runs a program of the set-up in dir; its output only shows in the error.
func (s *Setup) command(ctx context.Context, dir, name string, args ...string) error {
	if _, err := exec.LookPath(name); err != nil {
		return err
	}
	cmd := s.Group.Command(ctx, os.Environ(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, tail(out, 4000))
	}
	return nil
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }
