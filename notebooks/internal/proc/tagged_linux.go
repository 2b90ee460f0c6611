package proc

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// tagged lists the processes whose environment holds a variable that begins with the given text.
func tagged(variable string) []int {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var pids []int
	for _, file := range files {
		env, err := os.ReadFile(file)
		if err != nil || !holds(env, variable) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func holds(environ []byte, variable string) bool {
	for v := range bytes.SplitSeq(environ, []byte{0}) {
		if rest, ok := bytes.CutPrefix(v, []byte(variable)); ok && (len(rest) == 0 || rest[0] == '/') {
			return true
		}
	}
	return false
}
