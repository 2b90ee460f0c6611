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
	fence      = regexp.MustCompile("^[ \t>]*(```+|~~~+)")
	begin      = regexp.MustCompile(`^\\begin\{([a-zA-Z]+\*?)\}`)
	inParens   = regexp.MustCompile(`^(?s)(?:\\\\\((.+?)\\\\\)|\\\((.+?)\\\))`)
	inBrackets = regexp.MustCompile(`^(?s)(?:\\\\\[(.+?)\\\\\]|\\\[(.+?)\\\])`)
	inDollars2 = regexp.MustCompile(`^(?s)\$\$(.+?)\$\$`)
	inDollars  = regexp.MustCompile(`^\$((?:[^$\\\n]|\\.|\\\n|\n[^$\\\n])+)\$`)
	backticks  = regexp.MustCompile("^`+")
)

// hideMath replaces the formulas of a Markdown text by stand-ins, so that Markdown does not take
// their underscores, stars and backslashes for its own. Code is left as it is.
func hideMath(text string) (string, []formula) {
	var out strings.Builder
	var formulas []formula
	lineStart := true
	for text != "" {
		n, f := next(text, lineStart)
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
func next(text string, lineStart bool) (int, *formula) {
	if m := fence.FindStringSubmatch(text); lineStart && m != nil {
		return fencedLen(text, m[1]), nil
	}
	switch text[0] {
	case '`':
		ticks := backticks.FindString(text)
		if rest := regexp.MustCompile("[^`]" + ticks + "([^`]|$)").FindStringIndex(text[len(ticks):]); rest != nil {
			return len(ticks) + rest[0] + 1 + len(ticks), nil
		}
		return len(ticks), nil
	case '$':
		if m := inDollars2.FindStringSubmatch(text); m != nil {
			return len(m[0]), &formula{m[1], true}
		}
		if m := inDollars.FindStringSubmatch(text); m != nil {
			return len(m[0]), &formula{m[1], false}
		}
	case '\\':
		if m := inParens.FindStringSubmatch(text); m != nil {
			return len(m[0]), &formula{m[1] + m[2], false}
		}
		if m := inBrackets.FindStringSubmatch(text); m != nil {
			return len(m[0]), &formula{m[1] + m[2], true}
		}
		if m := begin.FindStringSubmatch(text); m != nil {
			end := `\end{` + m[1] + `}`
			if i := strings.Index(text, end); i >= 0 {
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
	return standIn.ReplaceAllStringFunc(page, func(mark string) string {
		i, err := strconv.Atoi(standIn.FindStringSubmatch(mark)[1])
		if err != nil || i >= len(formulas) {
			return mark
		}
		return formulas[i].html()
	})
}
