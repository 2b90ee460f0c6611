package output

import (
	"fmt"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Display shows content as the output of the running GoNB cell, in the richest
// MIME type that the front end knows, and waits until the kernel has it: a
// cell is a program of its own, whose pending output is lost when it ends.
// Outside a notebook Display does nothing.
func Display(mime, content, plain string) error {
	if !gonbui.IsNotebook {
		return nil
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMEType(mime): content,
		protocol.MIMETextPlain:  plain,
	}})
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("showing in the notebook: %w", err)
	}
	gonbui.Sync()
	return nil
}
