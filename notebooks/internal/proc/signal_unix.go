//go:build unix

package proc

import "syscall"

// apart keeps the signals of a terminal from a child: Ctrl-C then reaches only the launcher, which
// stops the rest in order.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

var kill = syscall.Kill
