package report

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

// formula is a piece of TeX found in a text.
type formula struct {
	tex     string
	display bool
}

// html is what the page's script typesets.
func (f formula) html() string {
	class := "inline"
	if f.display {
		class = "display"
	}
	return `<span class="math ` + class + `">` + html.EscapeString(f.tex) + `</span>`
}

// A formula's stand-in is its number between two characters for private use, which Markdown leaves
// alone.
const openMark, closeMark = "\uE000", "\uE001"

var standIn = regexp.MustCompile(openMark + `(\d+)` + closeMark)

var (
	fence     = regexp.MustCompile("^[ \t>]*(```+|~~~+)")
	begin     = regexp.MustCompile(`^\\begin\{([a-zA-Z]+\*?)\}`)
	inDollars = regexp.MustCompile(`^\$((?:[^$\\\n]|\\.|\\\n|\n[^$\\\n])+)\$`)
	backticks = regexp.MustCompile("^`+")
)

// brackets are the pairs between which TeX stands, the longer ones first.
var brackets = []struct {
	open, close string
	display     bool
}{
	{`$$`, `$$`, true}, {`\\(`, `\\)`, false}, {`\(`, `\)`, false}, {`\\[`, `\\]`, true}, {`\[`, `\]`, true},
}

// missing holds what was looked for in vain: it does not come later either, and looking again for
// every opening bracket would take the square of the text's length.
type missing map[string]bool

// index is strings.Index in a text that gets shorter from its beginning.
func (m missing) index(text, what string) int {
	if m[what] {
		return -1
	}
	i := strings.Index(text, what)
	m[what] = i < 0
	return i
}

// hideMath replaces the formulas of a Markdown text by stand-ins, so that Markdown does not take
// their underscores, stars and backslashes for its own. Code is left as it is, and the two
// characters of the stand-ins become U+FFFD where the text itself has them.
func hideMath(text string) (string, []formula) {
	text = strings.NewReplacer(openMark, "\uFFFD", closeMark, "\uFFFD").Replace(text)
	var out strings.Builder
	var formulas []formula
	lineStart, gone := true, missing{}
	for text != "" {
		n, f := next(text, lineStart, gone)
		if f != nil {
			out.WriteString(openMark + strconv.Itoa(len(formulas)) + closeMark)
			formulas = append(formulas, *f)
		} else {
			out.WriteString(text[:n])
		}
		lineStart = text[n-1] == '\n'
		text = text[n:]
	}
	return out.String(), formulas
}

// next returns the length of the formula, of the code or of the plain character at the beginning of
// a text.
func next(text string, lineStart bool, gone missing) (int, *formula) {
	if lineStart {
		if m := fence.FindStringSubmatch(text); m != nil {
			return fencedLen(text, m[1]), nil
		}
	}
	if text[0] == '`' {
		ticks := backticks.FindString(text)
		if rest := regexp.MustCompile("[^`]" + ticks + "([^`]|$)").FindStringIndex(text[len(ticks):]); rest != nil {
			return len(ticks) + rest[0] + 1 + len(ticks), nil
		}
		return len(ticks), nil
	}
	for _, b := range brackets {
		if n := len(b.open); len(text) > n && strings.HasPrefix(text, b.open) {
			if i := gone.index(text[n+1:], b.close); i >= 0 {
				return n + 1 + i + len(b.close), &formula{text[n : n+1+i], b.display}
			}
		}
	}
	switch text[0] {
	case '$':
		if m := inDollars.FindStringSubmatch(text); m != nil {
			return len(m[0]), &formula{m[1], false}
		}
	case '\\':
		if m := begin.FindStringSubmatch(text); m != nil {
			end := `\end{` + m[1] + `}`
			if i := gone.index(text, end); i >= 0 {
				return i + len(end), &formula{text[:i+len(end)], true}
			}
		}
		return min(2, len(text)), nil // an escaped character
	}
	return 1, nil
}

// fencedLen returns the length of the fenced code block at the beginning of a text, which goes to
// the text's end when nothing closes it.
func fencedLen(text, open string) int {
	n := 0
	for line := range strings.Lines(text) {
		closes := n > 0 && strings.HasPrefix(strings.TrimLeft(line, " \t>"), open)
		n += len(line)
		if closes {
			break
		}
	}
	return n
}

// showMath puts the formulas back in the place of their stand-ins.
func showMath(page string, formulas []formula) string {
	return replaceMath(page, formulas, formula.html)
}

// cleanText is clean for a text with stand-ins. Those within a tag, as in the text of a picture,
// become plain TeX, and that must be as clean.
func cleanText(page string, formulas []formula) (string, error) {
	page, err := clean(page)
	if err != nil {
		return "", err
	}
	return clean(anyTag.ReplaceAllStringFunc(page, func(tag string) string {
		return replaceMath(tag, formulas, func(f formula) string { return html.EscapeString(f.tex) })
	}))
}

func replaceMath(page string, formulas []formula, with func(formula) string) string {
	return standIn.ReplaceAllStringFunc(page, func(mark string) string {
		i, err := strconv.Atoi(standIn.FindStringSubmatch(mark)[1])
		if err != nil || i >= len(formulas) {
			return mark
		}
		return with(formulas[i])
	})
}
