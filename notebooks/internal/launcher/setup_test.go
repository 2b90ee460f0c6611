package launcher_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// Two launchers that begin at the same time on a fresh machine share the work of the set-up, a
// later one has none left, and nothing of it goes to the user's own Jupyter.
func TestSetupHappensOnce(t *testing.T) {
	needJupyter(t)
	if _, err := exec.LookPath("npm"); err != nil {
		testkit.Missing(t, "npm")
	}
	home := t.TempDir()
	env := []string{"HOME=" + home, "XDG_CACHE_HOME=" + filepath.Join(home, "cache"), "XDG_CONFIG_HOME=", "XDG_DATA_HOME="}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} { // so that nothing is downloaded or compiled anew
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(value)))
	}

	var both sync.WaitGroup
	var said [2]string
	for i := range said {
		both.Go(func() {
			status, stdout, stderr := launch(t, env, "setup")
			said[i] = stdout
			if status != 0 {
				t.Errorf("exit status %d: %s", status, stderr)
			}
		})
	}
	both.Wait()
	for _, work := range []string{"building the kernel", "describing the kernel", "fetching KaTeX", "fetching MNIST"} {
		if n := strings.Count(said[0]+said[1], work); n != 1 {
			t.Errorf("%q happened %d times, want once:\n%s\n%s", work, n, said[0], said[1])
		}
	}

	start := time.Now()
	status, stdout, stderr := launch(t, env, "report", "--out", t.TempDir(), fixture(t, "tiny"))
	if status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	if strings.Contains(stdout, "set-up") {
		t.Errorf("the second run still sets up:\n%s", stdout)
	}
	t.Logf("a run of one cell, set up before, took %v", time.Since(start)) // some 3 s, unless other tests load the machine
	for _, theirs := range []string{".jupyter", ".ipython", ".local/share/jupyter", "Library/Jupyter"} {
		if _, err := os.Stat(filepath.Join(home, theirs)); err == nil {
			t.Errorf("the set-up or the run made ~/%s", theirs)
		}
	}
}
