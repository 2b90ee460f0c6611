package launcher_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// The lab serves only who has its token, knows the kernel, hands ECharts to live figures, and ends
// at once.
func TestLab(t *testing.T) {
	needJupyter(t)
	host, _, token := openLab(t)
	if status, _ := get(t, host+"/api/kernelspecs"); status != http.StatusForbidden {
		t.Errorf("without a token the answer is %d, want %d", status, http.StatusForbidden)
	}
	if _, body := get(t, host+"/api/kernelspecs?token="+token); !strings.Contains(body, `"Go (gonb)"`) {
		t.Errorf("the lab does not know the kernel: %s", body)
	}
	if status, body := get(t, host+"/static/echarts.min.js"); status != http.StatusOK || len(body) < 100_000 {
		t.Errorf("ECharts: status %d, %d bytes", status, len(body))
	}
}

// openLab starts the lab and returns its address. The test fails when the lab does not end soon
// after it.
func openLab(t *testing.T) (host, path, token string) {
	t.Helper()
	log := &testkit.Buffer{}
	cmd := command(t, []string{"BROWSER=true", "TMPDIR=" + t.TempDir()}, "lab")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT) // it may have ended by itself
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Error("the lab does not end")
			_ = cmd.Process.Kill()
		}
	})
	address := regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/(\S*)\?token=(\w+)`)
	testkit.Await(t, time.Minute, "the lab has an address", func() bool { return address.MatchString(log.String()) })
	m := address.FindStringSubmatch(log.String())
	return m[1], m[2], m[3]
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(content)
}
