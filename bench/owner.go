package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// owner stands where redistest wants a test: it takes the undoing, and a failure ends the
// run. Methods that redistest doesn't call are those of the nil interface.
type owner struct {
	testing.TB
	ctx  context.Context
	undo []func()
}

// failed is what a Fatal panics with; [within] catches it.
type failed struct{ error }

func (o *owner) Helper()                  {}
func (o *owner) Context() context.Context { return o.ctx }
func (o *owner) Cleanup(f func())         { o.undo = append(o.undo, f) }
func (o *owner) Fatal(args ...any)        { panic(failed{fmt.Errorf("%s", fmt.Sprint(args...))}) }
func (o *owner) Fatalf(f string, args ...any) {
	panic(failed{fmt.Errorf(f, args...)})
}

// close undoes everything, the newest first.
func (o *owner) close() {
	for _, f := range slices.Backward(o.undo) {
		f()
	}
	o.undo = nil
}

// within runs f with an owner of its own.
func within(ctx context.Context, f func(o *owner) error) (err error) {
	o := &owner{ctx: ctx}
	defer o.close()
	defer func() {
		if r := recover(); r != nil {
			one, ok := r.(failed)
			if !ok {
				panic(r)
			}
			err = one.error
		}
	}()
	return f(o)
}
