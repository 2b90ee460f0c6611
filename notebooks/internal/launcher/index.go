package launcher

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
	"github.com/sgdescape/sgdescape/notebooks/internal/report"
	"github.com/sgdescape/sgdescape/pkg/scorecard"
)

// frontPage is the file that ties the reports together.
const frontPage = "index.html"

// frontPageOf returns the front page that lists a notebook; it lists those of the checkout.
func (l *Launcher) frontPageOf(path string) string {
	if filepath.Dir(path) == filepath.Join(l.Root, "notebooks") {
		return frontPage
	}
	return ""
}

// index writes the front page of the reports that are there, of this run and of those before.
func (l *Launcher) index(ctx context.Context, assets string, took *expectations) error {
	if ctx.Err() != nil {
		return nil
	}
	claims, err := scorecard.Load(filepath.Join(l.Root, "figures", "scorecard.json"))
	if err != nil {
		return fmt.Errorf("front page: %w", err)
	}
	notebooks, err := l.find(nil)
	if err != nil {
		return err
	}
	var entries []report.Entry
	for _, path := range notebooks {
		name := notebook.Name(path)
		if _, err := os.Stat(filepath.Join(l.Reports, name+".html")); err != nil {
			continue
		}
		entry := report.Entry{File: name + ".html", Verdict: verdict(claims, name)}
		if d, ok := took.seconds[l.Fidelity+"/"+name]; ok {
			entry.Took = fmt.Sprintf("%.0f s", d)
		}
		entries = append(entries, entry)
	}
	if len(entries) == 0 {
		return nil
	}
	page, err := report.Index(l.Reports, assets, entries)
	if err != nil {
		return err
	}
	target := filepath.Join(l.Reports, frontPage)
	if err := maybe.WriteFile(target, page, 0o644); err != nil {
		return fmt.Errorf("writing the front page: %w", err)
	}
	fmt.Fprintf(l.out, "all reports: %s\n", target)
	return nil
}

// verdict counts the physics claims of a notebook.
func verdict(claims []scorecard.Claim, name string) string {
	count := map[scorecard.Verdict]int{}
	for _, c := range claims {
		if c.Notebook == name && c.Kind == scorecard.Physics {
			count[c.Verdict]++
		}
	}
	var parts []string
	for _, v := range []struct {
		scorecard.Verdict
		one, many string
	}{{scorecard.Holds, "holds", "hold"}, {scorecard.Bends, "bends", "bend"}, {scorecard.Fails, "fails", "fail"}, {scorecard.Undecided, "is undecided", "are undecided"}} {
		switch n := count[v.Verdict]; {
		case n == 1:
			parts = append(parts, "1 "+v.one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, v.many))
		}
	}
	if parts == nil {
		return ""
	}
	return "**Claims about SGD and the paper:** " + strings.Join(parts, ", ") + "."
}
