package given

import (
	"io"
	"testing"
)

func TestNone(t *testing.T) {
	var reader io.Reader
	for i, v := range []any{nil, reader, (*int)(nil), (func())(nil), map[int]int(nil), []int(nil)} {
		if !None(v) {
			t.Errorf("%d: something", i)
		}
	}
	for i, v := range []any{0, new(int), func() {}, map[int]int{}, []int{}, struct{}{}, ""} {
		if None(v) {
			t.Errorf("%d: nothing", i)
		}
	}
}
