package output

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// validName is what a name looks like that becomes a file name or the id of an
// HTML element.
var validName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// CheckTexts returns an error unless the name, title and alt text of something
// that is shown are usable.
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
	for _, r := range s {
		if r == unicode.ReplacementChar || (unicode.IsControl(r) && r != '\n') {
			return fmt.Errorf("%q holds a control character or invalid UTF-8", s)
		}
	}
	return nil
}
