package launcher_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// checkMoves moves the first slider of each figure that moves to its other end, and waits for the
// drawing that the program in the page makes.
func checkMoves(t *testing.T, tab context.Context) {
	t.Helper()
	for _, id := range testkit.Eval[[]string](t, tab, `[...document.querySelectorAll("figure.sgd-moves")].map(f => f.id)`) {
		figure := fmt.Sprintf("document.getElementById(%q)", id)
		before := testkit.Eval[string](t, tab, figure+`.querySelector("img").src`)
		testkit.Eval[bool](t, tab, fmt.Sprintf(`(input => { input.value = input.value === input.max ? input.min : input.max; input.dispatchEvent(new Event("input")); return true; })(%s.querySelector("input"))`, figure))
		testkit.Await(t, time.Minute, id, func() bool {
			return testkit.Eval[string](t, tab, figure+`.querySelector("img").src`) != before || testkit.Eval[string](t, tab, figure+`.querySelector(".sgd-sim-text").textContent`) != "drawing …"
		})
		if said := testkit.Eval[string](t, tab, figure+`.querySelector(".sgd-sim-text").textContent`); said != "" {
			t.Errorf("%s says %s", id, said)
		}
		if after := testkit.Eval[string](t, tab, figure+`.querySelector("img").src`); !strings.HasPrefix(after, "data:image/svg+xml,") {
			t.Errorf("%s has no new drawing but %.60s", id, after)
		}
		t.Logf("%s: first answer after %s ms", id, testkit.Eval[string](t, tab, figure+`.dataset.milliseconds || ""`))
	}
}
