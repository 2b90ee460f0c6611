// Command worker computes one part of a sweep of the library's experiments, for any engine:
//
//	worker -store DIR -shard i -of n
//
// See [sweep.Work]. It is built by [sweep.Build], which links the version of the code in.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/sgdescape/sgdescape/pkg/sweep"
)

var version string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := sweep.Work(ctx, os.Args[1:], os.Getenv, sweep.Library(), version); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(sweep.Status(err))
	}
}
