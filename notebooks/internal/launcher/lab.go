package launcher

import (
	"context"
	"fmt"
	"os"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
	"github.com/sgdescape/sgdescape/notebooks/internal/setup"
)

// Lab opens the notebooks in the browser and returns when the server ends.
func (l *Launcher) Lab(ctx context.Context) error {
	kit, err := l.setUp(ctx)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "sgdescape-lab-")
	if err != nil {
		return fmt.Errorf("making a folder for temporary files: %w", err)
	}
	defer os.RemoveAll(temp)
	group := proc.NewGroup()
	defer group.Stop()
	env := append(kit.Environ(), "TMPDIR="+temp, "SGDESCAPE_FIDELITY="+l.Fidelity)
	cmd := group.Command(ctx, env, kit.Python, labArgs(ctx, group, kit, l.Root)...)
	cmd.Dir = l.Root
	cmd.Stdout, cmd.Stderr = l.out, os.Stderr
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("running Jupyter: %w", err)
	}
	return nil
}

// labArgs are the arguments with which Python serves the notebooks to this machine alone; Jupyter
// asks for its token as always. Live figures load ECharts from the server's static files.
func labArgs(ctx context.Context, group *proc.Group, kit *setup.Kit, root string) []string {
	args := []string{"-m", "jupyterlab", "--ServerApp.root_dir=" + root, "--ServerApp.extra_static_paths=" + kit.Assets,
		"--ServerApp.default_url=/lab/tree/notebooks"}
	if hasModule(ctx, group, kit, "jupyterlab") != nil {
		args = []string{"-m", "notebook", "--NotebookApp.notebook_dir=" + root, "--NotebookApp.extra_static_paths=" + kit.Assets,
			"--NotebookApp.default_url=/tree/notebooks"}
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	return append(args, "--ip=127.0.0.1")
}

func hasModule(ctx context.Context, group *proc.Group, kit *setup.Kit, module string) error {
	find := "import sys; from importlib.util import find_spec; sys.exit(find_spec('" + module + "') is None)"
	return group.Command(ctx, os.Environ(), kit.Python, "-c", find).Run()
}
