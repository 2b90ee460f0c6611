package keep_test

import (
	"fmt"

	"github.com/sgdescape/sgdescape/pkg/keep"
)

func Example() {
	if err := keep.Put("example", map[string]float64{"L": 0.25}); err != nil {
		fmt.Println(err)
		return
	}
	kept, err := keep.Get[map[string]float64]("example") // in another process
	fmt.Println(kept, err)
	// Output: map[L:0.25] <nil>
}
