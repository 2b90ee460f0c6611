package output

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/fidelity"
)

// repository makes a checkout with a folder of notebooks and returns both.
func repository(t *testing.T) (root, notebooks string) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	notebooks = filepath.Join(root, "notebooks")
	if err := os.Mkdir(notebooks, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("// a comment\nmodule github.com/sgdescape/sgdescape\n\ngo 1.26\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return root, notebooks
}

func TestDir(t *testing.T) {
	root, notebooks := repository(t)
	elsewhere := t.TempDir()
	for _, test := range []struct{ wd, gonb, env, level, want string }{
		{notebooks, "", "", "", "notebooks/reports/figures"},
		{notebooks, "", "", "quick", "notebooks/reports/figures"},
		{notebooks, "", "", "paper", "figures"},
		{elsewhere, notebooks, "", "paper", "figures"},
		{notebooks, elsewhere, "", "paper", "figures"},
		{elsewhere, "", filepath.Join(root, "other"), "paper", "other"},
	} {
		t.Chdir(test.wd)
		t.Setenv("GONB_DIR", test.gonb)
		t.Setenv(DirEnv, test.env)
		t.Setenv(fidelity.Env, test.level)
		got, err := Dir()
		if err != nil || got != filepath.Join(root, test.want) {
			t.Errorf("%v: got %s, %v", test, got, err)
		}
	}
}

func TestDirErrors(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("GONB_DIR", "")
	t.Setenv(DirEnv, "")
	t.Setenv(fidelity.Env, "")
	if _, err := Dir(); err == nil || !strings.Contains(err.Error(), "no repository") {
		t.Errorf("outside a checkout: %v", err)
	}
	if err := os.WriteFile("go.mod", []byte("module example.com/sgdescape\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Dir(); err == nil {
		t.Error("another module's go.mod passed for ours")
	}
	t.Setenv(fidelity.Env, "Paper")
	if _, err := Dir(); err == nil || !strings.Contains(err.Error(), `"Paper"`) {
		t.Errorf("unknown fidelity: %v", err)
	}
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "a.txt")
	for _, text := range []string{"first", "second"} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := os.Stat(path)
	want, wantErr := os.Stat(plain)
	if err = errors.Join(err, wantErr); err != nil {
		t.Fatal(err)
	}
	if got.Mode() != want.Mode() {
		t.Errorf("mode %v, want %v", got.Mode(), want.Mode())
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// A write that fails leaves the old content and nothing else.
func TestWriteFileFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(path, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("x")); err == nil {
		t.Error("wrote over a folder")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := WriteFile(filepath.Join(dir, "taken", "folder", "x", string([]byte{0})), nil); err == nil {
		t.Error("wrote to an impossible path")
	}
}

func TestCheckTexts(t *testing.T) {
	for _, test := range []struct{ name, title, alt, want string }{
		{"two-clocks_1", "a title\nin two lines", "an alt text", ""},
		{"../up", "t", "a", "../up"},
		{"1st", "t", "a", "want a letter"},
		{"n", " ", "a", "n: the title is empty"},
		{"n", "t", "", "n: the alt text is empty"},
		{"n", "a\x00b", "a", "n: title: "},
		{"n", "t", "\xff", "n: alt text: "},
	} {
		err := CheckTexts(test.name, test.title, test.alt)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v", test, err)
		}
	}
}

func TestDisplayOutsideNotebook(t *testing.T) {
	if err := Display("text/html", "<b>x</b>", "x"); err != nil {
		t.Error(err)
	}
}
