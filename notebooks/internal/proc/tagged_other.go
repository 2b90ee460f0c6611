//go:build !linux

package proc

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// tagged lists the processes of this user whose environment holds a variable that begins with the
// given text.
func tagged(variable string) []int {
	list, err := exec.Command("ps", "-axEww", "-o", "pid=,command=").Output()
	if err != nil {
		return nil
	}
	var pids []int
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || !strings.Contains(line, " "+variable) {
			continue
		}
		if pid, err := strconv.Atoi(fields[0]); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}
