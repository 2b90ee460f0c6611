// Command notebooks sets up what the notebooks need, runs them and exports each as one HTML file:
// see `go run ./notebooks help`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/launcher"
)

const usage = `go run ./notebooks [COMMAND] [FLAGS]

Commands:
  (none)           set up what is missing, run every notebook and write each as one HTML file to notebooks/reports/
  report [NAME…]   the same for the named notebooks; NAME is as in notebooks/NAME.ipynb or its beginning, or a path to an .ipynb file
  lab              open the notebooks in the browser: JupyterLab, or the classic Notebook where there is no Lab
  setup            only set up
  sweep SPEC.json  compute many settings, here or on a Slurm cluster: sweep -h
  test [PACKAGE…]  set up what the tests need as well and run go test on ./... or the packages, with nothing skipped
  clean            remove the set-up and the reports
  help             show this text

Flags, before or after the command:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "interrupted: everything that was started has been stopped")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run does what the command line says.
func run(ctx context.Context, args []string, out io.Writer) error {
	l, err := launcher.New(out)
	if err != nil {
		return err
	}
	if len(args) > 0 && args[0] == "sweep" {
		return l.Sweep(ctx, args[1:])
	}
	words, err := parse(l, args, out)
	if err != nil {
		return err
	}
	command, names := "report", words
	if len(words) > 0 {
		command, names = words[0], words[1:]
	}
	if len(names) > 0 && command != "report" && command != "test" {
		return fmt.Errorf("%s takes no names, but got %q", command, names)
	}
	switch command {
	case "report":
		return l.Report(ctx, names)
	case "lab":
		return l.Lab(ctx)
	case "setup":
		return l.Setup(ctx)
	case "test":
		return l.Test(ctx, names)
	case "clean":
		return l.Clean()
	case "help":
		_, err := parse(l, []string{"-h"}, out)
		return err
	}
	return fmt.Errorf("there is no command %q: `go run ./notebooks help` lists them", command)
}

// parse sets the launcher's options from the flags, which may stand anywhere, and returns the other
// words.
func parse(l *launcher.Launcher, args []string, out io.Writer) (words []string, err error) {
	flags := flag.NewFlagSet("notebooks", flag.ContinueOnError)
	flags.StringVar(&l.Fidelity, "fidelity", l.Fidelity, "`quick or paper`: quick takes about a minute a notebook, paper makes the published figures and keeps the outputs in the notebooks")
	flags.DurationVar(&l.Timeout, "timeout", 0, "the longest that one cell may take, as in 90s or 2h (default 10m, at paper fidelity 6h)")
	flags.StringVar(&l.Reports, "out", l.Reports, "the `folder` for the reports")
	if words, err = launcher.Flags(flags, args, out, usage, "go run ./notebooks help"); err != nil {
		return nil, err
	}
	if l.Fidelity != "quick" && l.Fidelity != "paper" {
		return nil, fmt.Errorf("fidelity is %q, but must be quick or paper", l.Fidelity)
	}
	if l.Timeout < 0 || l.Timeout > 0 && l.Timeout < time.Second {
		return nil, fmt.Errorf("timeout is %v, but must be at least 1s", l.Timeout)
	}
	return words, nil
}
