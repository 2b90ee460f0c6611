package launcher

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
)

// progress shows how far each notebook is and how long all will take: on a terminal one line each
// that moves, elsewhere a line when one is through.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	live  bool
	drawn bool
	lines []*progressLine
	stop  chan struct{}
}

type progressLine struct {
	of       *progress
	name     string
	expected time.Duration
	started  time.Time
	took     time.Duration // once it is through
	k, cells int
	result   string
}

func newProgress(out io.Writer, paths []string, expected func(name string) time.Duration) *progress {
	p := &progress{out: out, stop: make(chan struct{})}
	width := 0
	names := notebookNames(paths)
	for _, name := range names {
		width = max(width, len(name))
	}
	for _, name := range names {
		p.lines = append(p.lines, &progressLine{of: p, name: fmt.Sprintf("%-*s", width, name), expected: expected(name)})
	}
	if f, ok := out.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		p.live = true
		p.draw()
		go p.tick()
	}
	return p
}

func (p *progress) line(i int) *progressLine { return p.lines[i] }

// tick redraws the lines so that the elapsed time moves while a cell runs.
func (p *progress) tick() {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		}
	}
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live {
		close(p.stop)
		p.draw()
	}
}

// draw writes all lines over those drawn before.
func (p *progress) draw() {
	if p.drawn {
		fmt.Fprintf(p.out, "\x1b[%dA", len(p.lines)+1)
	}
	p.drawn = true
	for _, l := range p.lines {
		fmt.Fprintf(p.out, "\r\x1b[K%s\n", l)
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s\n", p.left())
}

// left says how long the rest will take, or how long all has taken.
func (p *progress) left() string {
	var rest []time.Duration
	for _, l := range p.lines {
		if l.result != "" {
			continue
		}
		d := l.expected
		if !l.started.IsZero() { // one that takes longer than expected is taken to be nearly through
			d = max(d-time.Since(l.started), d/10)
		}
		rest = append(rest, d)
	}
	if len(rest) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d to go, %s left", len(rest), len(p.lines), about(together(rest)))
}

// String is the line as it now stands.
func (l *progressLine) String() string {
	switch {
	case l.result != "":
		return l.name + "  " + l.result
	case l.started.IsZero():
		return l.name + "  waiting"
	}
	const width = 24
	full := 0
	if l.cells > 0 {
		full = width * max(0, l.k-1) / l.cells
	}
	bar := strings.Repeat("█", full) + strings.Repeat("░", width-full)
	return fmt.Sprintf("%s  %s  cell %d of %d  %s", l.name, bar, l.k, l.cells, seconds(l.started))
}

func (l *progressLine) cell(k, of int) {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if l.started.IsZero() {
		l.started = time.Now()
	}
	l.k, l.cells = k, of
}

func (l *progressLine) done(target string, size int) {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, target); err == nil && !strings.HasPrefix(rel, "..") {
			target = rel
		}
	}
	l.took = time.Since(l.started)
	l.finish(fmt.Sprintf("%d cells  %s  %s (%.1f MB)", l.cells, seconds(l.started), target, float64(size)/1e6))
}

func (l *progressLine) failed(ctx context.Context) {
	if ctx.Err() != nil {
		l.finish("stopped")
		return
	}
	l.finish(fmt.Sprintf("FAILED in cell %d of %d  %s", l.k, l.cells, seconds(l.started)))
}

func (l *progressLine) finish(result string) {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	l.result = result
	if !l.of.live {
		fmt.Fprintln(l.of.out, strings.TrimSpace(fmt.Sprint(l, "  ", l.of.left())))
	}
}

func seconds(since time.Time) string {
	if since.IsZero() {
		return "0.0 s"
	}
	return fmt.Sprintf("%.1f s", time.Since(since).Seconds())
}
