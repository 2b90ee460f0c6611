package data

import (
	"cmp"
	"slices"
	"strings"
)

// Layers returns what stands before .weight in a name, in order, in which numbers count as such: 0,
// 2, 10 of torch.nn.Sequential, or fc1, fc2. Nil if there is none.
func (t Tensors) Layers() (names []string) {
	for name := range t {
		if layer, ok := strings.CutSuffix(name, ".weight"); ok {
			names = append(names, layer)
		}
	}
	slices.SortFunc(names, natural)
	return names
}

// natural compares with runs of digits as numbers.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x == 0 || y == 0 {
			if c := cmp.Compare(a[0], b[0]); c != 0 {
				return c
			}
			a, b = a[1:], b[1:]
			continue
		}
		p, q := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
		if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q), cmp.Compare(x, y)); c != 0 {
			return c
		}
		a, b = a[x:], b[y:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts those that s begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
