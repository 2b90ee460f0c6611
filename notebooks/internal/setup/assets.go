package setup

import (
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

var (
	//go:embed assets/package.json
	packageJSON string
	//go:embed assets/package-lock.json
	packageLock string

	fontSource = regexp.MustCompile(`url\((fonts/[\w-]+\.woff2)\) format\("woff2"\)(,url\([^)]*\) format\("\w+"\))*`)
)

// assets fetches the scripts of the reports with npm, at the versions of the lock file, and keeps
// the few files that the reports carry.
func (s *Setup) assets(ctx context.Context) (string, error) {
	return s.part(ctx, "assets", []string{packageLock}, "fetching KaTeX and ECharts", func(dir string) error {
		return s.npm(ctx, dir, packageJSON, packageLock, pick)
	})
}

// npm installs the packages of a lock file below dir for as long as pick takes from them, for a
// caller who holds the lock.
func (s *Setup) npm(ctx context.Context, dir, manifest, locked string, pick func(dir, modules string) error) error {
	if _, err := exec.LookPath("npm"); err != nil {
		if err := s.debian(ctx, "npm"); err != nil {
			return fmt.Errorf("npm is missing (%w): install Node.js with npm and try again", err)
		}
	}
	npm := filepath.Join(dir, "npm")
	if err := os.Mkdir(npm, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(npm)
	for name, text := range map[string]string{"package.json": manifest, "package-lock.json": locked} {
		if err := os.WriteFile(filepath.Join(npm, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := s.command(ctx, npm, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		return err
	}
	return pick(dir, filepath.Join(npm, "node_modules"))
}

// pick moves what reports need from node_modules to dir.
func pick(dir, modules string) error {
	for _, name := range []string{"echarts/dist/echarts.min.js", "katex/dist/katex.min.js", "katex/dist/contrib/auto-render.min.js"} {
		if err := os.Rename(filepath.Join(modules, name), filepath.Join(dir, filepath.Base(name))); err != nil {
			return err
		}
	}
	css, err := inlineFonts(filepath.Join(modules, "katex", "dist"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "katex.css"), css, 0o644)
}

// inlineFonts returns KaTeX's style sheet with its fonts written into it.
func inlineFonts(dist string) ([]byte, error) {
	css, err := os.ReadFile(filepath.Join(dist, "katex.min.css"))
	if err != nil {
		return nil, err
	}
	var failed error
	css = fontSource.ReplaceAllFunc(css, func(source []byte) []byte {
		font, err := os.ReadFile(filepath.Join(dist, string(fontSource.FindSubmatch(source)[1])))
		if err != nil {
			failed = err
		}
		return fmt.Appendf(nil, `url(data:font/woff2;base64,%s) format("woff2")`, base64.StdEncoding.EncodeToString(font))
	})
	return css, failed
}
