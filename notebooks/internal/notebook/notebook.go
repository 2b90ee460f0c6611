// Package notebook reads Jupyter notebooks (nbformat 4).
package notebook

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// Notebook is what a report needs of a notebook file.
type Notebook struct {
	Format int    `json:"nbformat"`
	Cells  []Cell `json:"cells"`
}

// Cell is a piece of text or code, the latter with what it printed and drew.
type Cell struct {
	Type        string                       `json:"cell_type"` // markdown, code or raw
	Source      Text                         `json:"source"`
	Metadata    struct{ Tags []string }      `json:"metadata"`
	Attachments map[string]map[string]string `json:"attachments"` // file name → media type → base64
	Outputs     []Output                     `json:"outputs"`
}

// Output is one thing that a cell printed (Type "stream"), drew ("display_data", "execute_result")
// or failed with ("error").
type Output struct {
	Type      string                     `json:"output_type"`
	Name      string                     `json:"name"` // of a stream: stdout or stderr
	Text      Text                       `json:"text"`
	Data      map[string]json.RawMessage `json:"data"` // media type → content
	ErrorName string                     `json:"ename"`
	Error     string                     `json:"evalue"`
	Traceback []string                   `json:"traceback"`
}

// Text is a string that notebook files hold either whole or as a list of lines.
type Text string

// UnmarshalJSON reads both forms.
func (t *Text) UnmarshalJSON(data []byte) error {
	var lines []string
	if json.Unmarshal(data, &lines) == nil {
		*t = Text(strings.Join(lines, ""))
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}

var terminal = regexp.MustCompile(`\x1b\[[0-9;?]*[a-zA-Z]`)

// Plain removes from a printed text what only a terminal understands, such as colours.
func Plain(text string) string { return terminal.ReplaceAllString(text, "") }

// As returns the output's content in the given media type, and whether it has one.
func (o Output) As(mediaType string) (string, bool) {
	var t Text
	if err := json.Unmarshal(o.Data[mediaType], &t); err != nil {
		return "", false
	}
	return string(t), true
}

// Parse reads the content of a notebook file.
func Parse(data []byte) (*Notebook, error) {
	var nb Notebook
	if err := json.Unmarshal(data, &nb); err != nil {
		return nil, fmt.Errorf("reading a notebook: %w", err)
	}
	if nb.Format != 4 {
		return nil, fmt.Errorf("reading a notebook: its nbformat is %d, but must be 4", nb.Format)
	}
	return &nb, nil
}

// Name is a notebook's file name without folder and extension.
func Name(path string) string { return strings.TrimSuffix(filepath.Base(path), ".ipynb") }
