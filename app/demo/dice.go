package demo

import (
	"math"
	"math/rand/v2"
	"time"

	"preau/app/format/aaf"
)

// A dice draws what makes one establishment differ from the next. The same seed
// and stream always give the same draws.
type dice struct{ *rand.Rand }

// Streams keep apart what must not disturb one another: changing what happens
// later in the year leaves the start of the year as it was.
const (
	atStart uint64 = iota << 32
	later
)

func newDice(seed, stream uint64, index int) dice {
	return dice{rand.New(rand.NewPCG(seed, stream|uint64(index)))}
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

// between draws a whole number, both ends included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

func (d dice) of(items []string) string { return items[d.IntN(len(items))] }

// often draws the first items of a list more than the last.
func (d dice) often(items []string) string {
	return items[int(float64(len(items))*math.Pow(d.Float64(), 1.5))]
}

// weighted draws an index by weights.
func (d dice) weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

// bornIn draws a day of a year.
func (d dice) bornIn(year int) aaf.Date {
	return aaf.DateOf(time.Date(year, 1, 1+d.IntN(365), 0, 0, 0, 0, time.UTC))
}
