// Package run executes notebooks on their kernel.
package run

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
	"github.com/sgdescape/sgdescape/notebooks/internal/setup"
)

//go:embed run.py
var script string

// Job is a notebook to run.
type Job struct {
	Notebook string          // the file; it is not changed
	Timeout  time.Duration   // for each cell
	Environ  []string        // added to that of the set-up
	Progress func(k, of int) // called when code cell k begins, with k = 0 before the kernel starts
}

// event is a line that run.py prints.
type event struct {
	Event, What, Message, Source string
	Cell, Cells                  int
	Outputs                      []notebook.Output
}

// Notebook runs a job and returns the notebook's file with the outputs. Cells run in the notebook's
// folder, as they do in Jupyter. When Notebook returns, all processes of the run have ended and
// their temporary files are gone. The error is a *Failure when it is the notebook's.
func Notebook(ctx context.Context, kit *setup.Kit, job Job) ([]byte, error) {
	temp, err := os.MkdirTemp("", "sgdescape-run-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for temporary files: %w", err)
	}
	defer os.RemoveAll(temp)
	group := proc.NewGroup()
	defer group.Stop()

	env := append(append(kit.Environ(), "TMPDIR="+temp), job.Environ...)
	seconds := fmt.Sprint(max(1, int(job.Timeout.Seconds())))
	executed := filepath.Join(temp, "executed.ipynb")
	cmd := group.Command(ctx, env, kit.Python, "-c", script, job.Notebook, executed, filepath.Dir(job.Notebook), seconds)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if _, err := cmd.StdinPipe(); err != nil { // stays open as long as we live
		return nil, err
	}
	events, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting Jupyter's client: %w", err)
	}
	last, readErr := follow(events, job.Progress)
	waitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case last.Event == "failure":
		return nil, newFailure(job.Notebook, last, complaints.String())
	case last.Event != "done":
		return nil, fmt.Errorf("running %s: %w\n%s", notebook.Name(job.Notebook), errors.Join(readErr, waitErr), complaints.String())
	}
	return os.ReadFile(executed)
}

// follow reads events up to the end and returns the last one.
func follow(r io.Reader, progress func(k, of int)) (last event, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 256<<20) // a failing cell's outputs may hold pictures
	cells := 0
	for lines.Scan() {
		last = event{}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			return last, fmt.Errorf("reading what Jupyter's client says: %w", err)
		}
		if last.Event == "notebook" {
			cells = last.Cells
		}
		if last.Event == "notebook" || last.Event == "cell" {
			progress(last.Cell, cells)
		}
	}
	return last, lines.Err()
}
