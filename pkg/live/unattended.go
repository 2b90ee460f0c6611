package live

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// executors are the programs that run a notebook with nobody in front of it.
var executors = []string{"jupyter-nbconvert", "nbconvert", "jupyter-execute", "jupyter-run", "nbclient", "papermill"}

// unattended says whether nobody can move a slider: [StaticEnv] says so, or the
// kernel, our parent, was started by one of the executors. Where there is no
// /proc to tell, only the former counts.
func unattended() bool {
	if os.Getenv(StaticEnv) == "1" {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", os.Getppid()))
	if err != nil {
		return false
	}
	var state string
	var starter int
	fields := stat[bytes.LastIndexByte(stat, ')')+1:] // the name before may hold anything
	if _, err := fmt.Sscan(string(fields), &state, &starter); err != nil {
		return false
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", starter))
	return err == nil && executes(command)
}

// executes says whether a command line, words ended by 0, is an executor's: the
// program itself, or what Python is given to run after its options.
func executes(command []byte) bool {
	words := strings.Split(string(command), "\x00")
	if strings.HasPrefix(filepath.Base(words[0]), "python") {
		script := func(word string) bool { return !strings.HasPrefix(word, "-") } // also after -m
		i := 1 + slices.IndexFunc(words[1:], script)
		words = words[i:]
	}
	return slices.Contains(executors, filepath.Base(words[0]))
}
