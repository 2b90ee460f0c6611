package setup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// checker is the one tool of go.mod that no notebook needs.
const checker = "honnef.co/go/tools/"

// tools builds the programs that go.mod names as tools for the notebooks: gonb, and goimports and
// gopls, which it needs.
func (s *Setup) tools(ctx context.Context) (string, error) {
	versions, err := toolVersions(filepath.Join(s.Root, "go.mod"))
	if err != nil {
		return "", err
	}
	var paths []string
	for _, version := range versions {
		tool, _, _ := strings.Cut(version, " ")
		paths = append(paths, tool)
	}
	inputs := append(versions, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return s.part(ctx, "tools", inputs, "building the kernel and its tools from go.mod", func(dir string) error {
		return s.command(ctx, s.Root, "go", append([]string{"build", "-o", dir + string(filepath.Separator)}, paths...)...)
	})
}

// toolVersions lists the notebooks' tools of a go.mod, each with the module that provides it.
func toolVersions(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	mod, err := modfile.Parse(path, data, nil)
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, tool := range mod.Tool {
		if strings.HasPrefix(tool.Path, checker) {
			continue
		}
		var provider module.Version // the longest path that fits
		for _, r := range mod.Require {
			if strings.HasPrefix(tool.Path+"/", r.Mod.Path+"/") && len(r.Mod.Path) > len(provider.Path) {
				provider = r.Mod
			}
		}
		if provider.Path == "" {
			return nil, fmt.Errorf("go.mod names the tool %s but requires no module that has it", tool.Path)
		}
		versions = append(versions, tool.Path+" "+provider.String())
	}
	return versions, nil
}
