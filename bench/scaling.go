package main

import (
	"context"
	"fmt"
)

// scaling drives the whole road with one, two and three daemons on one Redis, and on a
// Cluster of three masters.
func (b *bench) scaling(ctx context.Context) error {
	n := b.amount(20_000)
	for _, place := range []struct {
		name  string
		start func(*owner) server
	}{{"one Redis", startServer}, {"a Cluster of 3", startCluster}} {
		for daemons := 1; daemons <= 3; daemons++ {
			err := within(ctx, func(o *owner) error {
				j, err := b.journey(o, n, daemons, place.start(o))
				b.add(scaling, "emails/s", fmt.Sprintf("daemons: %d, on %s", daemons, place.name), j.rate)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
