package launcher

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
	"github.com/sgdescape/sgdescape/notebooks/internal/setup"
)

// Test sets up what the tests need and runs them all, in a random order, and says how much of each
// package and of all they reach. With CI=true in its environment a test fails where it would
// otherwise be skipped.
func (l *Launcher) Test(ctx context.Context, packages []string) error {
	if _, err := l.setUp(ctx); err != nil {
		return err
	}
	if err := l.browser(ctx); err != nil {
		return err
	}
	if err := l.container(ctx); err != nil {
		return err
	}
	if err := l.cluster(ctx); err != nil {
		return err
	}
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	group := proc.NewGroup()
	defer group.Stop()
	env := append(os.Environ(), "CI=true")
	dir, err := os.MkdirTemp("", "sgdescape-test-")
	if err != nil {
		return fmt.Errorf("running the tests: %w", err)
	}
	defer os.RemoveAll(dir)
	profile := filepath.Join(dir, "coverage")
	cmd := group.Command(ctx, env, "go", append([]string{"test", "-timeout", "20m", "-shuffle", "on", "-coverprofile", profile}, packages...)...)
	cmd.Dir = l.Root
	cmd.Stdout, cmd.Stderr = l.out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running the tests: %w", err)
	}
	cmd = group.Command(ctx, env, "go", "tool", "cover", "-func", profile)
	cmd.Dir = l.Root
	functions, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("adding up what the tests reach: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(functions)), "\n")
	fmt.Fprintln(l.out, strings.Join(strings.Fields(lines[len(lines)-1]), " ")) // total: (statements) 90.0%
	return nil
}

// browser installs Chromium, which loads the reports in the tests, if there is none.
func (l *Launcher) browser(ctx context.Context) error {
	if _, err := setup.FindBrowser(); err == nil {
		return nil
	}
	if err := l.newSetup().Debian(ctx, "chromium"); err != nil {
		return fmt.Errorf("the tests need Chromium: %w", err)
	}
	return nil
}

// container installs what builds the container image. There is no engine that must run for it.
func (l *Launcher) container(ctx context.Context) error {
	return l.programs(ctx, "the container image", map[string][]string{
		"buildah": {"buildah", "netavark", "uidmap"}, "mmdebstrap": {"mmdebstrap"}, "ip": {"iproute2"}, "git": {"git"}})
}

// cluster installs the engines that sweeps are tested on.
func (l *Launcher) cluster(ctx context.Context) error {
	return l.programs(ctx, "sweeps on other engines", map[string][]string{
		"slurmctld": {"slurm-wlm"}, "munged": {"munge"}, "parallel": {"parallel"}})
}

// programs installs the packages of programs that are missing, where root can.
func (l *Launcher) programs(ctx context.Context, what string, packages map[string][]string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	var lacking []string
	for program, names := range packages {
		if _, err := exec.LookPath(program); err != nil {
			lacking = append(lacking, names...)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	if err := l.newSetup().Debian(ctx, lacking...); err != nil {
		return fmt.Errorf("the tests of %s need %s: %w", what, strings.Join(lacking, ", "), err)
	}
	return nil
}
