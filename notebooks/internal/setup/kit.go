package setup

import (
	"os"
	"path/filepath"
	"strings"
)

// Kit is a finished set-up.
type Kit struct {
	Tools   string // folder of gonb, goimports and gopls
	Jupyter string // Jupyter data folder with the kernel's description
	Assets  string // folder of echarts.min.js, katex.min.js, auto-render.min.js and katex.css, the latter with its fonts inside
	Python  string // an interpreter that has nbclient

	home string
}

// Environ is the environment in which Jupyter finds the kernel and the kernel its tools. Jupyter's
// own settings, histories and connection files go to the cache, not to the user's home. Cells are
// linked without tables for a debugger, which saves a quarter of the time that a cell takes to
// build; a panic's trace is as good without.
func (k *Kit) Environ() []string {
	return append(os.Environ(),
		"PATH="+k.Tools+string(os.PathListSeparator)+os.Getenv("PATH"),
		"JUPYTER_PATH="+strings.TrimSuffix(k.Jupyter+string(os.PathListSeparator)+os.Getenv("JUPYTER_PATH"), string(os.PathListSeparator)),
		"JUPYTER_CONFIG_DIR="+filepath.Join(k.home, "config"),
		"JUPYTER_DATA_DIR="+filepath.Join(k.home, "data"),
		"JUPYTER_RUNTIME_DIR="+filepath.Join(k.home, "runtime"),
		"IPYTHONDIR="+filepath.Join(k.home, "ipython"),
		"GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -ldflags=-s"),
	)
}
