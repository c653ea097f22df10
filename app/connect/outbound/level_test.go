package outbound

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestLevel: on a clock of the test, what is refused at once and what is refused
// after a while end at the same time; what was joined does not wait.
func TestLevel(t *testing.T) {
	for _, c := range []struct {
		took, ends time.Duration
		steps      []Step
	}{
		{0, levelled, []Step{{Label: "Connexion"}}},
		{levelled / 3, levelled, []Step{{Label: "Connexion"}}},
		{3 * levelled, 3 * levelled, []Step{{Label: "Connexion"}}},
		{levelled / 3, levelled / 3, []Step{{Label: "Connexion", OK: true}, {Label: "Chiffrement"}}},
		{0, 0, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			time.Sleep(c.took)
			Level(t.Context(), began, c.steps)
			if lasted := time.Since(began); lasted != c.ends {
				t.Errorf("after %s: %s, wanted %s", c.took, lasted, c.ends)
			}
		})
	}
}
