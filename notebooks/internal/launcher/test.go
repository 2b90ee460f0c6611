package launcher

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
	"github.com/sgdescape/sgdescape/notebooks/internal/setup"
)

// Test sets up what the tests need and runs them all. With CI=true in its environment a test fails
// where it would otherwise be skipped.
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
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	group := proc.NewGroup()
	defer group.Stop()
	env := append(os.Environ(), "CI=true")
	cmd := group.Command(ctx, env, "go", append([]string{"test", "-timeout", "20m"}, packages...)...)
	cmd.Dir = l.Root
	cmd.Stdout, cmd.Stderr = l.out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running the tests: %w", err)
	}
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

// container installs what builds the container image, where root can. There is no engine that must
// run for it.
func (l *Launcher) container(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return nil
	}
	var lacking []string
	for program, packages := range map[string][]string{"buildah": {"buildah", "netavark", "uidmap"}, "mmdebstrap": {"mmdebstrap"}, "ip": {"iproute2"}, "git": {"git"}} {
		if _, err := exec.LookPath(program); err != nil {
			lacking = append(lacking, packages...)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	if err := l.newSetup().Debian(ctx, lacking...); err != nil {
		return fmt.Errorf("the tests of the container image need %s: %w", strings.Join(lacking, ", "), err)
	}
	return nil
}
