package main

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// times are how long each request of a load took.
type times []time.Duration

// at is the quantile q of the times.
func (t times) at(q float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	return t[min(int(q*float64(len(t))), len(t)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }

// load runs n requests by a number of clients, each after the other in its own,
// and returns their times sorted and the requests a second.
func load(clients, n int, request func(client, i int) error) (times, float64, error) {
	all := make([]times, clients)
	failed := make(chan error, clients)
	var wg sync.WaitGroup
	from := time.Now()
	for c := range clients {
		wg.Go(func() {
			for i := range n / clients {
				at := time.Now()
				if err := request(c, i); err != nil {
					failed <- err
					return
				}
				all[c] = append(all[c], time.Since(at))
			}
		})
	}
	wg.Wait()
	took := time.Since(from)
	select {
	case err := <-failed:
		return nil, 0, err
	default:
	}
	sorted := slices.Concat(all...)
	slices.Sort(sorted)
	return sorted, float64(len(sorted)) / took.Seconds(), nil
}

// warm runs a few requests that are not counted.
func warm(request func(client, i int) error) error {
	_, _, err := load(1, 200, request)
	return err
}
