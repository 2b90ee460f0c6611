//go:build ignore

// Command generate makes kernels.go from kernels.go.tmpl, in the folder that it is
// given: advanceAny for one dimension each.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

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

func main() {
	log.SetFlags(0)
	kernels := template.Must(template.New("kernels.go.tmpl").Funcs(template.FuncMap{
		"sum":     sum,
		"list":    func(d int, term string) string { return strings.Join(terms(d, term), ", ") },
		"numbers": func(d int) int { return d + 1 }, // of a sample: x and y
	}).ParseFiles("kernels.go.tmpl"))
	var out bytes.Buffer
	if err := kernels.Execute(&out, []int{1, 2, 4, 8}); err != nil {
		log.Fatal(err)
	}
	code, err := format.Source(out.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(os.Args[1], "kernels.go"), code, 0o644); err != nil {
		log.Fatal(err)
	}
}
