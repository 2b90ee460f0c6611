package live

import (
	"html"

	"github.com/janpfeifer/gonb/gonbui"
)

// Progress returns a function that shows a line of text in the running GoNB cell, each in place of
// the one before: what a long calculation is at. The last line stays. Outside a notebook it shows
// nothing.
func Progress() func(text string) {
	if !gonbui.IsNotebook {
		return func(string) {}
	}
	id := "progress_" + gonbui.UniqueId()
	return func(text string) {
		gonbui.UpdateHTML(id, "<small>"+html.EscapeString(text)+"</small>")
		gonbui.Sync()
	}
}
