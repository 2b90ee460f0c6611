package proc

import (
	"os"
	"syscall"
)

// GoNB does not run on Windows, so that the set-up refuses to start there: what is here only lets
// the rest compile.

func apart() *syscall.SysProcAttr { return nil }

func kill(pid int, _ syscall.Signal) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
