package notebook

import "testing"

func TestParse(t *testing.T) {
	nb, err := Parse([]byte(`{"nbformat": 4, "cells": [
		{"cell_type": "markdown", "source": ["# a\n", "b"], "metadata": {}},
		{"cell_type": "code", "source": "x", "metadata": {"tags": ["t"]}, "outputs": [
			{"output_type": "display_data", "data": {"text/plain": ["p\n", "q"], "application/json": {"k": 1}}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := nb.Cells[0].Source; got != "# a\nb" {
		t.Errorf("a source of several lines is %q", got)
	}
	o := nb.Cells[1].Outputs[0]
	if got, ok := o.As("text/plain"); got != "p\nq" || !ok {
		t.Errorf("As gives %q, %v", got, ok)
	}
	for _, mediaType := range []string{"image/png", "application/json"} {
		if got, ok := o.As(mediaType); ok {
			t.Errorf("As gives %q for %s", got, mediaType)
		}
	}
	for _, bad := range []string{"", `{"nbformat": 4, "cells": 3}`, `{"nbformat": 3, "worksheets": []}`, "{}"} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}
