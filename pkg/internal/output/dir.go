// Package output holds what packages figure, live and scorecard share: which
// folder a run writes to, how a file gets there whole or not at all, which texts
// may go with what is shown, and how that reaches the notebook that runs the
// program. Its errors carry no prefix: that of the caller stands before them.
package output

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/fidelity"
)

// DirEnv names the environment variable that overrides the output folder.
const DirEnv = "SGDESCAPE_FIGURES"

// module is the first line of the go.mod that marks the repository's root.
const module = "module github.com/sgdescape/sgdescape"

// Dir returns the folder that figures and the scorecard are written to:
// $SGDESCAPE_FIGURES when that is set; otherwise, inside the repository,
// figures/ at paper fidelity and notebooks/reports/figures/ (which is not
// committed) at quick fidelity. The folder need not exist yet.
func Dir() (string, error) {
	level, err := fidelity.Current()
	if err != nil {
		return "", err
	}
	if dir := os.Getenv(DirEnv); dir != "" {
		return filepath.Abs(dir)
	}
	root, err := Root()
	if err != nil {
		return "", err
	}
	if level == fidelity.Paper {
		return filepath.Join(root, "figures"), nil
	}
	return filepath.Join(root, "notebooks", "reports", "figures"), nil
}

// Root returns the repository's root: the nearest folder, upwards from
// $GONB_DIR (where a notebook lives) or else from the working directory, whose
// go.mod declares this module.
func Root() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the repository: %w", err)
	}
	starts := []string{wd}
	if dir := os.Getenv("GONB_DIR"); dir != "" {
		starts = []string{dir, wd}
	}
	for _, dir := range starts {
		for {
			if declaresModule(filepath.Join(dir, "go.mod")) {
				return dir, nil
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return "", errors.New("no repository of sgdescape above " + strings.Join(starts, " or ") +
		": run inside a checkout or set " + DirEnv)
}

// declaresModule reports whether the go.mod at path is this module's.
func declaresModule(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == module {
			return true
		}
	}
	return false
}
