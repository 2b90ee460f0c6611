// Package output holds what packages figure, live and scorecard share: which folder a run writes
// to, how a file gets there whole or not at all, which texts may go with what is shown, and how
// that reaches the notebook that runs the program. Its errors carry no prefix: that of the caller
// stands before them.
package output

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/google/renameio/v2/maybe"
	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/sgdescape/sgdescape/pkg/fidelity"
)

// DirEnv names the environment variable that overrides the output folder.
const DirEnv = "SGDESCAPE_FIGURES"

// Dir returns the folder that figures and the scorecard are written to: $SGDESCAPE_FIGURES when
// that is set; otherwise, inside the repository, figures/ at paper fidelity and
// notebooks/reports/figures/ (which is not committed) at quick fidelity. The folder need not exist
// yet.
func Dir() (string, error) {
	paper, err := fidelity.Paper()
	if err != nil {
		return "", err
	}
	if dir := os.Getenv(DirEnv); dir != "" {
		return filepath.Abs(dir)
	}
	if paper {
		return Published()
	}
	root, err := checkout()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, "notebooks", "reports", "figures"), nil
}

// Published returns the repository's folder figures/, which holds what runs at paper fidelity made.
func Published() (string, error) {
	root, err := checkout()
	return filepath.Join(root, "figures"), err
}

// module matches the line of the go.mod that marks the repository's root.
var module = regexp.MustCompile(`(?m)^\s*module github\.com/sgdescape/sgdescape\s*$`)

// checkout returns the repository's root: the nearest folder, upwards from $GONB_DIR (where a
// notebook lives) or else from the working directory, whose go.mod declares this module.
func checkout() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the repository: %w", err)
	}
	starts := []string{wd}
	if dir := os.Getenv("GONB_DIR"); dir != "" {
		starts = []string{dir, wd}
	}
	for _, dir := range starts {
		for last := ""; dir != last; last, dir = dir, filepath.Dir(dir) {
			if mod, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && module.Match(mod) {
				return dir, nil
			}
		}
	}
	return "", errors.New("no repository of sgdescape above " + strings.Join(starts, " or ") +
		": run inside a checkout or set " + DirEnv)
}

// WriteFile puts data at path, creating its folder. A reader sees the old file or the new one,
// never a part, even after a power cut; on failure nothing is left behind. (Windows cannot promise
// that, and may leave a part.)
func WriteFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("creating a folder: %w", err)
	}
	if err := maybe.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// Display shows content as the output of the running GoNB cell, in the richest MIME type that the
// front end knows, and waits until the kernel has it: a cell is a program of its own, whose pending
// output is lost when it ends. Outside a notebook Display does nothing.
func Display(mime, content, plain string) error {
	if !gonbui.IsNotebook {
		return nil
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMEType(mime): content,
		protocol.MIMETextPlain:  plain,
	}})
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("showing in the notebook: %w", err)
	}
	gonbui.Sync()
	return nil
}

// validName is what a name looks like that becomes a file name or the id of an HTML element.
var validName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// CheckTexts returns an error unless the name, title and alt text of something that is shown are
// usable.
func CheckTexts(name, title, alt string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("name %q: want a letter, then letters, digits, _ or -", name)
	}
	for _, t := range []struct{ what, text string }{{"title", title}, {"alt text", alt}} {
		if strings.TrimSpace(t.text) == "" {
			return fmt.Errorf("%s: the %s is empty: say what the figure shows", name, t.what)
		}
		if err := Printable(t.text); err != nil {
			return fmt.Errorf("%s: %s: %w", name, t.what, err)
		}
	}
	return nil
}

// Printable returns an error for text that an SVG file cannot hold.
func Printable(s string) error {
	bad := func(r rune) bool { return r == unicode.ReplacementChar || (unicode.IsControl(r) && r != '\n') }
	if strings.ContainsFunc(s, bad) {
		return fmt.Errorf("%q holds a control character or invalid UTF-8", s)
	}
	return nil
}
