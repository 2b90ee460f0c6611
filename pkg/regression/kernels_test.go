package regression

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"strings"
	"testing"
	"text/template"
)

var update = flag.Bool("update", false, "write kernels.go anew from kernels.go.tmpl")

// kernels.go is what kernels.go.tmpl makes, advanceAny for one dimension each; go generate writes
// it.
func TestKernelsAreGenerated(t *testing.T) {
	kernels := template.Must(template.New("kernels.go.tmpl").Funcs(template.FuncMap{
		"sum":     sum,
		"list":    func(d int, term string) string { return strings.Join(terms(d, term), ", ") },
		"numbers": func(d int) int { return d + 1 }, // of a sample: x and y
	}).ParseFiles("kernels.go.tmpl"))
	var out bytes.Buffer
	if err := kernels.Execute(&out, []int{1, 2, 4, 8}); err != nil {
		t.Fatal(err)
	}
	want := must(format.Source(out.Bytes()))
	if *update {
		if err := os.WriteFile("kernels.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := must(os.ReadFile("kernels.go")); !bytes.Equal(got, want) {
		t.Error("kernels.go is not what its template makes: run go generate")
	}
}

// terms writes term(0), term(1), …
func terms(d int, term string) (all []string) {
	for i := range d {
		all = append(all, strings.ReplaceAll(term, "#", fmt.Sprint(i)))
	}
	return all
}

// sum writes Σ term(i), even and odd i apart, as advanceAny adds.
func sum(d int, term string) string {
	var parts [2][]string
	for i, t := range terms(d, term) {
		parts[i%2] = append(parts[i%2], t)
	}
	if d == 1 {
		return parts[0][0]
	}
	return fmt.Sprintf("(%s) + (%s)", strings.Join(parts[0], "+"), strings.Join(parts[1], "+"))
}
