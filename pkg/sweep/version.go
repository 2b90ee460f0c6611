package sweep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// Worker is the import path of the program that computes the experiments of [Library], for
// [Version] and [Build].
const Worker = "github.com/sgdescape/sgdescape/pkg/sweep/worker"

// buildPackage is what go list says of a package.
type buildPackage struct {
	ImportPath, Dir string
	Standard        bool
	Module          *struct {
		Path, Version string
		Replace       *struct{ Path, Version string }
	}
	GoFiles, CgoFiles, SFiles, HFiles, EmbedFiles []string
}

// Version returns the version of the code that a program is made from, for [Open]: a hash of the
// sources of all of its packages that have no version, of the versions of all others, of Go's and
// of the kind of processor, as the last bits of a number may differ between kinds. Changing what
// the program does not import, tests or notebooks changes nothing. It asks the go command in the
// current folder, and returns an error if that does not know the package.
func Version(ctx context.Context, program string) (string, error) {
	if program == "" {
		return "", errors.New("sweep: code version of no program")
	}
	out, err := goCommand(ctx, "list", "-deps", "-json=ImportPath,Dir,Standard,Module,GoFiles,CgoFiles,SFiles,HFiles,EmbedFiles", "--", program)
	if err != nil {
		return "", err
	}
	env, err := goCommand(ctx, "env", "GOVERSION", "GOOS", "GOARCH")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write(env)
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p buildPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", fmt.Errorf("sweep: code version: %w", err)
		}
		if err := p.hash(h); err != nil {
			return "", fmt.Errorf("sweep: code version: %w", err)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8]), nil
}

// hash writes what identifies a package: its version, or its sources.
func (p buildPackage) hash(h io.Writer) error {
	if p.Standard {
		return nil // Go's version stands for them
	}
	fmt.Fprintln(h, p.ImportPath)
	if p.Module != nil && p.Module.Version != "" && (p.Module.Replace == nil || p.Module.Replace.Version != "") {
		fmt.Fprintln(h, p.Module.Path, p.Module.Version, p.Module.Replace)
		return nil
	}
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.SFiles, p.HFiles, p.EmbedFiles) {
		text, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintln(h, name, len(text))
		if _, err := h.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// Build builds a program whose main function calls [Work], as one static file that runs on any
// machine of this system and kind of processor, and links the version into its variable
// main.version. The file is there whole or not at all. Its errors are those of [Version].
func Build(ctx context.Context, program, version, path string) error {
	pending := path + ".new"
	_, err := goCommand(ctx, "build", "-ldflags=-s -X main.version="+version, "-o", pending, "--", program)
	if err == nil {
		err = os.Rename(pending, path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("sweep: building the worker: %w", err), removed(pending))
	}
	return nil
}

// removed removes a file that may not be there.
func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// goCommand runs the go command without C, whose compiler clusters lack.
func goCommand(ctx context.Context, args ...string) ([]byte, error) {
	if ctx == nil {
		return nil, errors.New("sweep: no context given")
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("sweep: go %s: %w\n%s", args[0], err, stderr.Bytes())
	}
	return out, nil
}
