package setup

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// FindBrowser returns the Chromium of this machine, in which the tests open reports and notebooks.
func FindBrowser() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium")
}

// Debian installs Debian packages. Only root on a Debian system can.
func (s *Setup) Debian(ctx context.Context, packages ...string) error {
	unlock, err := lock(ctx, filepath.Join(s.Cache, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	return s.debian(ctx, packages...)
}

// debian is Debian for a caller who holds the lock.
func (s *Setup) debian(ctx context.Context, packages ...string) error {
	if os.Geteuid() != 0 {
		return errors.New("only root can install Debian's " + strings.Join(packages, ", "))
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return err
	}
	s.Say("installing Debian's " + strings.Join(packages, ", "))
	if err := s.command(ctx, "/", "apt-get", "update", "-q"); err != nil {
		return err
	}
	args := []string{"DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-q", "-y", "--no-install-recommends"}
	return s.command(ctx, "/", "env", append(args, packages...)...)
}
