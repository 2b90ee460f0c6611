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
	group := proc.NewGroup()
	defer group.Stop()
	cmd := group.Command(ctx, append(kit.Environ(), "SGDESCAPE_FIDELITY="+l.Fidelity), kit.Python, labArgs(ctx, group, kit, l.Root)...)
	cmd.Dir = l.Root
	cmd.Stdout, cmd.Stderr = l.out, os.Stderr
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("running Jupyter: %w", err)
	}
	return nil
}

// labArgs are the arguments with which Python serves the notebooks on this machine alone; Jupyter asks for its token as always. Live figures load
// ECharts from the server's static files.
func labArgs(ctx context.Context, group *proc.Group, kit *setup.Kit, root string) []string {
	module, app := "jupyterlab", "ServerApp"
	if hasModule(ctx, group, kit, module) != nil {
		module, app = "notebook", "NotebookApp"
	}
	args := []string{"-m", module, "--ip=127.0.0.1",
		fmt.Sprintf("--%s.extra_static_paths=%s", app, kit.Assets),
		fmt.Sprintf("--%s.%s=%s", app, map[string]string{"ServerApp": "root_dir", "NotebookApp": "notebook_dir"}[app], root)}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	return args
}

func hasModule(ctx context.Context, group *proc.Group, kit *setup.Kit, module string) error {
	find := "import sys; from importlib.util import find_spec; sys.exit(find_spec('" + module + "') is None)"
	return group.Command(ctx, os.Environ(), kit.Python, "-c", find).Run()
}
