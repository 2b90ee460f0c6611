// Package container tests the image of docker/Dockerfile: it builds it, with the commands of the
// README, and works in it as its user does.
package container

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// image is the name that the README gives to the image.
const image = "sgdescape"

// sizeLimit is what a reader may be asked to fetch and keep.
const sizeLimit = 1.6e9

// built is the outcome of building the image: the checkout that it was built from.
var built = sync.OnceValues(build)

// needImage builds the image, or skips the test for want of what that takes.
func needImage(t *testing.T) (checkout string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds a container image, which -short leaves out")
	}
	lacking := ""
	for _, program := range []string{"buildah", "mmdebstrap", "unshare", "ip", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			lacking = program
		}
	}
	if os.Geteuid() != 0 {
		lacking = "root"
	}
	if lacking != "" {
		testkit.Missing(t, lacking)
	}
	checkout, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return checkout
}

func TestMain(m *testing.M) {
	code := m.Run()
	if scratch != "" {
		_ = os.RemoveAll(scratch)
	}
	os.Exit(code)
}

var scratch string

// build copies the checkout, as a clone of it would be, and builds the image with the README's
// first command.
func build() (checkout string, err error) {
	if scratch, err = os.MkdirTemp("", "sgdescape-container-"); err != nil {
		return "", err
	}
	if err := os.Chmod(scratch, 0o755); err != nil {
		return "", err
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		return "", err
	}
	checkout = filepath.Join(scratch, "checkout")
	files, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return "", fmt.Errorf("listing the checkout: %w", err)
	}
	tar := exec.Command("sh", "-c", `mkdir "$1" && tar -C "$0" --null --ignore-failed-read -T - -c | tar -x -C "$1"`, root, checkout)
	tar.Stdin = bytes.NewReader(files)
	if out, err := tar.CombinedOutput(); err != nil {
		return "", fmt.Errorf("copying the checkout: %w\n%s", err, out)
	}
	if exec.Command("buildah", "inspect", "--type", "image", "docker.io/library/golang:1.26-trixie").Run() != nil {
		if out, err := exec.Command("testdata/base").CombinedOutput(); err != nil {
			return "", fmt.Errorf("making the base image: %w\n%s", err, out)
		}
	}
	commands, err := readme(root)
	if err != nil {
		return "", err
	}
	cmd := shell(context.Background(), checkout, commands[0])
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", commands[0], err, out[max(0, len(out)-4000):])
	}
	return checkout, nil
}

var dockerLine = regexp.MustCompile(`(?m)^.*\bdocker (?:build|run) .*$`)

// readme returns the three commands of the README: build, lab and report.
func readme(root string) ([]string, error) {
	content, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		return nil, err
	}
	_, section, _ := strings.Cut(string(content), "## Container\n")
	_, block, _ := strings.Cut(section, "```sh\n")
	block, _, _ = strings.Cut(block, "```")
	lines := dockerLine.FindAllString(block, -1)
	if len(lines) != 3 {
		return nil, fmt.Errorf("the README's section on the container has the commands %q, want three", lines)
	}
	return lines, nil
}

// shell is a line as a reader would type it in a folder, with testdata/docker for docker.
func shell(ctx context.Context, dir, line string, prefix ...string) *exec.Cmd {
	words := append(prefix, "bash", "-c", line)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	tools, err := filepath.Abs("testdata")
	if err != nil {
		panic(err) // only if there is no working directory
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"))
	return cmd
}

// offline is what comes before a command that is to have no network but itself.
var offline = []string{"unshare", "--net", "sh", "-c", `ip link set lo up && exec "$@"`, "sh"}

// inside returns what a command prints in a fresh container, as its user and without a network.
func inside(t *testing.T, script string) string {
	t.Helper()
	line := "docker run " + image + " sh -c '" + script + "'"
	var stderr bytes.Buffer
	cmd := shell(t.Context(), scratch, line, offline...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", line, err, out, stderr.String())
	}
	return string(out)
}

func TestImage(t *testing.T) {
	needImage(t)
	out, err := exec.Command("buildah", "inspect", "--type", "image", image).Output()
	if err != nil {
		t.Fatal(err)
	}
	var about struct {
		Docker struct {
			Config struct {
				User string
			}
		}
	}
	if err := json.Unmarshal(out, &about); err != nil {
		t.Fatal(err)
	}
	if user := about.Docker.Config.User; user == "" || user == "root" || user == "0" {
		t.Errorf("the image runs as user %q", user)
	}
	size := size(t)
	t.Logf("the image weighs %.2f GB", size/1e9)
	if size > sizeLimit {
		t.Errorf("the image weighs %.2f GB, more than %.2f", size/1e9, sizeLimit/1e9)
	}
}

// size is the sum of the image's layers, uncompressed.
func size(t *testing.T) float64 {
	t.Helper()
	out, err := exec.Command("buildah", "images", "--format", "{{.Size}}", image).Output()
	if err != nil {
		t.Fatal(err)
	}
	var number float64
	var unit string
	if _, err := fmt.Sscan(strings.Fields(string(out))[0]+" "+strings.Fields(string(out))[1], &number, &unit); err != nil {
		t.Fatalf("the size %q: %v", out, err)
	}
	return number * map[string]float64{"MB": 1e6, "GB": 1e9}[unit]
}

// The user is nobody special, and what Binder looks for is there.
func TestUser(t *testing.T) {
	needImage(t)
	out := inside(t, `id -u; command -v sudo || true; jupyter kernelspec list; jupyter lab --version; jupyter notebook --version; jupyter nbconvert --version; touch "$HOME/x" && ls /usr/share/datasets/fashion-mnist "$HOME"/.cache/sgdescape/mnist; find /usr/local /etc -xdev -writable -not -type l 2>/dev/null | head`)
	for _, want := range []string{"1000\n", "gonb ", "train-images-idx3-ubyte.gz", "train-images-idx3-ubyte\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	for _, bad := range []string{"sudo", "/usr/local/lib", "/etc/"} {
		if strings.Contains(out, bad) {
			t.Errorf("there is %q in %s", bad, out)
		}
	}
}

// A notebook runs without a network, every cell of it answers at once, sliders that nobody can move
// included, and nothing is written outside the home folder.
func TestNotebookOffline(t *testing.T) {
	needImage(t)
	out := inside(t, `jupyter nbconvert --to notebook --execute --stdout notebooks/internal/launcher/testdata/playground.ipynb
find / -xdev -user $(id -u) -not -path "$HOME/*" -not -path "$HOME" -not -path "/proc/*" -not -path /reports -printf "outside: %p\n" 2>/dev/null || true`)
	for _, want := range []string{"drawn for φ = 1", "sgd-sim", "echarts", "Survival against time"} {
		if !strings.Contains(out, want) {
			t.Errorf("the notebook did not say %q:\n%s", want, out)
		}
	}
	if i := strings.Index(out, "outside: "); i >= 0 {
		t.Errorf("written outside the home folder:\n%s", out[i:])
	}
	var nb struct {
		Cells []struct {
			Metadata struct {
				Execution map[string]time.Time
			}
		}
	}
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&nb); err != nil {
		t.Fatal(err)
	}
	answers := 0
	for i, cell := range nb.Cells {
		times := cell.Metadata.Execution // in whole seconds
		if times == nil {
			continue
		}
		answers++
		if took := times["shell.execute_reply"].Sub(times["iopub.execute_input"]); took > 5*time.Second {
			t.Errorf("cell %d took %v, want at most 5 s", i+1, took)
		}
	}
	if answers < 5 {
		t.Errorf("%d cells were timed, want all", answers)
	}
}

// The README's second command serves JupyterLab, without a network, to whoever has its token.
func TestLabOffline(t *testing.T) {
	checkout := needImage(t)
	commands, err := readme(checkout)
	if err != nil {
		t.Fatal(err)
	}
	log := &testkit.Buffer{}
	cmd := shell(t.Context(), checkout, "exec "+commands[1], offline...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer stop(t, cmd)
	address := regexp.MustCompile(`http://127\.0\.0\.1:8888/lab/tree/notebooks\?token=(\w+)`)
	testkit.Await(t, time.Minute, log, func() bool { return address.MatchString(log.String()) })
	token := address.FindStringSubmatch(log.String())[1]

	// Python asks from within the container's own network.
	const ask = `
import sys, urllib.request, urllib.error
for url in sys.argv[1:]:
    try:
        answer = urllib.request.urlopen(url)
        print(answer.status, len(answer.read()))
    except urllib.error.HTTPError as err:
        print(err.code, 0)
`
	const site = "http://127.0.0.1:8888/"
	enter := []string{"--net=/proc/" + fmt.Sprint(cmd.Process.Pid) + "/ns/net", "python3", "-c", ask}
	out, err := exec.Command("nsenter", append(enter, site+"lab/tree/notebooks?token="+token, site+"api/kernelspecs", site+"static/echarts.min.js",
		site+"api/contents/notebooks?token="+token, site+"api")...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, want := range []string{"200 ", "403 ", "200 ", "200 ", "200 "} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("answer %d is %q, want %s", i+1, lines[i], want)
		}
	}
	healthy := "docker run " + image + " " + strings.Join(healthCheck(t), " ")
	if out, err := shell(t.Context(), scratch, healthy, "nsenter", enter[0]).CombinedOutput(); err != nil {
		t.Errorf("%s beside the server: %v\n%s", healthy, err, out)
	}
	if out, err := shell(t.Context(), scratch, healthy, offline...).CombinedOutput(); err == nil {
		t.Errorf("%s passes where there is no server\n%s", healthy, out)
	}
}

// healthCheck is the command with which an engine asks whether the container is well.
func healthCheck(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("buildah", "inspect", "--type", "image", "--format", "{{range .Docker.Config.Healthcheck.Test}}{{println .}}{{end}}", image).Output()
	words := strings.Fields(string(out))
	if err != nil || len(words) < 2 || words[0] != "CMD" {
		t.Fatalf("the image's health check is %q: %v", words, err)
	}
	return words[1:]
}

// stop ends a server as Ctrl-C does, and waits for it.
func stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Error("JupyterLab does not end")
		_ = cmd.Process.Kill()
	}
}

// The README's third command writes a report to the mounted folder.
func TestReport(t *testing.T) {
	checkout := needImage(t)
	commands, err := readme(checkout)
	if err != nil {
		t.Fatal(err)
	}
	out, err := shell(t.Context(), checkout, "umask 0; "+commands[2], offline...).CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	name := commands[2][strings.LastIndex(commands[2], " ")+1:]
	content, readErr := os.ReadFile(filepath.Join(checkout, "reports", name+".html"))
	if err != nil || readErr != nil || !bytes.Contains(content, []byte("</html>")) {
		t.Errorf("%v, %v\n%s", err, readErr, out)
	}
	if strings.Contains(string(out), "set-up:") {
		t.Errorf("something had to be set up in the container:\n%s", out)
	}
}
