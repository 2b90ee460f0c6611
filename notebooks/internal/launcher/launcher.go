// Package launcher holds the commands of `go run ./notebooks`.
package launcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
	"github.com/sgdescape/sgdescape/notebooks/internal/setup"
)

// Launcher runs commands on the notebooks of one checkout.
type Launcher struct {
	Root     string        // of the checkout
	Reports  string        // where reports go
	Fidelity string        // quick or paper
	Timeout  time.Duration // for each cell; 0 stands for what suits the fidelity
	Cache    string        // what the set-up makes

	out io.Writer
}

// New returns a launcher for the checkout that holds the working directory.
func New(out io.Writer) (*Launcher, error) {
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	cache, err := setup.CacheDir()
	if err != nil {
		return nil, err
	}
	return &Launcher{
		Root:     root,
		Reports:  filepath.Join(root, "notebooks", "reports"),
		Fidelity: cmp.Or(os.Getenv("SGDESCAPE_FIDELITY"), "quick"),
		Cache:    cache,
		out:      out,
	}, nil
}

// findRoot asks Go for the module that holds the working directory.
func findRoot() (string, error) {
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("asking Go for go.mod: %w", err)
	}
	path := strings.TrimSpace(string(mod))
	if path == "" || path == os.DevNull {
		return "", errors.New("no go.mod here or above: call this from within the checkout")
	}
	return filepath.Dir(path), nil
}

// Setup sets up what reports and the lab need, now or later.
func (l *Launcher) Setup(ctx context.Context) error {
	kit, err := l.setUp(ctx)
	if err == nil {
		_, err = l.newSetup().Simulator(ctx)
	}
	if err == nil {
		fmt.Fprintf(l.out, "set up: kernel in %s, Jupyter of %s\n", kit.Tools, kit.Python)
	}
	return err
}

func (l *Launcher) setUp(ctx context.Context) (*setup.Kit, error) {
	return l.newSetup().Run(ctx)
}

func (l *Launcher) newSetup() *setup.Setup {
	say := func(message string) { fmt.Fprintf(l.out, "set-up: %s …\n", message) }
	return &setup.Setup{Root: l.Root, Cache: l.Cache, Group: proc.NewGroup(), Say: say}
}

// Clean removes all that set-up and reports made.
func (l *Launcher) Clean() error {
	return errors.Join(os.RemoveAll(l.Cache), os.RemoveAll(l.Reports))
}
