package batcher

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func double(_ context.Context, in []int) ([]int, error) {
	out := make([]int, len(in))
	for i, n := range in {
		out[i] = 2 * n
	}
	return out, nil
}

func TestACallAloneGoesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(8, time.Second, double)
		began := time.Now()
		if got, err := b.Do(t.Context(), 21); got != 42 || err != nil || time.Since(began) != 0 {
			t.Errorf("Do = %d, %v after %s, want 42 at once", got, err, time.Since(began))
		}
	})
}

// TestCallsTravelTogether: the first goes alone, those that come meanwhile in as few batches as
// hold them, and everybody gets their own answer.
func TestCallsTravelTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		b := New(8, time.Minute, func(ctx context.Context, in []int) ([]int, error) {
			sizes = append(sizes, len(in)) // one batch at a time: the race detector watches
			<-time.After(time.Second)
			return double(ctx, in)
		})
		var wg sync.WaitGroup
		call := func(n int) {
			wg.Go(func() {
				if got, err := b.Do(t.Context(), n); got != 2*n || err != nil {
					t.Errorf("Do(%d) = %d, %v", n, got, err)
				}
			})
		}
		call(0)
		synctest.Wait()
		for n := range 20 {
			call(n)
		}
		wg.Wait()
		if want := []int{1, 8, 8, 4}; !slices.Equal(sizes, want) {
			t.Errorf("batches of %v, want %v", sizes, want)
		}
	})
}

func TestAnErrorIsEverybodysAndNotTheNextOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away, first := errors.New("away"), true
		b := New(8, time.Minute, func(ctx context.Context, in []int) ([]int, error) {
			<-time.After(time.Second)
			if first {
				first = false
				return nil, away
			}
			return double(ctx, in)
		})
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := b.Do(t.Context(), 1); !errors.Is(err, away) {
				t.Errorf("the first: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if got, err := b.Do(t.Context(), 2); got != 4 || err != nil {
				t.Errorf("the second: %d, %v", got, err)
			}
		})
		wg.Wait()
	})
}

// TestOnesEndIsNotTheOthers: a caller whose context has ended still carries the others.
func TestOnesEndIsNotTheOthers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := New(8, time.Minute, func(ctx context.Context, in []int) ([]int, error) {
		if _, ok := ctx.Deadline(); !ok || ctx.Err() != nil {
			t.Errorf("deadline %t, %v: want a deadline and no end", ok, ctx.Err())
		}
		return double(ctx, in)
	})
	if got, err := b.Do(ctx, 1); got != 2 || err != nil {
		t.Errorf("Do = %d, %v", got, err)
	}
}

// TestAPanicStrandsNobody: it is its carrier's; the others of the batch get an error, and who
// comes later goes on.
func TestAPanicStrandsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		batches := 0
		b := New(2, time.Minute, func(ctx context.Context, in []int) ([]int, error) {
			<-time.After(time.Second)
			if batches++; batches == 2 {
				panic("broken")
			}
			return double(ctx, in)
		})
		var wg sync.WaitGroup
		var fine, broken, panicked atomic.Int64
		for range 5 { // 1, then 2 that break, then 2
			wg.Go(func() {
				defer func() {
					if recover() != nil {
						panicked.Add(1)
					}
				}()
				if _, err := b.Do(t.Context(), 1); err != nil {
					broken.Add(1)
					return
				}
				fine.Add(1)
			})
		}
		wg.Wait()
		if fine.Load() != 3 || broken.Load() != 1 || panicked.Load() != 1 {
			t.Errorf("%d fine, %d broken, %d panicked; want 3, 1, 1", fine.Load(), broken.Load(), panicked.Load())
		}
	})
}

func BenchmarkBatcher(b *testing.B) {
	t := New(64, time.Second, double)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, _ = t.Do(b.Context(), 1)
		}
	})
}
