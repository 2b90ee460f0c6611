package notebook

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

func codeCells(sources ...string) *Notebook {
	nb := &Notebook{Format: 4}
	for _, s := range sources {
		nb.Cells = append(nb.Cells, Cell{Type: "code", Source: Text(s)})
	}
	return nb
}

// The program holds the cell that shows the figure and what that needs, in the order of the cells,
// the later of two declarations of a name, and no more.
func TestProgram(t *testing.T) {
	nb := codeCells(
		"!*shell command\n%goworkfix\n",
		"import (\n\t\"fmt\"\n\t\"math/rand/v2\"\n\to \"os\"\n\n\t\"example.org/pkg/live\"\n)",
		"const a, b = 1, 2\n\nvar slow = compute()\n\nfunc unused() { o.Exit(1) }",
		"type box struct{ n int }\n\nfunc (b *box) draw() int { return helper(b.n) }\n\nfunc helper(n int) int { return n }",
		"%%\nfmt.Println(slow)",
		"func helper(n int) int { return rand.IntN(n + a) }",
		"%%\nmust(live.Figure{Draw: func() int { return (&box{1}).draw() }}.Show())",
		"// live.Figure{ in a comment shows nothing\nfunc later() {}",
	)
	got, err := nb.Program()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "main.go", got, 0); err != nil {
		t.Fatalf("%v in\n%s", err, got)
	}
	for want, there := range map[string]bool{
		"const a, b = 1, 2": true, "type box": true, "func (b *box) draw": true, "rand.IntN(n + a)": true, `"math/rand/v2"`: true,
		`"example.org/pkg/live"`: true, "live.Figure{": true, "select {}": true,
		"slow": false, "unused": false, "return n }": false, `"os"`: false, `"fmt"`: false, "shell": false, "later": false,
	} {
		if strings.Contains(got, want) != there {
			t.Errorf("%q there: %v\n%s", want, !there, got)
		}
	}
}

func TestProgramMistakes(t *testing.T) {
	for source, want := range map[string]string{
		"func f() {}":                         "no cell shows",
		"%%\nlive.Figure{}.Show()\nif {":      "cell 1",
		"func f( {\n%%\nlive.Figure{}.Show()": "cell 1",
	} {
		if _, err := codeCells(source).Program(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", source, err, want)
		}
	}
}
