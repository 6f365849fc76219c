// Package storage stands where the Firebase SDK wants Cloud Storage's client, which nothing
// here uses: as much of it as the SDK needs to compile (docs/decisions/0022).
package storage

import (
	"context"
	"errors"

	"google.golang.org/api/option"
)

// Client can't be had.
type Client struct{}

// BucketHandle can't be had.
type BucketHandle struct{}

// NewClient always fails.
func NewClient(context.Context, ...option.ClientOption) (*Client, error) {
	return nil, errors.New("cloud storage is not part of this program")
}

// Bucket has no client to be asked of.
func (*Client) Bucket(string) *BucketHandle { return nil }
