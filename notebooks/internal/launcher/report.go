package launcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/renameio/v2/maybe"
	"golang.org/x/sync/errgroup"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
	"github.com/sgdescape/sgdescape/notebooks/internal/report"
	"github.com/sgdescape/sgdescape/notebooks/internal/run"
	"github.com/sgdescape/sgdescape/notebooks/internal/setup"
)

// Report runs the named notebooks, or all, and exports them. The error joins those of all notebooks
// that failed.
func (l *Launcher) Report(ctx context.Context, names []string) error {
	paths, err := l.find(names)
	if err != nil {
		return err
	}
	expected := l.announce(paths)
	kit, err := l.setUp(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.Reports, 0o755); err != nil {
		return fmt.Errorf("making the folder for the reports: %w", err)
	}
	progress := newProgress(l.out, paths, func(name string) time.Duration { return expected.of(l.Fidelity, name) })
	errs := make([]error, len(paths))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, path := range paths {
		group.Go(func() error {
			errs[i] = l.one(ctx, kit, path, progress.line(i))
			return nil
		})
	}
	_ = group.Wait()
	progress.end()
	took := map[string]time.Duration{}
	for i, name := range notebookNames(paths) {
		if line := progress.line(i); line.took > 0 {
			took[name] = line.took
		}
	}
	expected.keep(l.Fidelity, took)
	return errors.Join(append(errs, l.index(ctx, kit.Assets, expected))...)
}

// announce says, before anything else, how long all will take.
func (l *Launcher) announce(paths []string) *expectations {
	expected := expect(l.Cache)
	var pieces []time.Duration
	for _, name := range notebookNames(paths) {
		pieces = append(pieces, expected.of(l.Fidelity, name))
	}
	all := "1 notebook"
	if len(paths) != 1 {
		all = fmt.Sprintf("%d notebooks", len(paths))
	}
	fmt.Fprintf(l.out, "%s at %s fidelity, %s", all, l.Fidelity, about(together(pieces)))
	if _, err := os.Stat(l.Cache); err != nil {
		fmt.Fprintf(l.out, " after the set-up, %s on a new machine", about(setUps))
	}
	fmt.Fprintln(l.out)
	return expected
}

// find returns the notebook files that names stand for.
func (l *Launcher) find(names []string) ([]string, error) {
	all, err := filepath.Glob(filepath.Join(l.Root, "notebooks", "*.ipynb"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 && len(all) == 0 {
		return nil, fmt.Errorf("there are no notebooks in %s", filepath.Join(l.Root, "notebooks"))
	}
	if len(names) == 0 {
		return all, nil
	}
	var paths []string
	for _, name := range names {
		path := name
		if !strings.HasSuffix(name, ".ipynb") {
			path = named(all, name)
		}
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no notebook %q; there are: %s", name, cmp.Or(strings.Join(notebookNames(all), ", "), "none yet"))
		}
		if path, err = filepath.Abs(path); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// named returns the file of the notebook of a name, or of the only one whose name begins so, or "".
func named(all []string, name string) (path string) {
	for _, file := range all {
		switch candidate := notebook.Name(file); {
		case candidate == name:
			return file
		case !strings.HasPrefix(candidate, name):
		case path != "":
			return "" // not the only one
		default:
			path = file
		}
	}
	return path
}

func notebookNames(paths []string) []string {
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = notebook.Name(path)
	}
	return names
}

// one runs and exports one notebook.
func (l *Launcher) one(ctx context.Context, kit *setup.Kit, path string, line *progressLine) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	target := filepath.Join(l.Reports, notebook.Name(path)+".html")
	size, err := l.export(ctx, kit, path, target, line)
	if err != nil {
		line.failed(ctx)
		if ctx.Err() == nil {
			err = errors.Join(err, removeStale(target))
		}
		return err
	}
	line.done(target, size)
	return nil
}

// removeStale removes the report of an earlier run: it would pass for that of the run that failed.
func removeStale(report string) error {
	if err := os.Remove(report); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (l *Launcher) export(ctx context.Context, kit *setup.Kit, path, target string, line *progressLine) (size int, err error) {
	if err := valid(path); err != nil {
		return 0, err
	}
	executed, err := run.Notebook(ctx, kit, run.Job{
		Notebook: path,
		Timeout:  l.cellTimeout(),
		Environ:  []string{"SGDESCAPE_FIDELITY=" + l.Fidelity, "SGDESCAPE_STATIC=1"},
		Progress: line.cell,
	})
	if err != nil {
		return 0, err
	}
	nb, err := notebook.Parse(executed)
	if err != nil {
		return 0, err
	}
	simulator := ""
	if report.Simulates(string(executed)) {
		if simulator, err = l.newSetup().Simulator(ctx); err != nil {
			return 0, fmt.Errorf("compiling the simulation: %w", err)
		}
	}
	program := ""
	if report.Moves(string(executed)) {
		source, err := nb.Program()
		if err != nil {
			return 0, err
		}
		if program, err = l.newSetup().Program(ctx, notebook.Name(path), source); err != nil {
			return 0, fmt.Errorf("compiling the figures that move: %w", err)
		}
	}
	page, err := report.HTML(nb, report.Options{
		Assets:    kit.Assets,
		Simulator: simulator,
		Program:   program,
		Folder:    filepath.Dir(path),
		Name:      notebook.Name(path),
		Fidelity:  l.Fidelity,
		Index:     l.frontPageOf(path),
		Notes:     []string{notebook.Name(path), "run at " + l.Fidelity + " fidelity", runtime.Version()},
	})
	if err != nil {
		return 0, err
	}
	if err := maybe.WriteFile(target, page, 0o644); err != nil {
		return 0, fmt.Errorf("writing a report: %w", err)
	}
	if l.Fidelity == "paper" {
		// The outputs that readers see on a code host come from runs at paper fidelity.
		if err := maybe.WriteFile(path, executed, 0o644); err != nil {
			return 0, fmt.Errorf("writing the outputs into a notebook: %w", err)
		}
	}
	return len(page), nil
}

// valid makes sure that a file is a notebook, before anything is started for it.
func valid(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if _, err := notebook.Parse(content); err != nil {
		return fmt.Errorf("%s is not a notebook: %w", path, err)
	}
	return nil
}

// cellTimeout is generous by default: it is there to catch a cell that waits forever.
func (l *Launcher) cellTimeout() time.Duration {
	if l.Fidelity == "paper" {
		return cmp.Or(l.Timeout, 6*time.Hour)
	}
	return cmp.Or(l.Timeout, 10*time.Minute)
}
