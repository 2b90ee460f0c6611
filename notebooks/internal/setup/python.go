package setup

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed requirements.txt
var requirements string

// probe asks, without importing them, for the packages that run a notebook.
const probe = "import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, ['nbclient', 'nbformat', 'jupyter_client'])))"

// python finds an interpreter that can run notebooks. If there is none it installs Jupyter:
// Debian's when root, else one of the project's own.
func (s *Setup) python(ctx context.Context) (string, error) {
	if python, err := s.FindPython(ctx); err == nil {
		return python, nil
	}
	debianErr := s.Debian(ctx, "jupyter-notebook", "python3-nbclient")
	if python, err := s.FindPython(ctx); err == nil {
		return python, nil
	}
	venv, venvErr := s.venv(ctx)
	if venvErr != nil {
		return "", fmt.Errorf("there is no Jupyter here, and none could be installed: %w", errors.Join(debianErr, venvErr))
	}
	return filepath.Join(venv, "bin", "python"), nil
}

// FindPython returns the first interpreter here that can run notebooks.
func (s *Setup) FindPython(ctx context.Context) (string, error) {
	candidates := []string{"python3", "/usr/bin/python3"}
	if jupyter, err := exec.LookPath("jupyter"); err == nil {
		candidates = append([]string{shebang(jupyter)}, candidates...)
	}
	if venv := s.venvDir(); exists(venv) {
		candidates = append(candidates, filepath.Join(venv, "bin", "python"))
	}
	for _, python := range candidates {
		if python != "" && s.Group.Command(ctx, os.Environ(), python, "-c", probe).Run() == nil {
			return python, ctx.Err()
		}
	}
	return "", errors.New("no Python here has nbclient, nbformat and jupyter_client")
}

// shebang returns the interpreter that a script names in its first line.
func shebang(script string) string {
	f, err := os.Open(script)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReader(f).ReadString('\n')
	interpreter, ok := strings.CutPrefix(strings.TrimSpace(line), "#!")
	if !ok || strings.ContainsAny(interpreter, " \x00") {
		return ""
	}
	return interpreter
}

func (s *Setup) venvDir() string { return filepath.Join(s.Cache, "venv-"+key([]string{requirements})) }

// venv installs Jupyter with pip. A virtual environment cannot be moved, so this part is built in
// place and finished by its last step.
func (s *Setup) venv(ctx context.Context) (string, error) {
	dir := s.venvDir()
	unlock, err := lock(ctx, filepath.Join(s.Cache, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	list := filepath.Join(dir, "requirements.txt")
	if exists(list) {
		return dir, nil
	}
	s.Say("installing Jupyter into a virtual environment of the project")
	steps := [][]string{
		{"python3", "-m", "venv", "--clear", dir},
		append([]string{filepath.Join(dir, "bin", "pip"), "install", "-q", "--disable-pip-version-check"}, strings.Fields(requirements)...),
	}
	for _, step := range steps {
		if err := s.command(ctx, s.Root, step[0], step[1:]...); err != nil {
			_ = os.RemoveAll(dir)
			return "", err
		}
	}
	return dir, os.WriteFile(list, []byte(requirements), 0o644)
}
